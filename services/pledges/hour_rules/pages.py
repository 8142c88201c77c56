"""The page of a participant's hours: by month, beside every rule, and what a planned step would change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.pledges.hour_rules.answers import read_hours
from services.pledges.hour_rules.schemas import PlanForm
from services.pledges.hour_rules.words import STATES, counts_text, met_words, title_of_months, what_if_words
from services.pledges.participants.access import (
    PARTICIPANT,
    ParticipantReader,
    ParticipantsDb,
    disclose_participants,
    may_change,
    reader_of,
)
from services.pledges.pledges.dependencies import limits
from services.pledges.pledges.rendering import render
from shared.http.policy import concerns
from shared.http.refusals import problem_of
from shared.i18n.translations import gettext as _
from shared.privacy.access_log import CASEWORK
from shared.product.vocabulary import JOB_TYPES
from shared.refusals import Refusal
from shared.ui.charts.columns import Period, column_chart
from shared.ui.charts.ladder import PRAKTIK
from shared.ui.charts.palette import REAL
from shared.ui.formats import date_text, local_date, month_text
from shared.ui.forms import Form, read_query

if TYPE_CHECKING:
    from markupsafe import Markup

    from services.pledges.hour_rules.answers import Hours
    from services.pledges.hour_rules.hours import Plan
    from services.pledges.hour_rules.schemas import HoursOut, RuleHoursOut

router = APIRouter(prefix="/participants/{participant_id:uuid}/hours", include_in_schema=False)

_SHORT_MONTH: Final = 3


@dataclass(frozen=True, slots=True)
class RuleView:
    """A rule as the page shows it: the numbers, and what they mean in words."""

    rule: RuleHoursOut
    words: list[str]
    what_if: str | None
    counts: str

    @property
    def share(self) -> int:
        """How much of the demanded hours is counted, as a percentage of at most 100."""
        return min(100, int(100 * self.rule.counted / self.rule.hours))


@router.get("")
@concerns(PARTICIPANT)
async def show_hours(
    participant_id: UUID, request: Request, db: ParticipantsDb, principal: ParticipantReader
) -> Response:
    """Show a participant's hours and the rules; with a planned step in the query, what it would change."""
    today = local_date(datetime.now(UTC))
    async with disclose_participants(db, reader_of(principal), purpose=CASEWORK) as disclosure:
        hours = await read_hours(disclosure, participant_id)
    form, plan = _planned(request, hours, today)
    # Companies are named to the case workers of the municipality only.
    own = may_change(principal, hours.participant)
    answer = hours.answer(today, plan)
    return render(
        request,
        "hours.html",
        status_code=422 if form.errors else 200,
        participant=hours.participant,
        hires=[
            (hire, None if hire.ended_on is None else hire.ended_on - timedelta(days=1)) for hire in hours.hires if own
        ],
        hires_count=answer.hires,
        chart=_chart(answer),
        rules=[_view(rule) for rule in answer.rules],
        state_words={state: _(label) for state, label in STATES.items()},
        form=form,
        plan=plan,
        job_type_choices=[(code, _(label)) for code, label in JOB_TYPES.items()],
        hire_choices=_hire_choices(hours, names=own),
        may_change=own,
        today=today,
    )


def _planned(request: Request, hours: Hours, today: date) -> tuple[Form[PlanForm], Plan | None]:
    """Return the form of the planned step, and the step if one was typed that can be right."""
    form = read_query(request, PlanForm)
    typed = form.data
    if typed is None or typed.is_empty:
        return form, None
    if typed.starts_on is None:
        return form.refused({"from": _("Say on which day the planned step begins.")}), None
    try:
        return form, hours.plan(typed, today=today, limits=limits(request))
    except Refusal as refusal:
        problem = problem_of(refusal)
        return form.refused({refusal.field.removeprefix("/"): f"{problem.title}. {problem.detail}"}), None


def _view(rule: RuleHoursOut) -> RuleView:
    return RuleView(rule, met_words(rule), what_if_words(rule), counts_text(rule))


def _chart(answer: HoursOut) -> Markup:
    periods = [
        Period(
            month_text(one.month),
            (float(one.paid), float(one.praktik)),
            short=month_text(one.month)[:_SHORT_MONTH],
        )
        for one in answer.months
    ]
    return column_chart(
        "hours",
        title_of_months(answer),
        periods,
        [_("Paid hours"), _("Hours of work placement")],
        column=_("Month"),
        series=[REAL, PRAKTIK],
        caption=_(
            "Hours by calendar month; the last month until today. From the hours ladders of the citizen's hires."
        ),
        level=2,
    )


def _hire_choices(hours: Hours, *, names: bool) -> list[tuple[str, str]]:
    """Return the hires that a plan may continue. Companies are named to case workers only."""
    return [
        (
            str(hire.id),
            _("the hire at %(company)s", company=hire.company)
            if names
            else _("the hire of %(day)s", day=date_text(hire.start_date)),
        )
        for hire in hours.hires
    ]
