"""Importing hires from a spreadsheet: choose it, read the verdicts, import."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.pledges.hires.access import edits_hires_as
from services.pledges.imports.hires.columns import HIRES, TEMPLATE
from services.pledges.imports.hires.commands import import_hires
from services.pledges.imports.layout import OF_PAGE
from services.pledges.imports.uploads import (
    carried,
    carried_back,
    chosen_file,
    empty_file,
    errors_response,
    rows_to_show,
)
from services.pledges.pledges.access import IMPORTERS, PLEDGE, HireImporter
from services.pledges.pledges.dependencies import limits, settings
from services.pledges.pledges.rendering import render
from shared.http.auth import Principal
from shared.http.dependencies import Db
from shared.http.policy import concerns
from shared.http.rate_limits import HEAVY, limited
from shared.i18n.translations import N_
from shared.i18n.translations import gettext as _
from shared.ui.forms import Form, blank
from shared.ui.posted_form import posted_form

if TYPE_CHECKING:
    from services.pledges.imports.report import Report

router = APIRouter(include_in_schema=False)

_SHORT_SECONDS: Final = 3
"""How long an import may take without being announced."""

COLUMN_WORDS: Final = {
    "virksomhed": N_("The company's name. May be empty where the line names a pledge."),
    "cvr": N_("Eight digits. A wrong number is taken and flagged."),
    "p-nummer": N_("The workplace's ten digits."),
    "kommune": N_("Four-digit code, such as 0671."),
    "tilsagn": N_("The id of the pledge, as its page's address has it. The hire fills its first vacant position."),
    "jobtype": N_("småjob (when left out), praktik, løntilskud, fleksjob, ordinær or træning."),
    "startdato": N_("The first day: 31-12-2026 or 31.12.2026."),
    "betalte timer": N_("Paid hours a week from the first day, such as 7,5. Empty in a praktik."),
    "praktiktimer": N_("Praktik hours a week from the first day."),
    "trin 2 fra": N_("The first day of the second step of the hours."),
    "trin 2 betalte timer": N_("Paid hours a week from then on."),
    "trin 2 praktiktimer": N_("Praktik hours a week from then on."),
    "trin 2 jobtype": N_("Left out: as before, but paid hours after a praktik are a småjob."),
    "slutdato": N_("The last day in the job, if it has ended."),
    "slutårsag": N_("Why it has ended, in the words of a hire's page."),
    "kontaktperson": N_("The municipality's fixed contact, whom employer and employee can ring."),
    "telefon": N_("Danish unless it says its country."),
    "e-mail": N_("One address."),
    "reference": N_("The line's name in your own books. No two lines have the same."),
}


@router.get("/pledges/import/hires")
@concerns()
async def choose_hires(request: Request, principal: HireImporter) -> Response:
    """Show the form to choose a file."""
    return _page(request, principal, blank())


@router.get("/pledges/import/hires/skabelon.csv")
@concerns()
async def template_of_hires(_principal: HireImporter) -> Response:
    """Return an empty file with the right columns, for a Danish Excel."""
    return empty_file(TEMPLATE, "ansaettelser-skabelon.csv")


@router.post("/pledges/import/hires")
@concerns(PLEDGE)
@limited(HEAVY)
async def judge_or_import_hires(request: Request, db: Db, principal: HireImporter) -> Response:
    """Say what each line of the file would do; or, when that has been read and confirmed, import it.

    The file is not stored in between: the page that shows the verdicts sends it back in the hidden field `carried`.
    """
    posted = await posted_form(request)
    form = blank()
    content = await chosen_file(posted)
    if isinstance(content, str):
        return _page(request, principal, form.refused({"file": content}), status_code=422)
    began = time.monotonic()
    report = await _report(request, db, principal, content, dry_run=posted.get("step") != "import")
    if report.problem is not None:
        return _page(request, principal, form.refused({"file": report.problem}), status_code=422)
    return _page(
        request,
        principal,
        form,
        report=report,
        carried_file=None if report.imported else carried(content),
        # Writing takes about as long as judging, which is done again.
        seconds=round(2 * (time.monotonic() - began)),
        status_code=200 if report.ok else 422,
    )


@router.post("/pledges/import/hires/errors")
@concerns(PLEDGE)
@limited(HEAVY)
async def errors_of_hires(request: Request, db: Db, principal: HireImporter) -> Response:
    """Return the lines of the carried file that have to be corrected, as a file for Excel."""
    content = carried_back(await posted_form(request))
    report = await _report(request, db, principal, content, dry_run=True)
    if report.problem is not None:
        return _page(request, principal, blank().refused({"file": report.problem}), status_code=422)
    return await errors_response(content, HIRES, report)


async def _report(request: Request, db: Db, principal: Principal, content: bytes, *, dry_run: bool) -> Report:
    return await import_hires(
        db,
        principal.taskforce,
        content,
        by=edits_hires_as(principal),
        dry_run=dry_run,
        limits=limits(request),
        request_key=settings(request).request_key,
    )


def _page(
    request: Request,
    principal: Principal,
    form: Form[Any],
    *,
    report: Report | None = None,
    carried_file: str | None = None,
    seconds: int = 0,
    status_code: int = 200,
) -> Response:
    rows, left_out = rows_to_show(report)
    columns = [column for column in TEMPLATE if column in COLUMN_WORDS]
    return render(
        request,
        "import_hires.html",
        status_code=status_code,
        form=form,
        report=report,
        rows=rows,
        rows_left_out=left_out,
        carried=carried_file,
        seconds=seconds if seconds > _SHORT_SECONDS else 0,
        may_import_pledges=principal.has(*IMPORTERS),
        columns=columns,
        required=HIRES.required,
        column_words={column: _(COLUMN_WORDS[column]) for column in columns},
        most_lines=OF_PAGE.lines,
        most_megabytes=OF_PAGE.file_bytes // 1024**2,
    )
