"""What `pledges` tells the others: the public state of a pledge or hire, without anything somebody typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from shared.contracts.pledges import HireConfirmed, PledgeState, Position

if TYPE_CHECKING:
    from datetime import datetime

    from services.pledges.hires.domain import Hire
    from services.pledges.pledges.domain import Pledge

S = TypeVar("S", bound=PledgeState)


def pledge_state(fact: type[S], pledge: Pledge, *, recorded_at: datetime) -> S:
    """Return the fact with the pledge's state after it.

    Args:
        fact: `PledgeLogged` or `PositionFilled`.
        recorded_at: when we were told.
    """
    promise = pledge.promise
    return fact(
        taskforce_id=pledge.taskforce_id,
        version=pledge.version,
        recorded_at=recorded_at,
        pledge_id=pledge.id,
        status=pledge.status,
        job_type=promise.job_type,
        positions=tuple(
            Position(position_id=one.id, number=one.number, status=one.status, hire_id=one.hire_id)
            for one in pledge.positions
        ),
        weekly_hours_from=promise.hours_from,
        weekly_hours_to=promise.hours_to,
        tasks=promise.tasks,
        event_id=promise.event_id,
        company_id=pledge.company_id,
        municipality=pledge.municipality,
        captured_by=promise.captured_by,
        logged_by=pledge.logged_by_person,
        captured_at=promise.captured_at,
        received_at=pledge.received_at,
        pledged_on=pledge.pledged_on,
        flags=pledge.flags,
    )


def hire_confirmed(hire: Hire) -> HireConfirmed:
    """Return the fact that a hire was confirmed."""
    return HireConfirmed(
        taskforce_id=hire.taskforce_id,
        version=hire.version,
        recorded_at=hire.confirmed_at,
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
    )
