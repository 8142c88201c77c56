"""The messages about hires: their public state, without people and typed text."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from shared.contracts.pledges import Checkpoint, HireState, HoursStep

if TYPE_CHECKING:
    from datetime import datetime

    from services.pledges.hires.domain import Hire

_State = TypeVar("_State", bound=HireState)


def hire_state(message: type[_State], hire: Hire, *, recorded_at: datetime) -> _State:
    """Return a message with the hire's state after the change.

    Args:
        message: the class of the message.
        recorded_at: when the server received the request.
    """
    return message(
        taskforce_id=hire.taskforce_id,
        version=hire.version,
        recorded_at=recorded_at,
        hire_id=hire.id,
        pledge_id=hire.pledge_id,
        position_id=hire.position.id if hire.position else None,
        event_id=hire.event_id,
        company_id=hire.company_id,
        municipality=hire.municipality,
        job_type=hire.job_type,
        start_date=hire.start_date,
        weekly_hours=hire.weekly_hours,
        confirmed_at=hire.confirmed_at,
        logged_by=hire.logged_by,
        ended_on=hire.ended_on,
        end_reason=hire.end_reason,
        steps=tuple(
            HoursStep(
                starts_on=step.starts_on,
                paid_weekly_hours=step.paid_weekly_hours,
                praktik_weekly_hours=step.praktik_weekly_hours,
                job_type=step.job_type,
            )
            for step in hire.steps
        ),
        checkpoints=tuple(
            Checkpoint(months=one.months, due_on=one.due_on, answer=one.answer, answered_on=one.answered_on)
            for one in hire.checkpoints
        ),
        training_hire_id=hire.training_hire_id,
        citizen_id=hire.citizen_id,
        counted=hire.counted,
    )
