"""`tilsagn replay`: publishes a service's changes again."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from rich.text import Text

from deploy.cli.console import OK, CommandError, print_json, progress, reporting_change, stdout_console
from deploy.cli.installation import Installation, attach
from deploy.services import SERVICES
from shared.db.database import OUTBOX_CHANNEL, Database
from shared.messaging.replay import replay_all

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from shared.settings import ServiceSettings

_TIMEOUT_SECONDS = 300


def replay_service(service: str, *, since: datetime | None, as_json: bool) -> None:
    """Mark a service's changes as unpublished and wait until its relay has published them again.

    Args:
        service: name of the service.
        since: only changes recorded at this time or later, UTC; all when None.
        as_json: print the result as JSON.

    Raises:
        CommandError: the service does not exist, or its relay makes no progress.
    """
    if service not in SERVICES:
        raise CommandError(f"There is no service {service!r}: it is one of {', '.join(SERVICES)}.", exit_code=2)
    installation = attach()
    messages = asyncio.run(_replay(_settings(installation, service), since))
    with reporting_change("The changes were published again"):
        if as_json:
            print_json({"service": service, "messages": messages})
        else:
            stdout_console().print(Text.assemble(OK, f" {messages:,} changes of {service} were published again."))


def _settings(installation: Installation, service: str) -> ServiceSettings:
    by_service = {
        "events": installation.events,
        "pledges": installation.pledges,
        "notifications": installation.notifications,
        "dashboard": installation.dashboard,
    }
    return by_service[service]()


async def _replay(settings: ServiceSettings, since: datetime | None) -> int:
    database = await Database.connect(settings, name="replay")
    try:
        # One statement marks the whole outbox; it may take longer than the service's statement timeout.
        async with database.system() as conn:
            await conn.execute("set local statement_timeout = '300s'")
            messages = await asyncio.wait_for(replay_all(conn, since=since), _TIMEOUT_SECONDS)
        await database.pool.execute(f"notify {OUTBOX_CHANNEL}")
        with progress() as bars:
            bar = bars.add_task("Publishing", total=messages)
            await _wait_until_published(database, lambda left: bars.update(bar, completed=max(0, messages - left)))
        return messages
    finally:
        await database.close()


async def _wait_until_published(database: Database, on_progress: Callable[[int], None]) -> None:
    """Return when the relay has published everything. Raises `CommandError` after 30 seconds without progress."""
    left, progressed_at = -1, asyncio.get_running_loop().time()
    while left:
        now = asyncio.get_running_loop().time()
        count: int = await database.pool.fetchval("select count(*) from outbox where published_at is null")
        if count != left:
            left, progressed_at = count, now
            on_progress(left)
        elif now - progressed_at > 30:
            raise CommandError(f"{left:,} changes are marked, but no relay sends them: see `tilsagn status`.")
        await asyncio.sleep(0.1)
