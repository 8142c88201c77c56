"""Importing pledges from a spreadsheet or from the file of a phone: choose it, read the verdicts, import."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from services.pledges.imports.columns import COLUMNS, PLEDGES, REQUIRED
from services.pledges.imports.commands import import_pledges
from services.pledges.imports.phone_file import is_phone_file
from services.pledges.imports.rescue import import_phone_file
from services.pledges.imports.uploads import (
    carried,
    carried_back,
    chosen_file,
    empty_file,
    errors_response,
    rows_to_show,
)
from services.pledges.pledges.access import Importer
from services.pledges.pledges.dependencies import limits, settings
from services.pledges.pledges.domain import Person
from services.pledges.pledges.forms import uuid_or_none
from services.pledges.pledges.rendering import render
from services.pledges.register import queries as register
from services.pledges.register.access import EVENT
from shared.http.auth import Principal
from shared.http.dependencies import Db
from shared.http.policy import concerns
from shared.http.problems import Problem
from shared.http.rate_limits import HEAVY, limited
from shared.i18n.translations import N_
from shared.i18n.translations import gettext as _
from shared.ui.formats import date_text
from shared.ui.forms import Form, blank
from shared.ui.posted_form import posted_form

if TYPE_CHECKING:
    from services.pledges.imports.report import Report

router = APIRouter(include_in_schema=False)

COLUMN_WORDS: Final = {
    "virksomhed": N_("The company's name."),
    "cvr": N_("Eight digits. A wrong number is taken and flagged."),
    "p-nummer": N_("The workplace's ten digits."),
    "kommune": N_("Four-digit code, such as 0671."),
    "arrangement": N_("The event's title, or its id. It has to exist."),
    "dato": N_("The day of the pledge: 31-12-2026 or 31.12.2026."),
    "type": N_("småjob (when left out), praktik, løntilskud, fleksjob, ordinær or træning."),
    "pladser": N_("How many positions."),
    "timer fra": N_("Hours a week at least, such as 7,5."),
    "timer til": N_("Hours a week at most. Left out: the same."),
    "opgaver": N_("Tasks as on the intake form, separated by commas."),
    "kontaktperson": N_("Whom to ring."),
    "telefon": N_("Danish unless it says its country."),
    "e-mail": N_("One address."),
    "tidligst start": N_("A day."),
    "reference": N_("The line's name in your own books. No two lines have the same."),
}


@router.get("/pledges/import")
@concerns(EVENT)
async def choose_file(
    request: Request, db: Db, principal: Importer, event: Annotated[str, Query(max_length=60)] = ""
) -> Response:
    """Show the form to choose a file.

    Args:
        event: chosen for the lines that name none.
    """
    return await _page(request, db, principal, blank(event_id=uuid_or_none(event) or ""))


@router.get("/pledges/import/skabelon.csv")
@concerns()
async def template(_principal: Importer) -> Response:
    """Return an empty file with the right columns, for a Danish Excel."""
    return empty_file(COLUMNS, "tilsagn-skabelon.csv")


@router.post("/pledges/import")
@concerns(EVENT)
@limited(HEAVY)
async def judge_or_import(request: Request, db: Db, principal: Importer) -> Response:
    """Say what each line of the file would do; or, when that has been read and confirmed, import it.

    The file is not stored in between: the page that shows the verdicts sends it back in the hidden field `carried`.
    """
    posted = await posted_form(request)
    form = blank(event_id=uuid_or_none(str(posted.get("event_id"))) or "")
    content = await chosen_file(posted)
    if isinstance(content, str):
        return await _page(request, db, principal, form.refused({"file": content}), status_code=422)
    report = await _report(request, db, principal, content, form, step=str(posted.get("step")))
    if report.problem is not None:
        return await _page(request, db, principal, form.refused({"file": report.problem}), status_code=422)
    return await _page(
        request,
        db,
        principal,
        form,
        report=report,
        carried=None if report.imported else carried(content),
        status_code=200 if report.ok or report.imported else 422,
    )


@router.post("/pledges/import/errors")
@concerns(EVENT)
@limited(HEAVY)
async def errors(request: Request, db: Db, principal: Importer) -> Response:
    """Return the errors of the file that the page of verdicts sends back, as a file for Excel."""
    posted = await posted_form(request)
    form = blank(event_id=uuid_or_none(str(posted.get("event_id"))) or "")
    content = carried_back(posted)
    if is_phone_file(content):
        # What a phone holds is corrected on the phone.
        raise Problem(400)
    report = await _report(request, db, principal, content, form, step="judge")
    if report.problem is not None:
        return await _page(request, db, principal, form.refused({"file": report.problem}), status_code=422)
    return await errors_response(content, PLEDGES, report)


async def _report(
    request: Request, db: Db, principal: Principal, content: bytes, form: Form[Any], *, step: str
) -> Report:
    if is_phone_file(content):
        return await import_phone_file(
            db,
            principal.taskforce,
            content,
            by=Person(principal.person_id),
            sender=principal.subject,
            dry_run=step not in {"import", "import_others"},
            without_refused=step == "import_others",
            limits=limits(request),
            request_key=settings(request).request_key,
        )
    return await import_pledges(
        db,
        principal.taskforce,
        content,
        event_id=form.value("event_id") or None,
        dry_run=step != "import",
        limits=limits(request),
        request_key=settings(request).request_key,
    )


async def _page(
    request: Request,
    db: Db,
    principal: Principal,
    form: Form[Any],
    *,
    report: Report | None = None,
    carried: str | None = None,
    status_code: int = 200,
) -> Response:
    rows, left_out = rows_to_show(report)
    async with db.read(principal.taskforce) as conn:
        events = await register.events(conn, principal.taskforce, ("published", "open", "closed"))
    return render(
        request,
        "import.html",
        status_code=status_code,
        form=form,
        events=[(str(event.id), f"{event.title}, {date_text(event.starts_at)}") for event in events],
        report=report,
        rows=rows,
        rows_left_out=left_out,
        carried=carried,
        columns=COLUMNS,
        required=REQUIRED,
        column_words={column: _(words) for column, words in COLUMN_WORDS.items()},
    )
