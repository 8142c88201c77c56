"""What the rules' refusals are called towards programs and people: status, title, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.pledges.domain import refusals
from services.pledges.domain.refusals import Refusal
from shared.http.problems import Problem, respond
from shared.http.validation import FieldError
from shared.ui.i18n import N_
from shared.ui.i18n import gettext as _

if TYPE_CHECKING:
    from fastapi import FastAPI, Request
    from fastapi.responses import Response

_WORDS: Final[dict[type[Refusal], tuple[int, str, str]]] = {
    refusals.KeyUsedForAnother: (
        422,
        N_("This was sent before with other content"),
        N_("Send something new under a new Idempotency-Key."),
    ),
    refusals.IdTaken: (
        409,
        N_("This has been received already, with other content"),
        N_("Look at what was received, and log what is missing as something new."),
    ),
    refusals.TooManyPositions: (
        422,
        N_("Too many positions for one pledge"),
        N_("A pledge has from 1 to %(positions)s positions."),
    ),
    refusals.TooManyPledgedHours: (
        422,
        N_("Too many hours a week"),
        N_("A week has at most %(hours)s hours of work."),
    ),
    refusals.TooManyHiredHours: (
        422,
        N_("Too many hours a week"),
        N_("A week has at most %(hours)s hours of work."),
    ),
    refusals.UnknownEvent: (422, N_("The event does not exist"), N_("Choose the event from the list.")),
    refusals.PassForAnotherEvent: (
        403,
        N_("The pass is for another event"),
        N_("Scan the code at the event you are at."),
    ),
    refusals.PassRevoked: (
        403,
        N_("The pass is no longer valid"),
        N_("Scan the event's new code, or ask the coordinator."),
    ),
    refusals.PassExpired: (
        403,
        N_("The pass has run out"),
        N_("Passes work until 14 days after the event. Give the pledge to the coordinator."),
    ),
    refusals.EventIsOver: (
        403,
        N_("The event has closed"),
        N_("Only what was captured while it was open comes in with its pass. Give the pledge to the coordinator."),
    ),
    refusals.UnknownPledge: (422, N_("The pledge does not exist"), N_("Choose it from the work list.")),
    refusals.UnknownPosition: (422, N_("The pledge has no such position"), N_("Choose one of its positions.")),
    refusals.PositionTaken: (
        409,
        N_("The position has been filled already"),
        N_("Somebody was quicker. Choose another position."),
    ),
    refusals.NoPositionOpen: (
        409,
        N_("No position is vacant"),
        N_("All positions of the pledge are filled or cancelled."),
    ),
    refusals.PledgeEnded: (
        409,
        N_("The pledge has ended"),
        N_("It was withdrawn, has lapsed, or is another one's duplicate."),
    ),
    refusals.StaleVersion: (
        412,
        N_("Somebody changed the pledge before you"),
        N_("Look at it again and compare."),
    ),
    refusals.CompanyMissing: (
        422,
        N_("The company is missing"),
        N_("A hire without a pledge says at which company."),
    ),
    refusals.ImplausibleStart: (
        422,
        N_("The start date cannot be right"),
        N_("The first day must lie between 2000 and two years from now."),
    ),
    refusals.EndsBeforeStart: (
        422,
        N_("The hire ends before it starts"),
        N_("The first day without the job comes after the first day with it."),
    ),
}


def problem_of(refusal: Refusal, *, positions_max: int, weekly_hours_max: object) -> Problem:
    """Return a refusal as a problem in the current language, with the field at fault where there is one."""
    status, title, detail = _WORDS[type(refusal)]
    words = _(detail) % {"positions": positions_max, "hours": weekly_hours_max}
    errors = [FieldError(refusal.field, refusal.code, words)] if refusal.field else []
    return Problem(status, refusal.code, _(title), words, errors=errors)


async def _on_refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    settings = request.app.state.settings
    problem = problem_of(error, positions_max=settings.positions_max, weekly_hours_max=settings.weekly_hours_max)
    return respond(request, problem)


def install(app: FastAPI) -> None:
    """Make refusals that no route has caught answer as problems."""
    app.add_exception_handler(Refusal, _on_refusal)
