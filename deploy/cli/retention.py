"""`tilsagn retention`: lists personal data past its retention deadline, and deletes it.

What waits for an operator's confirmation (shared/privacy/retention.py) is named and asked about.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import typer
from rich.table import Table
from rich.text import Text

from deploy.cli.console import (
    FAILED,
    NOTE,
    OK,
    CommandError,
    print_json,
    reporting_change,
    stdout_console,
    with_command_name,
)
from deploy.cli.installation import Installation, attach
from deploy.cli.taskforces import taskforces
from services.dashboard.privacy.retention import retention as dashboard
from services.events.privacy.retention import retention as events
from services.notifications.privacy.retention import retention as notifications
from services.pledges.participants.access import connect_with_sight_of_all
from services.pledges.privacy.retention import retention as pledges
from shared.db.database import Database
from shared.fields.copenhagen import COPENHAGEN

if TYPE_CHECKING:
    from rich.console import Console

    from shared.privacy.retention import Due, Plan, Removal, Retention

_RETENTIONS: Final = {retention.service: retention for retention in (pledges(), events(), notifications(), dashboard())}


def run_retention(*, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Print how many rows of each kind of personal data are past their deadline; delete them unless `dry_run`.

    Args:
        dry_run: change nothing.
        yes: confirm what waits for a confirmation, without being asked. On a terminal it is asked about.
        as_json: print JSON, and ask nothing.

    Raises:
        CommandError: something waits for a confirmation that was not given. Everything else was deleted.
    """
    installation = attach()
    plans = asyncio.run(_plans(installation))
    waiting = {service: plan for service, plan in plans.items() if plan.needs_confirmation}
    if not as_json:
        _print_due(stdout_console(), plans)
        _print_waiting(stdout_console(), waiting, asyncio.run(taskforces(installation)) if waiting else {})
    if dry_run:
        if as_json:
            print_json(_as_json(plans, {}, dry_run=True))
        else:
            now = with_command_name("`tilsagn retention` does it now")
            stdout_console().print(f"\nNothing was changed. The workers delete what does not wait within a day; {now}.")
        return
    confirmed = yes or (bool(waiting) and not as_json and sys.stdin.isatty() and _confirm(waiting))
    removed = asyncio.run(_remove(installation, plans if confirmed else {}))
    with reporting_change("The rows were deleted or emptied"):
        if as_json:
            print_json(_as_json(plans, removed, dry_run=False))
        else:
            rows = sum(count for of_service in removed.values() for count in of_service.values())
            summary = "1 row was" if rows == 1 else f"{rows:,} rows were"
            stdout_console().print(Text.assemble("\n", OK, f" {summary} deleted or emptied."))
    if waiting and not confirmed:
        raise CommandError(
            f"{', '.join(waiting)}: something waits for your confirmation and was not deleted. If it is right, run "
            "`tilsagn retention --yes`, which confirms this once.",
            exit_code=FAILED,
        )


async def waiting_in(installation: Installation) -> dict[str, Plan]:
    """Return the plans of the services where something waits for a confirmation."""
    return {service: plan for service, plan in (await _plans(installation)).items() if plan.needs_confirmation}


def waiting_text(plan: Plan) -> str:
    """Return in a few words what waits in one service."""
    rows = sum(removal.rows for removal in plan.waiting)
    what = "1 row past its deadline waits" if rows == 1 else f"{rows:,} rows past their deadline wait"
    if plan.clock is not None:
        what = f"the clock has leapt, or nothing ran for a week; {what}"
    return f"{what} for your confirmation"


async def _plans(installation: Installation) -> dict[str, Plan]:
    plans = {}
    for service, retention in _RETENTIONS.items():
        async with _database(installation, retention) as database:
            plans[service] = await retention.plan(database)
    return plans


async def _remove(installation: Installation, confirmed: Mapping[str, Plan]) -> dict[str, dict[str, int]]:
    removed = {}
    for service, retention in _RETENTIONS.items():
        async with _database(installation, retention) as database:
            removed[service] = await retention.remove(database, confirmed=confirmed.get(service))
    return removed


