"""Due work: seals the hashes of requests that were kept before the installation had a key (see `recognition`)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import structlog

from services.pledges.pledges import idempotency
from services.pledges.pledges.request_fingerprint import seal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from pydantic import SecretStr

    from shared.db.database import Database

PAUSE_SECONDS: Final = 3600.0
AT_A_TIME: Final = 2000

_log = structlog.get_logger(__name__)


def sealing(key: SecretStr) -> Callable[[Database], Awaitable[None]]:
    """Return the worker's due work: seal what is plain, and look again every hour.

    Again, for in an update an older release may still be writing. Any number may work at once.
    """

    async def work(database: Database) -> None:
        while True:
            if sealed := await seal_everything(database, key):
                _log.info("requests.sealed", rows=sealed)
            await asyncio.sleep(PAUSE_SECONDS)

    return work


async def seal_everything(database: Database, key: SecretStr) -> int:
    """Seal every plain hash of every taskforce, some at a time; what was sealed stays if it is cut short.

    Returns:
        How many rows were changed.
    """
    async with database.system() as conn:
        taskforces = await idempotency.taskforces_of_outbox(conn)
    changed = 0
    for taskforce_id in taskforces:
        for table in idempotency.KEPT_DIGESTS:
            changed += await _seal_table(database, taskforce_id, table, key)
    return changed


async def _seal_table(database: Database, taskforce_id: UUID, table: idempotency.KeptDigest, key: SecretStr) -> int:
    changed = 0
    while True:
        async with database.change(taskforce_id) as conn:
            found = await idempotency.lock_plain_digests(conn, table, limit=AT_A_TIME)
            await idempotency.replace_digests(conn, table, {row: seal(plain, key) for row, plain in found.items()})
        changed += len(found)
        if len(found) < AT_A_TIME:
            return changed
