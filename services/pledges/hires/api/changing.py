"""JSON routes that change a hire. Each takes If-Match with the hire's version, and answers with the new one."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import Response

from services.pledges.hires import commands, queries
from services.pledges.hires.access import HireRevoker, edits_hires_as, sees_person, visible_hire
from services.pledges.hires.api.answers import CHANGED, changed
from services.pledges.hires.change_schemas import (
    AnswerIn,
    CorrectionIn,
    EndIn,
    HireHistory,
    NewStepIn,
    ResumptionIn,
)
from services.pledges.hires.checkpoints import MONTHS
from services.pledges.hires.schemas import HireOut
from services.pledges.pledges.access import HIRE, Caseworker, ContactReader
from services.pledges.pledges.api import PREFIX, json_response
from services.pledges.pledges.dependencies import limits
from shared.contracts.pledges import CheckpointMonths
from shared.fields.dates import Day
from shared.http.dependencies import Db
from shared.http.idempotency import IdempotentChange
from shared.http.policy import concerns
from shared.http.preconditions import ExpectedVersion
from shared.http.problems import Problem

router = APIRouter(prefix=f"{PREFIX}/hires/{{hire_id}}", tags=["pledges"])

FirstDay = Annotated[Day, Path(description="the first day of the step", examples=["2027-01-04"])]


_Months = Annotated[int, Path(description="3, 6 or 12", json_schema_extra={"enum": list(MONTHS)})]


async def _checkpoint(months: _Months) -> CheckpointMonths:
    """Return the months of a checkpoint. Raises `Problem` 404 for any other number."""
    found = [one for one in MONTHS if one == months]
    if not found:
        raise Problem(404)
    return found[0]


Months = Annotated[CheckpointMonths, Depends(_checkpoint)]


@router.post("/steps", response_class=Response, responses=CHANGED)
@concerns(HIRE)
async def add_step(
    *,
    hire_id: UUID,
    body: NewStepIn,
    request: Request,
    db: Db,
    principal: Caseworker,
    idempotent: IdempotentChange,
    expected: ExpectedVersion,
) -> Response:
    """Add a step to the hours ladder, after the last one: other hours, or another job type, from a day on."""
    hire = await commands.add_step(
        db,
        principal.taskforce,
        hire_id,
        body.typed(),
        by=edits_hires_as(principal),
        request=idempotent,
        limits=limits(request),
        note=body.note,
        seen_version=expected,
    )
    return changed(hire)


@router.delete("/steps/{starts_on}", response_class=Response, responses=CHANGED)
@concerns(HIRE)
async def remove_step(
    *,
    hire_id: UUID,
    starts_on: FirstDay,
    db: Db,
    principal: Caseworker,
    idempotent: IdempotentChange,
    expected: ExpectedVersion,
) -> Response:
    """Remove the last step of the hours ladder."""
    hire = await commands.remove_step(
        db,
        principal.taskforce,
        hire_id,
        starts_on,
        by=edits_hires_as(principal),
        request=idempotent,
        seen_version=expected,
    )
    return changed(hire)


@router.post("/end", response_class=Response, responses=CHANGED)
@concerns(HIRE)
async def end_hire(
    *,
    hire_id: UUID,
    body: EndIn,
    db: Db,
    principal: Caseworker,
    idempotent: IdempotentChange,
    expected: ExpectedVersion,
) -> Response:
    """End a hire. Its position is vacant again, or cancelled. Checkpoints after the end are dropped."""
    hire = await commands.end_hire(
        db,
        principal.taskforce,
        hire_id,
        body.ended_on,
        body.reason,
        by=edits_hires_as(principal),
        request=idempotent,
        position=body.position,
        note=body.note,
        seen_version=expected,
    )
    return changed(hire)


@router.post("/resume", response_class=Response, responses=CHANGED)
@concerns(HIRE)
async def resume_hire(
    *,
    hire_id: UUID,
    body: ResumptionIn | None = None,
    db: Db,
    principal: Caseworker,
    idempotent: IdempotentChange,
    expected: ExpectedVersion,
) -> Response:
    """Let a hire go on that was ended by mistake. It fills its position again, unless somebody else has it."""
    hire = await commands.resume_hire(
        db,
        principal.taskforce,
        hire_id,
        by=edits_hires_as(principal),
        request=idempotent,
        note=body.note if body is not None else None,
        seen_version=expected,
    )
    return changed(hire)


@router.post("/correct", response_class=Response, responses=CHANGED)
@concerns(HIRE)
async def correct_hire(
    *,
    hire_id: UUID,
    body: CorrectionIn,
    request: Request,
    db: Db,
    principal: Caseworker,
    idempotent: IdempotentChange,
    expected: ExpectedVersion,
) -> Response:
    """Correct what was wrong about a hire. Checkpoints that nobody has answered move with the first day."""
    hire = await commands.correct_hire(
        db,
        principal.taskforce,
        hire_id,
        body.correction(),
        by=edits_hires_as(principal),
        request=idempotent,
        limits=limits(request),
        note=body.note,
        seen_version=expected,
    )
    return changed(hire)


@router.post("/revoke", response_class=Response, responses=CHANGED)
@concerns(HIRE)
async def revoke_hire(
    *,
    hire_id: UUID,
    db: Db,
    principal: HireRevoker,
    idempotent: IdempotentChange,
    expected: ExpectedVersion,
) -> Response:
    """Undo the confirmation of a hire, within 15 minutes: by whoever has confirmed it, or by a coordinator.

    The hire has never been, and its position is what it was before.
    """
    hire = await commands.revoke_hire(
        db,
        principal.taskforce,
        hire_id,
        by=edits_hires_as(principal),
        request=idempotent,
        seen_version=expected,
    )
    # A coordinator does not see what concerns the person.
    return json_response(visible_hire(principal, HireOut.of(hire)), version=hire.version)


@router.post("/checkpoints/{months}", response_class=Response, responses=CHANGED)
@concerns(HIRE)
async def answer_checkpoint(
    *,
    hire_id: UUID,
    months: Months,
    body: AnswerIn,
    db: Db,
    principal: Caseworker,
    idempotent: IdempotentChange,
    expected: ExpectedVersion,
) -> Response:
    """Answer whether the person is still employed 3, 6 or 12 months after the first day, or take the answer back."""
    hire = await commands.answer_checkpoint(
        db,
        principal.taskforce,
        hire_id,
        months,
        body.answer,
        by=edits_hires_as(principal),
        request=idempotent,
        note=body.note,
        seen_version=expected,
    )
    return changed(hire)


@router.get(
    "/history",
    response_class=Response,
    responses={200: {"model": HireHistory}, 404: {"description": "There is no such hire"}},
)
@concerns(HIRE)
async def history(hire_id: UUID, db: Db, principal: ContactReader) -> Response:
    """Return who has changed a hire since it was confirmed, when and why: without people in the hire."""
    async with db.read(principal.taskforce) as conn:
        hire = await queries.hire(conn, principal.taskforce, hire_id)
        entries = await queries.history(conn, principal.taskforce, hire_id)
    if hire is None or entries is None:
        raise Problem(404)
    if not sees_person(principal, hire.caseworker_municipality):
        entries = [entry.without_person() for entry in entries]
    return json_response(HireHistory(items=entries))
