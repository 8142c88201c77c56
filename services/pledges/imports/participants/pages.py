"""Importing participants from a spreadsheet: choose it, read the verdicts, import."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.pledges.imports.participants.columns import COLUMNS, LIMITS, PARTICIPANTS
from services.pledges.imports.participants.commands import import_participants
from services.pledges.imports.uploads import (
    carried,
    carried_back,
    chosen_file,
    empty_file,
    errors_response,
    rows_to_show,
)
from services.pledges.participants.access import PARTICIPANT, ParticipantEditor, ParticipantsDb, case_worker
from services.pledges.pledges.rendering import render
from shared.http.policy import concerns
from shared.http.rate_limits import HEAVY, limited
from shared.i18n.translations import N_
from shared.i18n.translations import gettext as _
from shared.ui.forms import Form, blank
from shared.ui.posted_form import posted_form

if TYPE_CHECKING:
    from services.pledges.imports.report import Report
    from services.pledges.participants.access import ParticipantsDatabase
    from shared.http.auth import Principal

router = APIRouter(prefix="/participants/import", include_in_schema=False)

_SHORT_SECONDS: Final = 3
"""How long an import may take without being announced."""

COLUMN_WORDS: Final = {
    "sagsnummer": N_("The municipality's own case reference. Never a CPR number."),
    "kommune": N_("Four-digit code. Left out: your own; another one is refused."),
    "målgruppe": N_("A code of the taskforce's target groups, such as 6.2."),
    "målgruppe fra": N_("The first day on which it holds. Left out: today."),
    "indsats": N_("Small-job effort, training track or job network."),
    "ledig fra": N_("The first day on which the citizen can work: 31-12-2026 or 31.12.2026."),
    "timer fra": N_("Hours a week at least, such as 7,5."),
    "timer til": N_("Hours a week at most. One of the two is enough."),
    "dage": N_("Weekdays: man, ons, fre; man-fre; hverdage; or 1 for Monday to 7 for Sunday."),
    "afstand": N_("Kilometres from the municipality's main town. 0: only within the municipality."),
    "transport": N_("Til fods, cykel, bus eller tog, bil, or bliver kørt."),
    "jobtyper": N_("Kinds of job that the citizen looks for, separated by commas."),
    "kan": N_("Tasks of the catalogue, separated by commas."),
    "vil gerne": N_("The same: what they would like to do."),
    "kan ikke": N_("The same: what they cannot do."),
}


@router.get("")
@concerns()
async def choose_participants(request: Request, _principal: ParticipantEditor) -> Response:
    """Show the form to choose a file."""
    return _page(request, blank())


@router.get("/skabelon.csv")
@concerns()
async def template_of_participants(_principal: ParticipantEditor) -> Response:
    """Return an empty file with the right columns, for a Danish Excel."""
    return empty_file(COLUMNS, "borgere-skabelon.csv")


@router.post("")
@concerns(PARTICIPANT)
@limited(HEAVY)
async def judge_or_import_participants(request: Request, db: ParticipantsDb, principal: ParticipantEditor) -> Response:
    """Say what each line of the file would do; or, when that has been read and confirmed, import it.

    The file is not stored in between: the page that shows the verdicts sends it back in the hidden field `carried`.
    """
    posted = await posted_form(request)
    form = blank()
    content = await chosen_file(posted)
    if isinstance(content, str):
        return _page(request, form.refused({"file": content}), status_code=422)
    began = time.monotonic()
    report = await _report(db, principal, content, dry_run=posted.get("step") != "import")
    if report.problem is not None:
        return _page(request, form.refused({"file": report.problem}), status_code=422)
    return _page(
        request,
        form,
        report=report,
        carried_file=None if report.imported else carried(content),
        # Writing takes about as long as judging, which is done again.
        seconds=round(2 * (time.monotonic() - began)),
        status_code=200 if report.ok else 422,
    )


@router.post("/errors")
@concerns(PARTICIPANT)
@limited(HEAVY)
async def errors_of_participants(request: Request, db: ParticipantsDb, principal: ParticipantEditor) -> Response:
    """Return the lines of the carried file that have to be corrected, as a file for Excel."""
    content = carried_back(await posted_form(request))
    report = await _report(db, principal, content, dry_run=True)
    if report.problem is not None:
        return _page(request, blank().refused({"file": report.problem}), status_code=422)
    return await errors_response(content, PARTICIPANTS, report, LIMITS)


async def _report(db: ParticipantsDatabase, principal: Principal, content: bytes, *, dry_run: bool) -> Report:
    return await import_participants(db, case_worker(principal), content, by=principal.person_id, dry_run=dry_run)


def _page(
    request: Request,
    form: Form[Any],
    *,
    report: Report | None = None,
    carried_file: str | None = None,
    seconds: int = 0,
    status_code: int = 200,
) -> Response:
    rows, left_out = rows_to_show(report)
    return render(
        request,
        "import_participants.html",
        status_code=status_code,
        form=form,
        report=report,
        rows=rows,
        rows_left_out=left_out,
        carried=carried_file,
        seconds=seconds if seconds > _SHORT_SECONDS else 0,
        columns=COLUMNS,
        required=PARTICIPANTS.required,
        column_words={column: _(words) for column, words in COLUMN_WORDS.items()},
        most_lines=LIMITS.lines,
        most_megabytes=LIMITS.file_bytes // 1024**2,
    )
