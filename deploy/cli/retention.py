"""`tilsagn retention`: lists personal data past its retention deadline, and deletes it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from deploy.cli.console import OK, print_json, stdout_console, with_command_name
from deploy.cli.installation import Installation, attach
from services.dashboard.privacy.retention import retention as dashboard
from services.events.privacy.retention import retention as events
from services.notifications.privacy.retention import retention as notifications
from services.pledges.privacy.retention import retention as pledges
from shared.db.database import Database

if TYPE_CHECKING:
    from shared.privacy.retention import Due


def run_retention(*, dry_run: bool, as_json: bool) -> None:
    """Print how many rows of each kind of personal data are past their deadline; delete them unless `dry_run`."""
    found, removed = asyncio.run(_run(attach(), dry_run=dry_run))
    if as_json:
        print_json(
            {
                "dry_run": dry_run,
                "due": [_as_json(service, due) for service, all_due in found.items() for due in all_due],
                "removed": removed,
            }
        )
        return
    table = Table(
        "Service", "What", "Table", "Kept", "Past it", "Oldest", box=None, header_style="bold", pad_edge=False
    )
    for service, all_due in found.items():
        for due in all_due:
            entry = due.entry
            oldest = f"{due.oldest:%d.%m.%Y}" if due.oldest else "–"
            kept = "1 month" if entry.months == 1 else f"{entry.months} months"
            # The columns are only in the JSON output; they do not fit on a terminal.
            table.add_row(service, entry.group, entry.table, kept, f"{due.rows:,}", oldest)
    stdout_console().print(table)
    if dry_run:
        now = with_command_name("`tilsagn retention` does it now")
        stdout_console().print(f"\nNothing was changed. The workers delete what is past it within a day; {now}.")
    else:
        rows = sum(count for of_service in removed.values() for count in of_service.values())
        summary = "1 row was" if rows == 1 else f"{rows:,} rows were"
        stdout_console().print(Text.assemble("\n", OK, f" {summary} deleted or emptied."))


async def _run(installation: Installation, *, dry_run: bool) -> tuple[dict[str, list[Due]], dict[str, dict[str, int]]]:
    found: dict[str, list[Due]] = {}
    removed: dict[str, dict[str, int]] = {}
    for retention, settings in (
        (pledges(), installation.pledges()),
        (events(), installation.events()),
        (notifications(), installation.notifications()),
        (dashboard(), installation.dashboard()),
    ):
        database = await Database.connect(settings, name=f"{retention.service}-retention")
        try:
            found[retention.service] = await retention.due(database)
            if not dry_run:
                removed[retention.service] = await retention.remove(database)
        finally:
            await database.close()
    return found, removed


def _as_json(service: str, due: Due) -> dict[str, Any]:
    entry = due.entry
    return {
        "service": service,
        "group": entry.group,
        "table": entry.table,
        "columns": entry.columns,
        "months": entry.months,
        "job": entry.job,
        "rows": due.rows,
        "oldest": due.oldest,
    }
