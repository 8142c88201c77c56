"""`tilsagn person` and `tilsagn erasures`: report and erase one person's data; print the ledger of erasures."""

from __future__ import annotations

import asyncio
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.text import Text

from deploy.cli.console import (
    FAILED,
    OK,
    CommandError,
    print_json,
    reporting_change,
    stderr_console,
    stdout_console,
)
from deploy.cli.installation import Installation, attach
from deploy.cli.taskforces import find_taskforce
from deploy.privacy import data_subjects
from shared.privacy.access_log import SUBJECT_ERASURE
from shared.privacy.pdf import pdf
from shared.privacy.report import activity_entry, group_entry
from shared.privacy.report import report as whole_report

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.i18n.translations import Language
    from shared.privacy.subjects import SubjectIdentifiers


def report(
    identifiers: SubjectIdentifiers, *, taskforce: str, pdf_file: Path | None, language: Language, as_json: bool
) -> None:
    """Print all personal data of a person with purpose and retention, or write it to a PDF file.

    Args:
        identifiers: e-mail addresses, telephone numbers, CVR numbers and case references of the person.
        taskforce: short name of the taskforce to search.
        pdf_file: a new file for the report; printed when None.
        language: the language of the PDF and the JSON document.
        as_json: print the report as JSON.

    Raises:
        CommandError: the taskforce does not exist, or the file exists or cannot be written; no data was looked up.
    """
    if pdf_file is not None:
        _check_new(pdf_file)
    installation = attach()
    tenant = asyncio.run(find_taskforce(installation, taskforce))
    found = asyncio.run(data_subjects.find(_dsn(installation), tenant, identifiers))
    accesses = asyncio.run(data_subjects.accesses(installation.owner_dsn, tenant, found))
    if pdf_file is not None or as_json:
        document = whole_report(
            taskforce=asyncio.run(data_subjects.taskforce_name(_dsn(installation), tenant)),
            identifiers=identifiers,
            held=[group_entry(one.service, group, language) for one in found for group in one.held],
            done=[activity_entry(one.service, activity, language) for one in found for activity in one.done],
            looks=accesses,
            made_at=datetime.now(UTC),
            language=language,
        )
        if pdf_file is not None:
            _write(pdf_file, pdf(document))
            written = f"{pdf_file} is written. It holds personal data: see who can read it."
            stderr_console().print(Text.assemble(OK, f" {written}"))
        if as_json:
            print_json(document)
        return
    console = stdout_console()
    for one in found:
        for group in filter(lambda group: group.rows, one.held):
            entry = group.entry
            console.print(Text.assemble("\n", (one.service, "bold"), f": {entry.what}"))
            console.print(f"  {entry.purpose} ({entry.basis}). {entry.months} måneder efter {entry.counted_from}.")
            for row in group.rows:
                words = ", ".join(f"{column}: {row[column]}" for column in entry.columns if row[column] is not None)
                console.print(f"  - {words}")
    for service, activity in [(one.service, each) for one in found for each in one.done if each.rows]:
        console.print(Text.assemble("\n", (service, "bold"), f": {activity.entry.what}: {len(activity.rows):,}"))
    if not any(group.rows for one in found for group in one.held):
        console.print("Nothing is held about anybody known by that.")
    for access in accesses:
        at = f"{access['looked_at'].astimezone():%d.%m.%Y %H.%M}"
        console.print(f"  {at}: {access['action']} by {access['who']}, {access['why']} ({access['basis']})")


def erase(identifiers: SubjectIdentifiers, *, taskforce: str, yes: bool, as_json: bool) -> None:
    """Erase the personal data of a person after showing it.

    Args:
        identifiers: e-mail addresses, telephone numbers, CVR numbers and case references of the person.
        taskforce: short name of the taskforce to search.
        yes: do not ask for confirmation.
        as_json: print the erased rows as JSON.

    Raises:
        CommandError: the taskforce does not exist, no data was found, or it includes the last administrator's account.
    """
    installation = attach()
    tenant = asyncio.run(find_taskforce(installation, taskforce))
    found = asyncio.run(data_subjects.find(_dsn(installation), tenant, identifiers, purpose=SUBJECT_ERASURE))
    rows = [(one.service, group) for one in found for group in one.held if group.rows and group.lookup.erase]
    if not rows:
        raise CommandError("Nothing is held about anybody known by that.", exit_code=FAILED)
    if not yes:
        for service, group in rows:
            stderr_console().print(f"{service}, {group.entry.table}: {len(group.rows)}")
            for row in group.rows:
                text = ", ".join(str(row[column]) for column in group.entry.columns if row[column] is not None)
                stderr_console().print(f"  - {text}")
        typer.confirm("Erase all of that for good?", abort=True, err=True)
    try:
        lines = asyncio.run(data_subjects.erase(_dsn(installation), tenant, found, by=None))
    except data_subjects.LastAdministrator:
        raise CommandError(
            "It is the taskforce's last administrator: give somebody else that role first. Nothing was erased."
        ) from None
    erased = {service: [line.as_json(service) for line in of_service] for service, of_service in lines.items()}
    with reporting_change("The rows were erased"):
        if as_json:
            print_json(erased)
        else:
            count = sum(map(len, erased.values()))
            text = "1 row was erased, and is" if count == 1 else f"{count} rows were erased, and are"
            stdout_console().print(Text.assemble(OK, f" {text} in the ledger."))


def print_ledger() -> None:
    """Print every entry of the erasure ledgers as JSON, for a copy to be stored with the backups."""
    print_json(asyncio.run(data_subjects.ledger(attach().owner_dsn)))


def read_ledger(file: Path) -> list[dict[str, Any]]:
    """Read a file written by `print_ledger`. Raises `CommandError` if it is not one."""
    try:
        lines = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from None
    except ValueError:
        raise CommandError(f"{file} is no ledger of erasures: `tilsagn erasures` writes one.") from None
    keys = {"service", "id", "taskforce_id", "table", "key", "erased_by", "erased_at", "repeated_at"}
    if not isinstance(lines, list) or any(not isinstance(line, dict) or keys - line.keys() for line in lines):
        raise CommandError(f"{file} is no ledger of erasures: `tilsagn erasures` writes one.")
    return lines


def _dsn(installation: Installation) -> Callable[[str], str]:
    """Return the function that `data_subjects.find` needs."""
    urls: dict[str, Callable[[], str]] = {
        "pledges": lambda: installation.pledges().participants_database_url,
        "events": lambda: installation.events().database_url,
        "notifications": lambda: installation.notifications().database_url,
        "dashboard": lambda: installation.dashboard().database_url,
    }
    return lambda service: urls[service]()


def _check_new(file: Path) -> None:
    if file.exists():
        raise CommandError(f"{file} is there already. Nobody was looked up: name another file.")
    if not file.parent.is_dir():
        raise CommandError(f"{file.parent} is no folder. Nobody was looked up.")


def _write(file: Path, content: bytes) -> None:
    """Write a new file that only its owner can read. Raises `CommandError`."""
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
            opened.write(content)
    except OSError as error:
        raise CommandError(f"{file} cannot be written: {error.strerror}.") from None
