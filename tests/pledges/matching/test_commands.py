"""Deciding who gets a position: one of two who are at it at once, and nobody who is not here any longer."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from services.pledges.matching.commands import match_participant
from services.pledges.matching.refusals import ParticipantGone, ParticipantMatched, ParticipantNotActive
from services.pledges.participants.access import disclose_participants
from services.pledges.participants.domain import Tasks
from services.pledges.participants.matches import standing_matches
from services.pledges.pledges.domain import Editor
from services.pledges.pledges.refusals import PersonMatched
from shared.privacy.access_log import PLACEMENT
from shared.refusals import Refusal
from tests.pledges.builders import TASKFORCE
from tests.pledges.participants.conftest import HOLSTEBRO

if TYPE_CHECKING:
    from services.pledges.participants.domain import Participant
    from tests.pledges.matching.conftest import Matching

ME = Editor(uuid4(), of_all=False)


async def _match(matching: Matching, position_id: UUID, one: Participant) -> type[Refusal] | None:
    try:
        await match_participant(matching.db, matching.reader, position_id, one.id, by=ME)
    except Refusal as refusal:
        return type(refusal)
    return None


async def test_whoever_decides_may_do_so_against_the_criteria(matching: Matching) -> None:
    one = await matching.register(tasks=Tasks(cannot=frozenset({"packing"})))
    pledge = await matching.pledge()
    assert await _match(matching, pledge.positions[0].id, one) is None
    assert (await matching.offer(pledge)).status == "matched"
    async with disclose_participants(matching.db, matching.reader, purpose=PLACEMENT) as disclosure:
        [match] = await standing_matches(disclosure, TASKFORCE, participants=[one.id])
    assert (match.position_id, match.matched_by) == (pledge.positions[0].id, ME.id)


@pytest.mark.parametrize("round_", range(3))
async def test_of_two_who_choose_the_same_position_at_once_one_succeeds(matching: Matching, round_: int) -> None:
    people = [await matching.register(), await matching.register()]
    position = (await matching.pledge()).positions[0].id
    outcomes = await asyncio.gather(*[_match(matching, position, one) for one in people])
    assert set(outcomes) == {None, PersonMatched}, round_


@pytest.mark.parametrize("round_", range(3))
async def test_of_two_who_choose_the_same_person_at_once_one_succeeds(matching: Matching, round_: int) -> None:
    one = await matching.register()
    pledges = [await matching.pledge(), await matching.pledge()]
    outcomes = await asyncio.gather(*[_match(matching, pledge.positions[0].id, one) for pledge in pledges])
    assert set(outcomes) == {None, ParticipantMatched}, round_
    statuses = [(await matching.offer(pledge)).status for pledge in pledges]
    assert sorted(statuses) == ["matched", "open"]


async def test_nobody_is_matched_who_is_paused_gone_or_of_another_municipality(matching: Matching) -> None:
    paused, gone = await matching.register(status="paused"), await matching.register()
    pledge = await matching.pledge()
    position = pledge.positions[0].id
    async with disclose_participants(matching.db, matching.reader, purpose=PLACEMENT) as disclosure:
        await disclosure.conn.execute("delete from participants.participants where id = $1", gone.id)
    assert await _match(matching, position, paused) is ParticipantNotActive
    assert await _match(matching, position, gone) is ParticipantGone
    foreign = await matching.register()
    elsewhere = replace(matching.reader, municipality=HOLSTEBRO)
    with pytest.raises(ParticipantGone):
        await match_participant(matching.db, elsewhere, position, foreign.id, by=ME)
    assert (await matching.offer(pledge)).status == "open"


async def test_a_position_stays_matched_when_the_person_is_erased(matching: Matching) -> None:
    one = await matching.register()
    pledge = await matching.pledge()
    assert await _match(matching, pledge.positions[0].id, one) is None
    async with disclose_participants(matching.db, matching.reader, purpose=PLACEMENT) as disclosure:
        await disclosure.conn.execute("delete from participants.participants where id = $1", one.id)
        assert await standing_matches(disclosure, TASKFORCE, positions=[pledge.positions[0].id]) == []
    assert (await matching.offer(pledge)).status == "matched"
