"""The messages about pledges. They carry a pledge's public state, without contacts and free text."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from shared.contracts.pledges import PledgeState, Position

if TYPE_CHECKING:
    from datetime import datetime

    from services.pledges.pledges.domain import Pledge

_State = TypeVar("_State", bound=PledgeState)


def pledge_state(message: type[_State], pledge: Pledge, *, recorded_at: datetime) -> _State:
    """Return a message with the pledge's state after the change.

    Args:
        message: the class of the message.
        recorded_at: when the server received the request.
    """
    terms = pledge.terms
    return message(
        taskforce_id=pledge.taskforce_id,
        version=pledge.version,
        recorded_at=recorded_at,
        pledge_id=pledge.id,
        status=pledge.status,
        job_type=terms.job_type,
        positions=tuple(
            Position(
                position_id=position.id,
                number=position.number,
                status=position.status,
                hire_id=position.hire_id,
                matched_on=position.matched_on,
                trial_on=position.trial_on,
                cancelled_on=position.cancelled_on,
            )
            for position in pledge.positions
        ),
        weekly_hours_from=terms.hours_from,
        weekly_hours_to=terms.hours_to,
        tasks=terms.tasks,
        event_id=terms.event_id,
        company_id=pledge.company_id,
        municipality=pledge.municipality,
        captured_by=terms.captured_by,
        logged_by=pledge.logged_by_person,
        captured_at=terms.captured_at,
        received_at=pledge.received_at,
        pledged_on=pledge.pledged_on,
        flags=pledge.flags,
        counted=pledge.counted,
        ended_on=pledge.ended_on,
        affirmed_on=pledge.affirmed_on,
        merged_into=pledge.merged_into,
    )
