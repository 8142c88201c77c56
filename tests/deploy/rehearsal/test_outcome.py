"""Comparing what was typed with what is stored: every kind of mistake is seen."""

from __future__ import annotations

from typing import Any

import pytest

from deploy.rehearsal.outcome import compare
from deploy.rehearsal.plan import GuestCompany, TypedPledge, plan_evening

PLEDGES = plan_evening(1, [GuestCompany("Havgus A/S", "24256790")], phones=1, pledges=20).pledges[0]


def stored(pledge: TypedPledge) -> dict[str, Any]:
    start, to = pledge.own_hours or (pledge.hours, pledge.hours)
    return {
        "company": {"name": pledge.company.name},
        "positions": pledge.positions,
        "weekly_hours": {"from": float(start.replace(",", ".")), "to": float(to.replace(",", "."))},
        "contact": {
            "name": pledge.contact_name,
            "phone": pledge.contact_phone and f"+45{pledge.contact_phone}",
            "email": pledge.contact_email,
        },
        "tasks": list(pledge.tasks),
        "job_type": pledge.job_type,
    }


def test_what_is_stored_once_as_it_was_typed_is_right() -> None:
    outcome = compare(PLEDGES, [stored(pledge) for pledge in reversed(PLEDGES)])
    assert outcome.is_right
    assert (outcome.typed, outcome.stored) == (20, 20)


def test_what_is_missing_or_there_twice_or_was_never_typed_is_named() -> None:
    first, second, third = PLEDGES[:3]
    outcome = compare([first, second], [stored(second), stored(second), stored(third)])
    assert outcome.lost == [first.contact_name]
    assert outcome.doubled == [second.contact_name]
    assert outcome.unknown == [third.contact_name]
    assert not outcome.is_right


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("company", {"company": {"name": "Havgus"}}),
        ("positions", {"positions": 99}),
        ("hours", {"weekly_hours": {"from": 1, "to": 37}}),
        ("tasks", {"tasks": ["unknown"]}),
        ("job_type", {"job_type": "other"}),
    ],
)
def test_a_field_that_is_not_as_it_was_typed_is_named(field: str, change: dict[str, Any]) -> None:
    outcome = compare(PLEDGES[:1], [stored(PLEDGES[0]) | change])
    assert [wrong[1] for wrong in outcome.wrong_fields] == [field]
