"""The message with which a company asks to be registered for an event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.contracts.pledges import EventRegistrationRequested

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


def registration_requested(
    taskforce_id: UUID, event_id: UUID, company_id: UUID, *, wanted: bool, version: int, recorded_at: datetime
) -> EventRegistrationRequested:
    """Return the message. `wanted` is false when the company does not want to come after all."""
    return EventRegistrationRequested(
        taskforce_id=taskforce_id,
        version=version,
        recorded_at=recorded_at,
        event_id=event_id,
        company_id=company_id,
        wanted=wanted,
    )
