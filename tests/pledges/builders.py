"""Builders of domain objects, for tests without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from services.pledges.pledges.domain import Contact, Guest, Limits, Person, Pledge, PledgeTerms
from services.pledges.pledges.new_pledge import new_pledge
from services.pledges.register.domain import EventFacts, RegisteredCompany, TypedCompany

NOW = datetime(2026, 12, 1, 20, 0, tzinfo=UTC)
TASKFORCE = uuid4()
SOMEBODY = Person(uuid4())


def pledge_terms(**changes: Any) -> PledgeTerms:
    """Return valid terms."""
    facts: dict[str, Any] = {
        "id": uuid4(),
        "company": TypedCompany("B&O"),
        "contact": Contact("Eva Holm", "97 85 00 00"),
        "job_type": "smaajob",
        "positions": 3,
        "hours_from": Decimal(5),
        "hours_to": Decimal(10),
        "tasks": (),
        "earliest_start": None,
        "captured_at": NOW,
        "captured_by": "phone",
    }
    return PledgeTerms(**facts | changes)


def event(**changes: Any) -> EventFacts:
    """Return an event that is open now."""
    facts: dict[str, Any] = {
        "id": uuid4(),
        "status": "open",
        "starts_at": NOW - timedelta(hours=2),
        "ends_at": NOW + timedelta(hours=1),
        "closed_at": None,
        "pass_generation": 1,
    }
    return EventFacts(**facts | changes)


def logged(
    given: PledgeTerms | None = None,
    *,
    by: Person | Guest = SOMEBODY,
    at: EventFacts | None = None,
    register: tuple[RegisteredCompany, ...] = (),
    received_at: datetime = NOW,
    pass_positions: int = 0,
) -> Pledge:
    """Return a pledge that has just been logged."""
    return new_pledge(
        TASKFORCE,
        given or pledge_terms(),
        by=by,
        event=at,
        register=register,
        received_at=received_at,
        limits=Limits(),
        pass_positions=pass_positions,
    )
