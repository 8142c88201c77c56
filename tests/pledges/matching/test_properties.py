"""Whatever is known of both sides: both directions agree, and an answer never turns anything else."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from services.pledges.matching import queries
from services.pledges.matching.domain import CRITERIA, Needs
from services.pledges.participants.access import disclose_participants
from services.pledges.participants.domain import Availability, Tasks
from services.pledges.register.domain import TypedCompany
from shared.privacy.access_log import PLACEMENT
from tests.pledges.builders import TASKFORCE
from tests.pledges.matching.conftest import TODAY

if TYPE_CHECKING:
    from tests.pledges.matching.conftest import Matching

_DAYS = [frozenset({2}), frozenset({2, 4}), frozenset({1, 3, 5}), None]
_TASKS = ["packing", "tidying", "canteen"]


def _person(chance: random.Random) -> dict[str, Any]:
    hours = chance.choice([(Decimal(5), Decimal(10)), (Decimal(15), Decimal(20)), (None, None)])
    pick = chance.choice(_TASKS)
    return {
        "availability": Availability(
            chance.choice([TODAY, TODAY + timedelta(days=20), None]),
            *hours,
            chance.choice(_DAYS),  # type: ignore[arg-type]
            chance.choice([0, 20, 500, None]),
            chance.choice(["walk", "public", "car", None]),
            chance.choice([frozenset({"smaajob"}), frozenset({"praktik"}), None]),  # type: ignore[arg-type]
        ),
        "tasks": chance.choice([Tasks(can=frozenset({pick})), Tasks(cannot=frozenset({pick})), Tasks()]),
    }


def _terms(chance: random.Random) -> dict[str, Any]:
    return {
        "needs": chance.choice(
            [
                None,
                Needs(chance.choice(_DAYS), public_transport=chance.choice([True, False, None])),
                Needs(any_weekday=True, latest_start=TODAY + timedelta(days=chance.choice([10, 30]))),
            ]
        ),
        "company": TypedCompany("Firma", municipality=chance.choice(["0671", "0661", "0101", None])),
        "tasks": tuple(chance.sample(_TASKS, chance.randint(0, 2))),
        "earliest_start": chance.choice([None, TODAY + timedelta(days=7)]),
    }


async def test_both_directions_list_the_same_pairs(matching: Matching) -> None:
    chance = random.Random(20261201)
    people = [await matching.register(), *[await matching.register(**_person(chance)) for _ in range(20)]]
    pledges = [await matching.pledge(), *[await matching.pledge(**_terms(chance)) for _ in range(20)]]
    by_position, by_person = set(), set()
    mine = {one.id for one in people}
    async with disclose_participants(matching.db, matching.reader, purpose=PLACEMENT) as disclosure:
        for pledge in pledges:
            offer = await queries.offer_of_position(disclosure.conn, TASKFORCE, pledge.positions[0].id)
            assert offer is not None
            listed, _counted = await queries.candidates(disclosure.conn, TASKFORCE, offer, today=TODAY, limit=1000)
            by_position |= {(one.id, pledge.id, one.verdict) for one in listed if one.id in mine}
        for one in people:
            found, _counted = await queries.openings(disclosure.conn, TASKFORCE, one, today=TODAY, limit=1000)
            by_person |= {(one.id, opening.id, opening.verdict) for opening in found}
    wanted = {pledge.id for pledge in pledges}
    assert by_position == {pair for pair in by_person if pair[1] in wanted}
    assert any(verdict.fits for _, _, verdict in by_position)
    assert any(verdict.may_fit for _, _, verdict in by_position)


async def test_an_answer_decides_its_own_criterion_only_and_none_that_was_decided(matching: Matching) -> None:
    chance = random.Random(225)
    for _ in range(40):
        known = _person(chance)
        fields = ("available_from", "weekdays", "max_distance_km", "transport", "job_types")
        forgotten = chance.choice(fields)
        pledge = await matching.pledge(**_terms(chance))
        before = await matching.judge(
            await matching.register(**known | {"availability": replace(known["availability"], **{forgotten: None})}),
            pledge,
        )
        after = await matching.judge(await matching.register(**known), pledge)
        changed = [criterion for criterion in CRITERIA if before.on(criterion) != after.on(criterion)]
        assert len(changed) <= 1
        # What changes was not known before; nobody fits because nothing is known of them.
        assert all(before.on(criterion) is None for criterion in changed)
        assert after.fits or not before.fits
