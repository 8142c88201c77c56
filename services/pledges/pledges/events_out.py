"""The messages about pledges: their public state, without anything that somebody typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from shared.contracts.pledges import PledgeState, Position

if TYPE_CHECKING:
    from datetime import datetime

    from services.pledges.pledges.domain import Pledge

S = TypeVar("S", bound=PledgeState)


def pledge_state(message: type[S], pledge: Pledge, *, recorded_at: datetime) -> S:
    """Return a message with the pledge's state after the change.

    Args:
        message: `PledgeLogged` or `PositionFilled`.
        recorded_at: when the request came.
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
            Position(position_id=one.id, number=one.number, status=one.status, hire_id=one.hire_id)
            for one in pledge.positions
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
    )
