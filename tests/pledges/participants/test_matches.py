"""A match stands as long as its position is matched or tried, whichever way the position leaves that."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.pledges.participants.access import Reader, disclose_participants
from services.pledges.participants.commands import change_participant
from services.pledges.participants.matches import (
    Match,
    record_match,
    standing_match_of_participant,
    standing_match_of_position,
)
from shared.contracts.pledges import position_id
from shared.privacy.access_log import PLACEMENT
from tests.pledges.conftest import Caller, hire_body, pledge_body
from tests.pledges.participants.conftest import HOLSTEBRO, add, participant
from tests.pledges.positions.test_api import API, ME, TRIAL, Steps

if TYPE_CHECKING:
    import httpx

    from services.pledges.participants.access import ParticipantsDatabase


class Matched:
    """A pledge whose first position is matched with a participant of Struer."""

    def __init__(self, caller: Caller, db: ParticipantsDatabase, reader: Reader, taskforce_id: UUID) -> None:
        self.caller = caller
        self.db = db
        self.reader = reader
        self.taskforce_id = taskforce_id
        self.one = participant(taskforce_id)
        self.body = pledge_body()
        self.pledge_id = UUID(self.body["id"])
        self.steps = Steps(caller, self.body["id"])

    async def match(self) -> None:
        await add(self.db, self.reader, self.one)
        await self.caller.log(self.body)
        await self.steps.take("match", 1)
        await self.record(1)

    async def record(self, number: int) -> None:
        position = position_id(self.pledge_id, number)
        async with disclose_participants(self.db, self.reader, purpose=PLACEMENT, action="change") as disclosure:
            await record_match(
                disclosure, Match(uuid4(), self.one.id, position, self.pledge_id, None, datetime.now(UTC))
            )

    async def stands(self, reader: Reader | None = None) -> bool:
        async with disclose_participants(self.db, reader or self.reader, purpose=PLACEMENT) as disclosure:
            of_position = await standing_match_of_position(disclosure, position_id(self.pledge_id, 1))
            of_participant = await standing_match_of_participant(disclosure, self.one.id)
        assert of_position == of_participant
        return of_position is not None

    async def post(self, path: str, body: dict[str, str]) -> httpx.Response:
        headers = self.caller.headers("caseworker", "coordinator", **ME) | {"idempotency-key": str(uuid4())}
        return await self.caller.client.post(f"{API}/{path}", json=body, headers=headers)


@pytest.fixture
def matched(caller: Caller, participants_database: ParticipantsDatabase, struer: Reader, taskforce_id: UUID) -> Matched:
    return Matched(caller, participants_database, struer, taskforce_id)


async def test_a_match_is_seen_by_those_who_see_the_participant(matched: Matched, struer: Reader) -> None:
    await matched.match()
    assert await matched.stands()
    assert not await matched.stands(replace(struer, municipality=HOLSTEBRO))


async def test_nobody_is_matched_with_two_positions(matched: Matched) -> None:
    await matched.match()
    with pytest.raises(asyncpg.UniqueViolationError):
        await matched.record(2)


async def test_a_trial_leaves_the_match_standing(matched: Matched) -> None:
    await matched.match()
    await matched.steps.take("trial", 1, **TRIAL)
    assert await matched.stands()


@pytest.mark.parametrize(
    ("step", "fields"),
    [
        ("reopen", {"reason": "not_suitable"}),
        ("undo", {}),
        ("cancel", {"reason": "job_changed"}),
    ],
)
async def test_a_match_ends_with_the_step_that_ends_it(matched: Matched, step: str, fields: dict[str, Any]) -> None:
    await matched.match()
    await matched.steps.take(step, 1, **fields)
    assert not await matched.stands()


async def test_a_match_stands_again_once_the_cancellation_is_undone(matched: Matched) -> None:
    await matched.match()
    await matched.steps.take("cancel", 1, reason="job_changed")
    await matched.steps.take("undo", 1)
    assert await matched.stands()


async def test_a_match_does_not_stand_again_for_somebody_who_has_found_another_position(matched: Matched) -> None:
    await matched.match()
    await matched.steps.take("cancel", 1, reason="job_changed")
    await matched.steps.take("match", 2)
    await matched.record(2)
    await matched.steps.take("undo", 1)
    async with disclose_participants(matched.db, matched.reader, purpose=PLACEMENT) as disclosure:
        found = await standing_match_of_participant(disclosure, matched.one.id)
        assert found is not None
        assert found.position_id == position_id(matched.pledge_id, 2)
        assert await standing_match_of_position(disclosure, position_id(matched.pledge_id, 1)) is None


async def test_a_match_does_not_stand_again_for_somebody_who_has_left(matched: Matched) -> None:
    await matched.match()
    await matched.steps.take("cancel", 1, reason="job_changed")
    await change_participant(
        matched.db, matched.reader, matched.one.id, lambda known: replace(known.terms, status="left"), by=None
    )
    await matched.steps.take("undo", 1)
    assert not await matched.stands()


async def test_a_match_ends_with_the_hire_and_stands_again_if_the_hire_is_undone(
    matched: Matched, caller: Caller
) -> None:
    await matched.match()
    hire = hire_body(pledge_id=matched.body["id"], position=1)
    assert (await caller.confirm(hire)).status_code == 201
    assert not await matched.stands()
    assert (await matched.post(f"hires/{hire['id']}/revoke", {"reason": "confirmed_by_mistake"})).status_code == 200
    assert await matched.stands()


async def test_a_match_ends_with_its_pledge_and_stands_again_if_that_is_undone(matched: Matched) -> None:
    await matched.match()
    assert (await matched.post(f"pledges/{matched.pledge_id}/withdraw", {"reason": "not_genuine"})).status_code == 200
    assert not await matched.stands()
    assert (await matched.post(f"pledges/{matched.pledge_id}/restore", {})).status_code == 200
    assert await matched.stands()
