"""The forms on the page of a pledge that take a step of it or of one of its positions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from services.pledges.pledges.access import PLEDGE, PledgeKeeper, keeps_as, may_read_contact
from services.pledges.pledges.dependencies import lapse_rules
from services.pledges.pledges.forms import read_as, without_empty
from services.pledges.pledges.guest_access import find_pledge
from services.pledges.pledges.history import history
from services.pledges.pledges.position_changes import statuses_before
from services.pledges.pledges.refusals import PledgeNotFound, StaleVersion
from services.pledges.pledges.rendering import render
from services.pledges.positions import commands
from services.pledges.positions.schemas import (
    CancellationIn,
    DeferralIn,
    NoteIn,
    ReopeningIn,
    StepForm,
    TrialIn,
)
from shared.contracts.pledges import position_id
from shared.http.auth import NotAllowed
from shared.http.dependencies import Db
from shared.http.policy import concerns
from shared.http.problems import Problem
from shared.http.refusals import problem_of
from shared.i18n.translations import N_
from shared.i18n.translations import gettext as _
from shared.ui.forms import read_form

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from services.pledges.pledges.domain import Pledge
    from shared.http.auth import Principal

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class _Step:
    """A step that a form may ask for.

    Attributes:
        body: what validates its fields.
        of_position: whether it is a position's, and not the pledge's.
        only_caseworker: whether coordinators do not take it.
        words: what it does, for the page that shows two versions.
    """

    run: Callable[..., Awaitable[Pledge]]
    body: type[NoteIn | DeferralIn]
    words: str
    of_position: bool = True
    only_caseworker: bool = False


_STEPS: Final[Mapping[str, _Step]] = {
    "match": _Step(commands.match_position, NoteIn, N_("Match a person with the position"), only_caseworker=True),
    "trial": _Step(commands.start_trial, TrialIn, N_("Set the days of the trial"), only_caseworker=True),
    "cancel": _Step(commands.cancel_position, CancellationIn, N_("Cancel the position")),
    "reopen": _Step(commands.reopen_position, ReopeningIn, N_("Reopen the position"), only_caseworker=True),
    "undo": _Step(commands.undo_step, NoteIn, N_("Undo the last step")),
    "affirm": _Step(commands.affirm_pledge, NoteIn, N_("Note that the company stands by it"), of_position=False),
    "undo-affirmation": _Step(
        commands.undo_affirmation, NoteIn, N_("Note that the company has not confirmed it"), of_position=False
    ),
    "lapse": _Step(commands.lapse_pledge, NoteIn, N_("Close it as lapsed"), of_position=False),
    "defer-lapse": _Step(commands.defer_lapse, DeferralIn, N_("Put the lapse off"), of_position=False),
}


@router.post("/pledges/{pledge_id:uuid}/step")
@concerns(PLEDGE)
async def take_step(pledge_id: UUID, request: Request, db: Db, principal: PledgeKeeper) -> Response:
    """Take a step, or show both versions where somebody has changed the pledge in the meantime."""
    form = await read_form(request, StepForm)
    step = _STEPS.get(form.data.step) if form.data is not None else None
    if form.data is None or step is None or (step.of_position and form.data.position is None):
        raise Problem(422)
    if step.only_caseworker and not principal.has("caseworker"):
        raise NotAllowed
    sent = form.data.model_dump(mode="json", by_alias=True, exclude={"step", "position", "version"})
    body = read_as(step.body, without_empty(sent))
    if isinstance(body, list):
        raise Problem(422, errors=body)
    arguments = _arguments(body)
    if form.data.step == "lapse":
        arguments["rules"] = lapse_rules(request)
    subject = position_id(pledge_id, form.data.position or 1) if step.of_position else pledge_id
    try:
        await step.run(
            db, principal.taskforce, subject, by=keeps_as(principal), seen_version=form.data.version, **arguments
        )
    except StaleVersion as refusal:
        return await _conflict(request, principal, pledge_id, form.data, step, status_code=problem_of(refusal).status)
    return RedirectResponse(f"/pledges/{pledge_id}", 303)


def _arguments(body: NoteIn | DeferralIn) -> dict[str, Any]:
    """Return the arguments of the use case."""
    arguments = body.model_dump()
    if isinstance(body, TrialIn):
        arguments["starts_on"] = arguments.pop("start")
    return arguments


async def _conflict(
    request: Request, principal: Principal, pledge_id: UUID, form: StepForm, step: _Step, *, status_code: int
) -> Response:
    """Show what the reader saw beside what it is now, and what has happened in between."""
    pledge = await find_pledge(request, principal, pledge_id)
    if pledge is None:
        raise PledgeNotFound
    seen = form.version or 0
    async with request.app.state.database.read(principal.taskforce) as conn:
        before = await statuses_before(conn, principal.taskforce, pledge_id, seen_version=seen)
        entries = await history(conn, principal.taskforce, pledge) if may_read_contact(principal, pledge) else []
    sent = form.model_dump(mode="json", by_alias=True, exclude={"version"}, exclude_none=True)
    return render(
        request,
        "step_conflict.html",
        status_code=status_code,
        pledge=pledge,
        before=before,
        since=[entry for entry in entries if entry.version > seen],
        step=_(step.words),
        position=form.position if step.of_position else None,
        sent=sent,
        person_id=principal.person_id,
    )
