"""The message about hires: their public state, without typed text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.contracts.pledges import HireConfirmed

if TYPE_CHECKING:
    from datetime import datetime

    from services.pledges.hires.domain import Hire


def hire_confirmed(hire: Hire, *, recorded_at: datetime | None = None) -> HireConfirmed:
    """Return the message that a hire was confirmed.

    Args:
        recorded_at: when the server received the request that has changed it since; None: nothing has.
    """
    return HireConfirmed(
        taskforce_id=hire.taskforce_id,
        version=hire.version,
        recorded_at=recorded_at or hire.confirmed_at,
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