@asynccontextmanager
async def _database(installation: Installation, retention: Retention) -> AsyncIterator[Database]:
    name = f"{retention.service}-retention"
    if retention.service == "pledges":
        database: Database = await connect_with_sight_of_all(installation.pledges(), name=name)
    else:
        settings = {
            "events": installation.events,
            "notifications": installation.notifications,
            "dashboard": installation.dashboard,
        }[retention.service]()
        database = await Database.connect(settings, name=name)
    try:
        yield database
    finally:
        await database.close()


# ---- output


def _print_due(console: Console, plans: Mapping[str, Plan]) -> None:
    table = Table(
        "Service", "What", "Table", "Kept", "Past it", "Oldest", box=None, header_style="bold", pad_edge=False
    )
    for service, plan in plans.items():
        for due in _RETENTIONS[service].due_of(plan):
            entry = due.entry
            oldest = f"{due.oldest:%d.%m.%Y}" if due.oldest else "–"
            kept = "1 month" if entry.months == 1 else f"{entry.months} months"
            # The columns are only in the JSON output; they do not fit on a terminal.
            table.add_row(service, entry.group, entry.table, kept, f"{due.rows:,}", oldest)
    console.print(table)


def _print_waiting(console: Console, waiting: Mapping[str, Plan], ids: Mapping[str, UUID]) -> None:
    if not waiting:
        return
    slugs = {taskforce_id: slug for slug, taskforce_id in ids.items()}
    console.print("\nWaiting for your confirmation", style="bold")
    for service, plan in waiting.items():
        if plan.clock is not None:
            now, last = (f"{at.astimezone(COPENHAGEN):%d.%m.%Y %H.%M}" for at in (plan.clock.now, plan.clock.last))
            if plan.clock.last > plan.clock.now:
                reason = ", which is still to come. If the clock is right now, it was ahead then: confirm."
            else:
                reason = ". If the clock is right, the installation was stopped in between: confirm."
            leapt = (
                f"The clock of {service} says {now}, and the last run was {last}{reason} If it is wrong, set it, and "
                "confirm nothing."
            )
            console.print(Text.assemble(NOTE, f" {leapt}"))
        for removal in plan.waiting:
            console.print(Text.assemble(NOTE, f" {service}: {_removal_text(removal, slugs)}"))


def _removal_text(removal: Removal, slugs: Mapping[UUID, str]) -> str:
    whose = "" if removal.taskforce_id is None else f" of {slugs.get(removal.taskforce_id, removal.taskforce_id)}"
    share = f" out of {removal.total:,}" if removal.total else ""
    oldest = f", the oldest from {removal.oldest:%d.%m.%Y}" if removal.oldest else ""
    return f"{removal.job}{whose}: {removal.rows:,}{share}{oldest}"


def _confirm(waiting: Mapping[str, Plan]) -> bool:
    rows = sum(removal.rows for plan in waiting.values() for removal in plan.waiting)
    return typer.confirm(f"Delete or empty these {rows:,} rows for good?", err=True)


def _as_json(plans: Mapping[str, Plan], removed: Mapping[str, Mapping[str, int]], *, dry_run: bool) -> dict[str, Any]:
    return {
        "dry_run": dry_run,
        "due": [
            _due_as_json(service, due) for service, plan in plans.items() for due in _RETENTIONS[service].due_of(plan)
        ],
        "waiting": [
            {
                "service": service,
                "clock": plan.clock and {"now": plan.clock.now, "last_run": plan.clock.last},
                "removals": [
                    {
                        "job": removal.job,
                        "taskforce_id": removal.taskforce_id,
                        "reason": removal.waiting,
                        "rows": removal.rows,
                        "total": removal.total,
                        "oldest": removal.oldest,
                    }
                    for removal in plan.waiting
                ],
            }
            for service, plan in plans.items()
            if plan.needs_confirmation
        ],
        "removed": removed,
    }


def _due_as_json(service: str, due: Due) -> dict[str, Any]:
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
