"""What decides whether somebody and a position fit. Unknown never counts as agreement."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from services.pledges.matching.domain import CRITERIA, Criterion, Fact, Needs, Side
from services.pledges.participants.domain import Availability, Tasks
from services.pledges.register.domain import TypedCompany
from tests.pledges.matching.conftest import KNOWN, NEEDS, TODAY

if TYPE_CHECKING:
    from tests.pledges.matching.conftest import Matching

_AVAILABILITY: Availability = KNOWN["availability"]
_HOLSTEBRO = TypedCompany("Holstebro Trælast", municipality="0661")


def _available(**fields: Any) -> dict[str, Any]:
    return {"availability": replace(_AVAILABILITY, **fields)}


def _tasks(can: str = "", want: str = "", cannot: str = "") -> dict[str, Any]:
    return {"tasks": Tasks(*(frozenset(codes.split()) for codes in (can, want, cannot)))}


async def test_everything_is_known_and_nothing_speaks_against_it(matching: Matching) -> None:
    verdict = await matching.judge(await matching.register(), await matching.pledge())
    assert verdict.fits
    assert not verdict.may_fit
    assert {verdict.on(criterion) for criterion in CRITERIA} == {True}


async def test_nothing_is_known_about_somebody(matching: Matching) -> None:
    nobody = await matching.register(availability=Availability(), tasks=Tasks())
    verdict = await matching.judge(nobody, await matching.pledge())
    assert verdict.may_fit
    assert {fact.criterion for fact in verdict.unknowns} == set(CRITERIA) - {"place"}
    assert {fact.asked for fact in verdict.unknowns} == {"participant"}


@pytest.mark.parametrize(
    ("criterion", "person", "terms", "needs", "expected"),
    [
        ("job_type", {"job_types": frozenset({"praktik", "smaajob"})}, {}, {}, True),
        ("job_type", {"job_types": frozenset({"praktik"})}, {}, {}, False),
        ("job_type", {"job_types": None}, {}, {}, "participant"),
        ("hours", {"weekly_hours_from": Decimal(10), "weekly_hours_to": Decimal(20)}, {}, {}, True),
        ("hours", {"weekly_hours_from": Decimal("10.5"), "weekly_hours_to": Decimal(20)}, {}, {}, False),
        ("hours", {"weekly_hours_from": Decimal(2), "weekly_hours_to": Decimal("4.99")}, {}, {}, False),
        ("hours", {"weekly_hours_from": None, "weekly_hours_to": None}, {}, {}, "participant"),
        ("place", {"max_distance_km": 0}, {}, {}, True),
        ("place", {"max_distance_km": None}, {}, {}, True),
        ("place", {"max_distance_km": 15}, {"company": _HOLSTEBRO}, {}, True),
        ("place", {"max_distance_km": 14}, {"company": _HOLSTEBRO}, {}, False),
        ("place", {"max_distance_km": 0}, {"company": _HOLSTEBRO}, {}, False),
        ("place", {"max_distance_km": None}, {"company": _HOLSTEBRO}, {}, "participant"),
        ("place", {}, {"company": TypedCompany("Ukendt")}, {}, "company"),
        ("place", {"max_distance_km": None}, {"company": TypedCompany("Ukendt")}, {}, "company"),
        ("weekdays", {}, {}, {"weekdays": frozenset({2, 4})}, True),
        ("weekdays", {}, {}, {"weekdays": frozenset({2, 3})}, False),
        ("weekdays", {}, {}, {"weekdays": None}, "company"),
        ("weekdays", {"weekdays": None}, {}, {}, "participant"),
        ("weekdays", {"weekdays": None}, {}, {"weekdays": None}, "company"),
        ("weekdays", {"weekdays": None}, {}, {"weekdays": None, "any_weekday": True}, True),
        ("transport", {}, {}, {"public_transport": False}, False),
        ("transport", {}, {}, {"public_transport": None}, "company"),
        ("transport", {"transport": None}, {}, {"public_transport": None}, "participant"),
        ("transport", {"transport": None}, {}, {"public_transport": True}, "participant"),
        ("transport", {"transport": "car"}, {}, {"public_transport": False}, True),
        ("transport", {"transport": "lift"}, {}, {"public_transport": None}, True),
        ("transport", {"transport": "bicycle"}, {}, {"public_transport": False}, True),
        ("transport", {"transport": "walk"}, {}, {"public_transport": False}, True),
        ("start", {"available_from": TODAY + timedelta(days=7)}, {}, {}, True),
        ("start", {"available_from": TODAY + timedelta(days=8)}, {}, {}, "company"),
        ("start", {"available_from": TODAY + timedelta(days=8)}, {}, {"latest_start": TODAY + timedelta(days=8)}, True),
        (
            "start",
            {"available_from": TODAY + timedelta(days=9)},
            {},
            {"latest_start": TODAY + timedelta(days=8)},
            False,
        ),
        ("start", {"available_from": None}, {}, {}, "participant"),
        ("start", {}, {"earliest_start": None}, {}, True),
        ("start", {"available_from": TODAY + timedelta(days=1)}, {"earliest_start": None}, {}, "company"),
        ("start", {}, {"earliest_start": TODAY - timedelta(days=90)}, {}, True),
    ],
)
async def test_a_criterion_is_met_or_not_or_unknown(
    matching: Matching,
    criterion: Criterion,
    person: dict[str, Any],
    terms: dict[str, Any],
    needs: dict[str, Any],
    expected: bool | Side,
) -> None:
    one = await matching.register(**_available(**person))
    verdict = await matching.judge(one, await matching.pledge(replace(NEEDS, **needs), **terms))
    asked = [fact.asked for fact in verdict.unknowns if fact.criterion == criterion]
    assert (asked[0] if asked else verdict.on(criterion)) == expected
    others = [verdict.on(other) for other in CRITERIA if other != criterion]
    assert others == [True] * len(others)


@pytest.mark.parametrize(
    ("tasks", "offered", "expected"),
    [
        (_tasks(can="packing"), ("packing",), True),
        (_tasks(want="packing"), ("packing", "canteen"), True),
        (_tasks(can="packing", cannot="canteen"), ("packing", "canteen"), False),
        (_tasks(can="packing"), ("canteen",), "participant"),
        (_tasks(), ("canteen",), "participant"),
        (_tasks(can="packing", cannot="canteen"), (), "company"),
    ],
)
async def test_one_task_that_somebody_can_do_is_enough_and_one_that_they_cannot_do_is_too_much(
    matching: Matching, tasks: dict[str, Any], offered: tuple[str, ...], expected: bool | Side
) -> None:
    verdict = await matching.judge(await matching.register(**tasks), await matching.pledge(tasks=offered))
    asked = [fact.asked for fact in verdict.unknowns]
    assert (asked[0] if asked else verdict.on("tasks")) == expected


async def test_a_pledge_about_which_the_company_has_answered_nothing_may_fit(matching: Matching) -> None:
    verdict = await matching.judge(await matching.register(), await matching.pledge(None))
    assert verdict.may_fit
    assert verdict.unknowns == (Fact("weekdays", "company"), Fact("transport", "company"))


async def test_what_speaks_against_it_is_named_beside_what_is_unknown(matching: Matching) -> None:
    one = await matching.register(**_available(job_types=frozenset({"praktik"}), transport=None))
    verdict = await matching.judge(one, await matching.pledge(Needs(frozenset({1}))))
    assert verdict.noes == ("job_type", "weekdays")
    assert verdict.unknowns == (Fact("transport", "participant"),)
    assert not verdict.may_fit
