"""Rules and work for tests of hour rules."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from services.pledges.hour_rules.domain import HourRule
from services.pledges.hour_rules.hours import Work

if TYPE_CHECKING:
    from shared.contracts.pledges import JobType


def rule(**fields: Any) -> HourRule:
    """Return a rule of 225 hours of ordinary work in 12 months, from 2026 on."""
    known: dict[str, Any] = {
        "id": uuid4(),
        "code": "225_hours",
        "name": "225-timersreglen",
        "words": "Mindst 225 timer",
        "source": "Loven",
        "hours": Decimal(225),
        "months": 12,
        "job_types": frozenset({"smaajob", "ordinaer"}),
        "praktik_hours_count": False,
        "valid_from": date(2026, 1, 1),
    }
    return HourRule(**known | fields)


def work(
    starts_on: date,
    until: date | None = None,
    *,
    paid: str = "7",
    praktik: str = "0",
    job_type: JobType = "smaajob",
    hire_id: UUID | None = None,
) -> Work:
    """Return work of an hour a day."""
    return Work(starts_on, until, Decimal(paid), Decimal(praktik), job_type, hire_id)
