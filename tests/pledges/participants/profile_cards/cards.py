"""Cards for tests."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from services.pledges.participants.profile_cards.domain import CardContent, ProfileCard

AT = datetime(2026, 12, 1, 9, tzinfo=UTC)
DAY = date(2026, 12, 1)


def content(**changes: Any) -> CardContent:
    """Return what a card says, valid for half a year from `DAY` on."""
    said: dict[str, Any] = {
        "preferred_name": "Mette",
        "words": "Jeg er god til at holde orden.",
        "tasks": ("tidying", "packing"),
        "language": "da",
        "basis": "consent",
        "consented_on": DAY,
        "valid_from": DAY,
        "valid_until": date(2027, 6, 1),
    }
    return CardContent(**said | changes)


def card(taskforce_id: UUID | None = None, participant_id: UUID | None = None, **changes: Any) -> ProfileCard:
    """Return a card that was just written."""
    return ProfileCard(taskforce_id or uuid4(), participant_id or uuid4(), content(**changes), uuid4(), AT)
