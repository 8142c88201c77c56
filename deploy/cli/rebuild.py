"""`tilsagn rebuild dashboard`: rebuilds the read model from the publishers' outboxes."""

from __future__ import annotations

import asyncio

from rich.text import Text

from deploy.cli.console import OK, CommandError, print_json, progress, reporting_change, stdout_console
from deploy.cli.installation import Installation, attach
from services.dashboard.read_model.rebuild import RebuildInterrupted, RebuildUnderWay, Rebuilt, rebuild
from shared.db.database import Database


def rebuild_dashboard(*, as_json: bool) -> None:
    """Rebuild the dashboard with a progress bar. Raises `CommandError` if another rebuild runs or replaced this one."""
    installation = attach()
    try:
        done = asyncio.run(_rebuild(installation))
    except RebuildUnderWay:
        raise CommandError("The dashboard is being rebuilt already: wait until that is done.") from None
    except RebuildInterrupted:
        raise CommandError("Another rebuild got in between, and the old dashboard serves on: start it again.") from None
    with reporting_change("The dashboard was rebuilt"):
        _print(done, as_json=as_json)


def _print(done: Rebuilt, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "generation": done.generation,
                "messages": dict(done.messages),
                "ignored": dict(done.ignored),
                "refused": dict(done.refused),
                "discarded_rows": done.discarded,
            }
        )
        return
    sources = ", ".join(f"{count:,} of {service}" for service, count in sorted(done.messages.items()))
    console = stdout_console()
    console.print(Text.assemble(OK, f" The dashboard was rebuilt from {done.messages.total():,} changes ({sources})."))
    for kind, count in sorted((done.refused + done.ignored).items()):
        console.print(f"  {count:,} {kind} could not be used", style="yellow")


async def _rebuild(installation: Installation) -> Rebuilt:
    database = await Database.connect(installation.dashboard(), name="dashboard-rebuild")
    outboxes = {"events": installation.events().database_url, "pledges": installation.pledges().database_url}
    try:
        with progress() as bars:
            bar = bars.add_task("Rebuilding", total=None)
            return await rebuild(
                database, outboxes, progress=lambda read, total: bars.update(bar, completed=read, total=total)
            )
    finally:
        await database.close()
