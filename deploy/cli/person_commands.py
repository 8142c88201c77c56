"""Declares the commands about one person. The module `data_subjects` implements them."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.cli.options import AsJson, Taskforce

if TYPE_CHECKING:
    from shared.privacy.subjects import SubjectIdentifiers

Email = Annotated[list[str] | None, typer.Option(metavar="ADDRESS", help="The person's e-mail address.")]
Phone = Annotated[list[str] | None, typer.Option(metavar="NUMBER", help="The person's telephone number.")]
Cvr = Annotated[list[str] | None, typer.Option(metavar="NUMBER", help="The CVR number of the person's own company.")]

Case = Annotated[
    list[str] | None,
    typer.Option(metavar="MUNICIPALITY:REFERENCE", help="A municipality's case reference, such as 0671:S-4711."),
]


class ReportLanguage(StrEnum):
    """The languages of a report."""

    da = "da"
    en = "en"


def add_to(person_app: typer.Typer) -> None:
    """Add the commands to the group."""
    person_app.command("report")(report)
    person_app.command("erase")(erase)


def report(
    *,
    email: Email = None,
    phone: Phone = None,
    cvr: Cvr = None,
    case: Case = None,
    taskforce: Taskforce = "struer",
    pdf: Annotated[
        Path | None,
        typer.Option("--pdf", metavar="FILE", dir_okay=False, help="Write the report for the person into a new file."),
    ] = None,
    language: Annotated[ReportLanguage, typer.Option(help="Of the report.")] = ReportLanguage.da,
    as_json: AsJson = False,
) -> None:
    """Print everything that is held about a person, why, and until when.

    Complete according to the services' data inventories. Without an option it
    asks for an e-mail address, so that none stays in the shell's history.

    \b
    tilsagn person report --pdf report.pdf
    tilsagn person report --phone "97 85 00 00" --json
    """
    from deploy.cli.data_subjects import report as run  # noqa: PLC0415

    run(
        _identifiers(email, phone, cvr, case),
        taskforce=taskforce,
        pdf_file=pdf,
        language=language.value,
        as_json=as_json,
    )


def erase(
    *,
    email: Email = None,
    phone: Phone = None,
    cvr: Cvr = None,
    case: Case = None,
    taskforce: Taskforce = "struer",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask once more.")] = False,
    as_json: AsJson = False,
) -> None:
    """Erase a person: contacts, their account, their own company's name, a citizen.

    It shows what it has found and asks for confirmation. Several people may have
    one telephone number: check the names. Pledges stay, without the person.

    \b
    tilsagn person erase
    tilsagn person erase --email eva@example.dk --phone "97 85 00 00"
    """
    from deploy.cli.data_subjects import erase as run  # noqa: PLC0415

    run(_identifiers(email, phone, cvr, case), taskforce=taskforce, yes=yes, as_json=as_json)


def _identifiers(
    email: list[str] | None, phone: list[str] | None, cvr: list[str] | None, case: list[str] | None
) -> SubjectIdentifiers:
    """Return the person's search terms. Raises `CommandError` for a part of an address or number."""
    from deploy.cli.console import CommandError  # noqa: PLC0415
    from shared.fields.case_reference import CaseReference  # noqa: PLC0415
    from shared.fields.cvr import cvr_digits  # noqa: PLC0415
    from shared.fields.email import email_spellings  # noqa: PLC0415
    from shared.fields.phone import phone_spellings  # noqa: PLC0415
    from shared.privacy.subjects import SubjectIdentifiers  # noqa: PLC0415

    if not (email or phone or cvr or case):
        email = [typer.prompt("E-mail address", err=True)]
    emails, phones, cvrs = frozenset(email or ()), frozenset(phone or ()), frozenset(cvr or ())
    if not all(map(email_spellings, emails)):
        raise CommandError("Nobody was looked up: type the whole e-mail address, such as name@company.dk.")
    if not all(map(phone_spellings, phones)):
        raise CommandError("Nobody was looked up: type the whole telephone number, such as 97 85 00 00.")
    if not all(map(cvr_digits, cvrs)):
        raise CommandError("Nobody was looked up: a CVR number has eight digits.")
    cases = frozenset(CaseReference(*each.partition(":")[::2]) for each in case or ())
    if not all(map(CaseReference.is_whole, cases)):
        raise CommandError("Nobody was looked up: type the municipality's code and the reference, such as 0671:S-4711.")
    return SubjectIdentifiers(emails, phones, cvrs, cases=cases)
