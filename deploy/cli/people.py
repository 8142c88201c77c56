"""`tilsagn person` and `tilsagn erasures`: what is held about somebody, erasing it, the ledger of what was erased."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from deploy.cli.console import FAILED, Refusal, notes, output, say_json
from deploy.cli.installation import Installation, attach
from deploy.privacy import people
from deploy.scenarios.identities import taskforce_id
from shared.privacy.access_log import SUBJECT_ERASURE
from shared.privacy.subjects import Asked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from deploy.privacy.people import Found


def report(asked: Asked, *, taskforce: str, as_json: bool) -> None:
    """Print everything that is held about a person, with why and until when."""
    installation, tenant = attach(), taskforce_id(taskforce)
    found = asyncio.run(people.find(_app_dsn(installation), tenant, asked))
    looks = asyncio.run(people.looks(installation.owner_dsn, tenant, found))
    if as_json:
        say_json(_as_json(asked, found) | {"looked_at_by": [{k: _plain(v) for k, v in row.items()} for row in looks]})
        return
    console = output()
    for one in found:
        for group in one.held:
            if not group.rows:
                continue
            entry = group.entry
            console.print(f"\n[bold]{one.service}[/]: {entry.what}", highlight=False)
            console.print(f"  {entry.purpose} ({entry.basis}). {entry.months} måneder efter {entry.counted_from}.")
            for row in group.rows:
                told = ", ".join(f"{column}: {row[column]}" for column in entry.columns if row[column] is not None)
                console.print(f"  - {told}", markup=False)
    if not any(group.rows for one in found for group in one.held):
        console.print("Nothing is held about anybody known by that.")
    for look in looks:
        at = f"{look['looked_at'].astimezone():%d.%m.%Y %H.%M}"
        console.print(f"  {at}: {look['action']} by {look['who']}, {look['why']} ({look['basis']})", markup=False)


def erase(asked: Asked, *, taskforce: str, yes: bool, as_json: bool) -> None:
    """Erase what is held about a person, after showing it.

    Raises:
        Refusal: nothing is held, or it is the last administrator's account.
    """
    installation, tenant = attach(), taskforce_id(taskforce)
    found = asyncio.run(people.find(_app_dsn(installation), tenant, asked, purpose=SUBJECT_ERASURE))
    rows = [(one.service, group) for one in found for group in one.held if group.rows and group.holding.erase]
    if not rows:
        raise Refusal("Nothing is held about anybody known by that.", exit_code=FAILED)
    if not yes:
        for service, group in rows:
            notes().print(f"{service}, {group.entry.table}: {len(group.rows)}", highlight=False)
            for row in group.rows:
                told = ", ".join(str(row[column]) for column in group.entry.columns if row[column] is not None)
                notes().print(f"  - {told}", markup=False)
        typer.confirm("Erase all of that for good?", abort=True, err=True)
    try:
        lines = asyncio.run(people.erase(_app_dsn(installation), tenant, found, by=None))
    except people.LastAdministrator:
        raise Refusal(
            "It is the taskforce's last administrator: give somebody else that role first. Nothing was erased."
        ) from None
    erased = {service: [line.as_json(service) for line in of_service] for service, of_service in lines.items()}
    if as_json:
        say_json(erased)
    else:
        count = sum(map(len, erased.values()))
        told = "1 row was erased, and is" if count == 1 else f"{count} rows were erased, and are"
        output().print(f"[green]✓[/] {told} in the ledger.")


def print_ledger() -> None:
    """Print every line of the ledgers, for a file to be kept beside the backups."""
    say_json(asyncio.run(people.ledger(attach().owner_dsn)))


def read_ledger(file: Path) -> list[dict[str, Any]]:
    """Read a file that `print_ledger` has written. Raises `Refusal` where it is none."""
    try:
        lines = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise Refusal(f"{file} cannot be read: {error.strerror}.") from None
    except ValueError:
        raise Refusal(f"{file} is no ledger of erasures: `tilsagn erasures` writes one.") from None
    keys = {"service", "id", "taskforce_id", "table", "key", "erased_by"}
    if not isinstance(lines, list) or any(not isinstance(line, dict) or keys - line.keys() for line in lines):
        raise Refusal(f"{file} is no ledger of erasures: `tilsagn erasures` writes one.")
    return lines


def _app_dsn(installation: Installation) -> Any:
    settings = {
        "pledges": installation.pledges,
        "events": installation.events,
        "notifications": installation.notifications,
        "dashboard": installation.dashboard,
    }
    return lambda service: settings[service]().database_url


def _as_json(asked: Asked, found: Sequence[Found]) -> dict[str, Any]:
    return {
        "made_at": datetime.now(UTC),
        "asked_for": {"emails": sorted(asked.emails), "phones": sorted(asked.phones), "cvrs": sorted(asked.cvrs)},
        "held": [
            {
                "service": one.service,
                **group.entry.model_dump(exclude={"columns", "job"}),
                "cannot_be_found_because": group.holding.why if group.holding.find is None else None,
                "not_erased_because": group.holding.why if group.holding.erase is None else None,
                "rows": [{name: _plain(value) for name, value in row.items()} for row in group.rows],
            }
            for one in found
            for group in one.held
        ],
    }


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    return value.isoformat() if isinstance(value, (date, datetime)) else value
