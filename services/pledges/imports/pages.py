"""Importing old pledges from a spreadsheet: choose the file, read the verdicts, import."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import UploadFile

from services.pledges.imports.columns import COLUMNS, REQUIRED
from services.pledges.imports.commands import import_pledges
from services.pledges.imports.errors import errors_csv
from services.pledges.pledges.access import Importer
from services.pledges.pledges.dependencies import limits, settings
from services.pledges.pledges.rendering import render
from services.pledges.register.access import EVENT
from shared.http.auth import Principal
from shared.http.dependencies import Db
from shared.http.policy import concerns
from shared.http.problems import Problem
from shared.http.rate_limits import HEAVY, limited
from shared.i18n.translations import N_
from shared.i18n.translations import gettext as _
from shared.ui.forms import Form, blank, misnamed_file
from shared.ui.posted_form import posted_form

if TYPE_CHECKING:
    from services.pledges.imports.report import Report, Row

router = APIRouter(include_in_schema=False)

_MAX_ROWS_SHOWN = 300

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
@concerns()
async def choose_file(request: Request, _principal: Importer) -> Response:
    """Show the form to choose a file."""
    return _page(request, blank())


@router.get("/pledges/import/skabelon.csv")
@concerns()
async def template(_principal: Importer) -> Response:
    """Return an empty file with the right columns, for a Danish Excel."""
    return Response(
        "\ufeff" + ";".join(COLUMNS) + "\r\n",
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": 'attachment; filename="tilsagn-skabelon.csv"'},
    )


@router.post("/pledges/import")
@concerns(EVENT)
@limited(HEAVY)
async def judge_or_import(request: Request, db: Db, principal: Importer) -> Response:
    """Say what each line of the file would do; or, when that has been read and confirmed, import it.

    The file is not stored in between: the page that shows the verdicts sends it back in the hidden field `carried`.
    """
    posted = await posted_form(request)
    upload = posted.get("file")
    carried = posted.get("carried")
    if isinstance(carried, str) and carried:
        content = _carried_back(carried)
    elif isinstance(upload, UploadFile) and upload.filename:
        if misnamed := misnamed_file(upload):
            return _page(request, blank().refused({"file": misnamed}), status_code=422)
        content = await upload.read()
    else:
        return _page(request, blank().refused({"file": _("Choose a file.")}), status_code=422)
    report = await _report(request, db, principal, content, dry_run=posted.get("step") != "import")
    if report.problem is not None:
        return _page(request, blank().refused({"file": report.problem}), status_code=422)
    return _page(
        request,
        blank(),
        report=report,
        carried=None if report.imported else base64.urlsafe_b64encode(content).decode(),
        status_code=200 if report.ok else 422,
    )


@router.post("/pledges/import/errors")
@concerns(EVENT)
@limited(HEAVY)
async def errors(request: Request, db: Db, principal: Importer) -> Response:
    """Return the errors of the file that the page of verdicts sends back, as a file for Excel."""
    posted = await posted_form(request)
    report = await _report(request, db, principal, _carried_back(str(posted.get("carried", ""))), dry_run=True)
    if report.problem is not None:
        return _page(request, blank().refused({"file": report.problem}), status_code=422)
    return Response(
        errors_csv(report),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{_("import-errors.csv")}"'},
    )


def _carried_back(carried: str) -> bytes:
    try:
        return base64.b64decode(carried, altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise Problem(400) from None


async def _report(request: Request, db: Db, principal: Principal, content: bytes, *, dry_run: bool) -> Report:
    return await import_pledges(
        db,
        principal.taskforce,
        content,
        dry_run=dry_run,
        limits=limits(request),
        request_key=settings(request).request_key,
    )


def _page(
    request: Request,
    form: Form[Any],
    *,
    report: Report | None = None,
    carried: str | None = None,
    status_code: int = 200,
) -> Response:
    rows: list[Row] = []
    left_out = 0
    if report is not None:
        # A long file has more lines than the page shows. Lines with errors, then lines with flags or warnings, are
        # selected before the others; the selected lines are shown in the order of the file.
        by_severity = sorted(
            report.rows, key=lambda row: (row.verdict != "refused", not (row.warnings or row.flags), row.line)
        )
        rows = sorted(by_severity[:_MAX_ROWS_SHOWN], key=lambda row: row.line)
        left_out = len(by_severity) - len(rows)
    return render(
        request,
        "import.html",
        status_code=status_code,
        form=form,
        report=report,
        rows=rows,
        rows_left_out=left_out,
        carried=carried,
        columns=COLUMNS,
        required=REQUIRED,
        column_words={column: _(words) for column, words in COLUMN_WORDS.items()},
    )
