"""Builders of hires, for tests without a database."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from services.pledges.hires.confirmation import HireConfirmation, confirm_hire
from services.pledges.hires.ladder import TypedStep
from services.pledges.pledges.domain import Contact, Limits, Pledge
from services.pledges.register.domain import TypedCompany
from tests.pledges.builders import NOW, TASKFORCE

if TYPE_CHECKING:
    from services.pledges.hires.domain import Hire

TODAY = NOW.date()


def confirmation(**changes: Any) -> HireConfirmation:
    """Return a valid confirmation. Without a pledge it needs a company."""
    facts: dict[str, Any] = {
        "id": uuid4(),
        "start_date": TODAY,
        "weekly_hours": Decimal(10),
        "contact_person": Contact("Jonas"),
    }
    return HireConfirmation(**facts | changes)


def confirmed(given: HireConfirmation, pledge: Pledge | None = None, **more: Any) -> Hire:
    """Return a hire that has just been confirmed."""
    facts: dict[str, Any] = {"register": (), "confirmed_by": None, "now": NOW, "limits": Limits()}
    return confirm_hire(TASKFORCE, given, pledge=pledge, **facts | more)


def hired(**changes: Any) -> Hire:
    """Return a hire without a pledge, confirmed now."""
    more = {name: changes.pop(name) for name in ("confirmed_by", "municipality", "now") if name in changes}
    return confirmed(confirmation(**{"company": TypedCompany("B&O")} | changes), **more)


def step(starts_on: date, paid: int, praktik: int = 0, job_type: Any = None) -> TypedStep:
    """Return a typed step."""
    return TypedStep(starts_on, Decimal(paid), Decimal(praktik), job_type)
