"""`tilsagn person` and `tilsagn erasures`: what is held about somebody, erasing it, the ledger of what was erased."""

from __future__ import annotations

import asyncio
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from deploy.cli.console import FAILED, Refusal, notes, output, say_json
from deploy.cli.installation import Installation, attach
from deploy.privacy import people
from deploy.scenarios.identities import taskforce_id
from shared.privacy.access_log import SUBJECT_ERASURE
from shared.privacy.pdf import pdf
from shared.privacy.report import activity_entry, group_entry
from shared.privacy.report import report as whole_report

if TYPE_CHECKING:
    from shared.i18n.translations import Language
    from shared.privacy.subjects import SubjectIdentifiers


def report(
    asked: SubjectIdentifiers, *, taskforce: str, pdf_file: Path | None, language: Language, as_json: bool
) -> None:
    """Print everything that is held about a person, with why and until when; or write it for them, as a PDF.

    Raises:
        Refusal: the file is there already, or cannot be written; nobody was looked up then.
    """
    if pdf_file is not None:
        _must_be_new(pdf_file)
    installation, tenant = attach(), taskforce_id(taskforce)
    found = asyncio.run(people.find(_app_dsn(installation), tenant, asked))
    looks = asyncio.run(people.looks(installation.owner_dsn, tenant, found))
    if pdf_file is not None or as_json:
        document = whole_report(
            taskforce=asyncio.run(people.taskforce_name(_app_dsn(installation), tenant)),
            asked=asked,
            held=[group_entry(one.service, group, language) for one in found for group in one.held],
            done=[activity_entry(one.service, each, language) for one in found for each in one.done],
            looks=looks,
            made_at=datetime.now(UTC),
            language=language,
        )
        if pdf_file is not None:
            _write(pdf_file, pdf(document))
            notes().print(f"[green]✓[/] {pdf_file} is written. It holds personal data: see who can read it.")
        if as_json:
            say_json(document)
        return
    console = output()
    for one in found:
        for group in filter(lambda group: group.rows, one.held):
            entry = group.entry
            console.print(f"\n[bold]{one.service}[/]: {entry.what}", highlight=False)
            console.print(f"  {entry.purpose} ({entry.basis}). {entry.months} måneder efter {entry.counted_from}.")
            for row in group.rows:
                words = ", ".join(f"{column}: {row[column]}" for column in entry.columns if row[column] is not None)
                console.print(f"  - {words}", markup=False)
    for service, each in [(one.service, each) for one in found for each in one.done if each.rows]:
        console.print(f"\n[bold]{service}[/]: {each.entry.what}: {len(each.rows):,}", highlight=False)
    if not any(group.rows for one in found for group in one.held):
        console.print("Nothing is held about anybody known by that.")
    for look in looks:
        at = f"{look['looked_at'].astimezone():%d.%m.%Y %H.%M}"
        console.print(f"  {at}: {look['action']} by {look['who']}, {look['why']} ({look['basis']})", markup=False)


def erase(asked: SubjectIdentifiers, *, taskforce: str, yes: bool, as_json: bool) -> None:
    """Erase what is held about a person, after showing it.

    Raises:
        Refusal: nothing is held, or it is the last administrator's account.
    """
    installation, tenant = attach(), taskforce_id(taskforce)
    found = asyncio.run(people.find(_app_dsn(installation), tenant, asked, purpose=SUBJECT_ERASURE))
    rows = [(one.service, group) for one in found for group in one.held if group.rows and group.lookup.erase]
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
    keys = {"service", "id", "taskforce_id", "table", "key", "erased_by", "erased_at", "repeated_at"}
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


def _must_be_new(file: Path) -> None:
    if file.exists():
        raise Refusal(f"{file} is there already. Nobody was looked up: name another file.")
    if not file.parent.is_dir():
        raise Refusal(f"{file.parent} is no folder. Nobody was looked up.")


def _write(file: Path, content: bytes) -> None:
    """Write a file that only its owner can read."""
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
            opened.write(content)
    except OSError as error:
        raise Refusal(f"{file} cannot be written: {error.strerror}.") from None
