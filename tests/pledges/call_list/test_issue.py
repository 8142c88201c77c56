"""Publishing call lists: once for each event and person, on the right morning."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest_asyncio

from services.pledges.call_list.issue import issue_lists
from services.pledges.call_list.schedule import latest_issue
from shared.fields.copenhagen import local_moment
from shared.fields.working_days import next_working_day
from tests.pledges.conftest import NOW, Caller, pledge_body

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from shared.db.database import Database

# The latest evening whose list is due: a guest's pass delivers for two weeks only.
LATEST = latest_issue(NOW)
MORNING = LATEST.due_at
EVENING = local_moment(LATEST.first_day, time(17))
NEXT_MORNING = local_moment(next_working_day(MORNING.date()), time(8))
MEMBER, COORDINATOR = uuid4(), uuid4()


class Lists:
    """What has been published."""

    def __init__(self, db: Database, taskforce_id: UUID) -> None:
        self.db, self.taskforce_id = db, taskforce_id

    async def issue(self, now: datetime = MORNING) -> int:
        return await issue_lists(self.db, latest_issue(now), now=now)

    async def published(self) -> list[dict[str, Any]]:
        async with self.db.read(self.taskforce_id) as conn:
            rows = await conn.fetch(
                "select payload from outbox where type = 'tilsagn.pledges.CallListIssued.v1' order by position"
            )
        return [row["payload"] for row in rows]


@pytest_asyncio.fixture
async def lists(pledges_database: Database, taskforce_id: UUID) -> Lists:
    return Lists(pledges_database, taskforce_id)


@pytest_asyncio.fixture
async def evening(add_event: Callable[..., Awaitable[UUID]]) -> UUID:
    return await add_event(
        status="closed",
        starts_at=EVENING,
        opened_at=EVENING,
        ends_at=EVENING + timedelta(hours=3),
        # After midnight: it is the list of that evening all the same.
        closed_at=EVENING + timedelta(hours=8),
    )


async def log(caller: Caller, event_id: UUID, *, guest: bool = False, **changes: Any) -> str:
    body = pledge_body(event_id=str(event_id), captured_at=(EVENING + timedelta(hours=1)).isoformat(), **changes)
    if guest:
        await caller.log(body, "event_pass", subject=f"pass:{event_id}", event_id=event_id, pass_generation=1)
    else:
        await caller.log(body, "member", subject=f"person:{MEMBER}")
    return str(body["id"])


async def tick_off(caller: Caller, pledge_id: str) -> None:
    headers = caller.headers("coordinator", subject=f"person:{COORDINATOR}")
    answer = await caller.client.post(f"/pledges/calls/{pledge_id}", data={"outcome": "reached"}, headers=headers)
    assert answer.status_code == 303


async def test_everybody_with_calls_gets_one_list_once(caller: Caller, lists: Lists, evening: UUID) -> None:
    await log(caller, evening)
    await log(caller, evening)
    assert await lists.issue() == 1
    assert await lists.issue(MORNING + timedelta(hours=1)) == 0
    [published] = await lists.published()
    assert published["person_id"] == str(MEMBER)
    assert published["calls"] == 2
    assert datetime.fromisoformat(published["due_at"]) == MORNING


async def test_nothing_is_mailed_before_the_morning_and_nothing_of_other_days(
    caller: Caller, lists: Lists, evening: UUID
) -> None:
    await log(caller, evening)
    assert await lists.issue(MORNING - timedelta(seconds=1)) == 0
    assert await lists.issue(NEXT_MORNING) == 0
    assert await lists.issue() == 1


async def test_an_empty_list_and_one_that_is_ticked_off_are_not_mailed(
    caller: Caller, lists: Lists, evening: UUID, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    await add_event(status="closed", starts_at=EVENING, ends_at=EVENING, closed_at=EVENING)
    await tick_off(caller, await log(caller, evening))
    assert await lists.issue() == 0
    assert await lists.published() == []


async def test_an_event_that_nobody_has_closed_is_over_too_and_a_cancelled_one_has_no_list(
    caller: Caller, lists: Lists, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    times = {"starts_at": EVENING, "opened_at": EVENING, "ends_at": EVENING + timedelta(hours=3)}
    forgotten, cancelled = await add_event(**times), await add_event(**times)
    await log(caller, forgotten)
    await log(caller, cancelled)
    await add_event(cancelled, version=2, **times | {"status": "cancelled"})
    await lists.issue()
    assert [one["event_id"] for one in await lists.published()] == [str(forgotten)]


async def test_the_list_holds_what_is_left_to_ring_when_it_is_mailed(
    caller: Caller, lists: Lists, evening: UUID, taskforce_id: UUID
) -> None:
    done = await log(caller, evening, company={"name": "Smeden"})
    await log(caller, evening, company={"name": "Bageren"})
    await log(caller, evening, guest=True, company={"name": "Slagteren"})
    await tick_off(caller, done)
    assert await lists.issue() == 2
    assert {one["person_id"] for one in await lists.published()} == {str(MEMBER), None}

    headers = caller.headers("service", taskforce_id=None, subject="service:notifications")
    path = f"/internal/pledges/v1/call-lists/{evening}?taskforce={taskforce_id}"
    mine = (await caller.client.get(f"{path}&person={MEMBER}", headers=headers)).json()
    nobodys = (await caller.client.get(f"{path}&language=en", headers=headers)).json()
    assert [one["company"] for one in mine["calls"]] == ["Bageren"]
    assert mine["calls"][0] | {"tasks": ["Vareopfyldning", "Oprydning"], "contact": "Eva Holm"} == mine["calls"][0]
    assert [one["company"] for one in nobodys["calls"]] == ["Slagteren"]
    assert nobodys["calls"][0]["tasks"] == ["Stocking shelves", "Tidying up"]


async def test_no_message_names_anybody(caller: Caller, lists: Lists, evening: UUID) -> None:
    await log(caller, evening)
    await lists.issue()
    text = str(await lists.published())
    assert not any(word in text for word in ("Eva", "97850000", "Struer", "traelast"))
