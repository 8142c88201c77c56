"""`tilsagn replay`: publish again what a service has published before."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from deploy.cli.console import Refusal, output, progress, say_json
from deploy.cli.installation import Installation, attach
from deploy.services import SERVICES
from shared.db.database import OUTBOX_CHANNEL, Database
from shared.messaging.replay import replay_all

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from shared.settings import ServiceSettings

PUBLISHERS = ("events", "pledges")
_PATIENCE_SECONDS = 300


def replay_service(service: str, *, since: datetime | None, as_json: bool) -> None:
    """Mark a service's changes as unpublished and wait until its relay has sent them again.

    Args:
        service: which one's.
        since: only what was recorded from then on.

    Raises:
        Refusal: no service of that name publishes anything, or its relay stands still.
    """
    if service not in SERVICES:
        raise Refusal(f"There is no service {service!r}: it is one of {', '.join(PUBLISHERS)}.", exit_code=2)
    if service not in PUBLISHERS:
        raise Refusal(f"The service {service} publishes nothing: replay one of {', '.join(PUBLISHERS)}.", exit_code=2)
    installation = attach()
    messages = asyncio.run(_replay(_settings(installation, service), since))
    if as_json:
        say_json({"service": service, "messages": messages})
    else:
        output().print(f"[green]✓[/] {messages:,} changes of {service} were published again.")


def _settings(installation: Installation, service: str) -> ServiceSettings:
    return installation.events() if service == "events" else installation.pledges()


async def _replay(settings: ServiceSettings, since: datetime | None) -> int:
    database = await Database.connect(settings, name="replay")
    try:
        # The whole outbox is marked in one statement, which may be longer than a service's statement.
        async with database.system() as conn:
            await conn.execute("set local statement_timeout = '300s'")
            messages = await asyncio.wait_for(replay_all(conn, since=since), _PATIENCE_SECONDS)
        await database.pool.execute(f"notify {OUTBOX_CHANNEL}")
        with progress() as bars:
            bar = bars.add_task("Publishing", total=messages)
            await _watch(database, lambda left: bars.update(bar, completed=max(0, messages - left)))
        return messages
    finally:
        await database.close()


async def _watch(database: Database, tell: Callable[[int], None]) -> None:
    """Return when the relay has sent everything. Raises `Refusal` when it has not moved for half a minute."""
    left, moved_at = -1, asyncio.get_running_loop().time()
    while left:
        now = asyncio.get_running_loop().time()
        count: int = await database.pool.fetchval("select count(*) from outbox where published_at is null")
        if count != left:
            left, moved_at = count, now
            tell(left)
        elif now - moved_at > 30:
            raise Refusal(f"{left:,} changes are marked, but no relay sends them: see `tilsagn status`.")
        await asyncio.sleep(0.1)
