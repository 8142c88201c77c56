"""What phones captured at the door, through the API."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tests.events.conftest import company_body, published

if TYPE_CHECKING:
    from uuid import UUID

    from shared.db.database import Database
    from tests.events.conftest import Caller

MINUTE = timedelta(minutes=1)


def capture(minutes: float = 0, **facts: Any) -> dict[str, Any]:
    """A capture some minutes after the doors were opened."""
    return {"id": str(uuid4()), "captured_at": (datetime.now(UTC) + minutes * MINUTE).isoformat()} | facts


async def send(caller: Caller, event: dict[str, Any], *captures: Any, **more: Any) -> list[dict[str, Any]]:
    answer = await caller.post(f"/events/{event['id']}/check-ins/batch", {"check_ins": captures} | more, "member")
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


async def attendance(caller: Caller, event: dict[str, Any]) -> list[tuple[str, str]]:
    items = (await caller.get(f"/events/{event['id']}/check-ins")).json()["items"]
    return [(one["company_name"], one["checked_in_at"]) for one in items]


async def test_a_captured_check_in_counts_once_however_often_it_is_sent(caller: Caller, db: Database) -> None:
    event, company = await caller.event("publish", "open"), await caller.company()
    arrival = capture(company_id=company["id"])
    first, second = await send(caller, event, arrival), await send(caller, event, arrival, arrival)
    assert [one["status"] for one in first + second] == ["recorded", "repeated", "repeated"]
    assert {one["company_id"] for one in first + second} == {company["id"]}
    assert [name for name, _ in await published(db)].count("CompanyCheckedIn") == 1


async def test_the_check_ins_of_two_doors_merge_and_the_earliest_wins(caller: Caller, db: Database) -> None:
    event, company = await caller.event("publish", "open"), await caller.company()
    await _opened_long_ago(db, event)
    early, late = capture(-9, company_id=company["id"]), capture(-5, company_id=company["id"])
    for one in (late, early, late):
        await send(caller, event, one)
    [(_, since)] = await attendance(caller, event)
    assert datetime.fromisoformat(since) == datetime.fromisoformat(early["captured_at"])
    facts = [fact for name, fact in await published(db) if name == "CompanyCheckedIn"]
    assert [fact["version"] for fact in facts] == [1, 2]
    # Known only now, although it happened before.
    assert facts[1]["checked_in_at"] < facts[0]["checked_in_at"] < facts[0]["recorded_at"] < facts[1]["recorded_at"]


async def test_a_clock_that_is_fast_is_corrected(caller: Caller, db: Database) -> None:
    event, company = await caller.event("publish", "open"), await caller.company()
    await _opened_long_ago(db, event)
    fast = {"sent_at": (datetime.now(UTC) + 60 * MINUTE).isoformat()}
    await send(caller, event, capture(60 - 7, company_id=company["id"]), **fast)
    [(_, since)] = await attendance(caller, event)
    assert abs(datetime.fromisoformat(since) - (datetime.now(UTC) - 7 * MINUTE)) < MINUTE


async def test_an_undo_arrives_before_its_check_in_and_after_a_later_one(caller: Caller, db: Database) -> None:
    event, company = await caller.event("publish", "open"), await caller.company()
    await _opened_long_ago(db, event)
    mistake, undo = capture(-30, company_id=company["id"]), capture(-29, company_id=company["id"], undo=True)
    await send(caller, event, undo)
    assert await attendance(caller, event) == []
    await send(caller, event, mistake)
    assert await attendance(caller, event) == []
    assert [name for name, _ in await published(db)][-2:] == ["CompanyCheckedIn", "CheckInUndone"]

    really = capture(-5, company_id=company["id"])
    await send(caller, event, really)
    [(_, since)] = await attendance(caller, event)
    assert datetime.fromisoformat(since) == datetime.fromisoformat(really["captured_at"])


async def test_what_was_undone_on_the_page_is_merged_with_what_a_phone_captured(caller: Caller, db: Database) -> None:
    event, company = await caller.event("publish", "open"), await caller.company()
    await _opened_long_ago(db, event)
    path = f"/events/{event['id']}/check-ins"
    check_in = (await caller.post(path, {"company_id": company["id"]})).json()
    await caller.post(f"{path}/{check_in['id']}/undo")
    # Captured before the undo, so it is undone, too.
    await send(caller, event, capture(-10, company_id=company["id"]))
    assert await attendance(caller, event) == []
    await send(caller, event, capture(company_id=company["id"]))
    assert len(await attendance(caller, event)) == 1
    versions = [fact["version"] for name, fact in await published(db) if name in {"CompanyCheckedIn", "CheckInUndone"}]
    assert versions == sorted(set(versions))


async def test_what_was_captured_while_it_was_open_is_accepted_after_it_was_closed(
    caller: Caller, db: Database
) -> None:
    event, company = await caller.event("publish", "open"), await caller.company()
    arrival = capture(company_id=company["id"])
    await caller.post(f"/events/{event['id']}/close")
    [result] = await send(caller, event, arrival)
    assert result["status"] == "recorded"
    await _closed_long_ago(db, event)
    late = capture(company_id=(await caller.company())["id"])
    [result] = await send(caller, event, late)
    assert (result["status"], result["problem"]["type"]) == ("refused", "/problems/event-not-open")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"name": "Struer Tag", "cvr": "24256790"}, {"name": "Struer Tag ApS", "cvr": "24 25 67 90"}),
        ({"name": "Struer Tag"}, {"name": "struer  tag"}),
        ({"name": "Struer Tag", "cvr": "24256790"}, {"name": "Struer Tag"}),
    ],
)
async def test_a_walk_in_at_two_doors_is_one_company(
    caller: Caller, db: Database, one: dict[str, str], other: dict[str, str]
) -> None:
    event = await caller.event("publish", "open")
    captures = [capture(company={"id": str(uuid4())} | typed) for typed in (one, other)]
    answers = await asyncio.gather(*(send(caller, event, one) for one in captures))
    assert [result["status"] for results in answers for result in results] == ["recorded", "recorded"]
    assert len({result["company_id"] for results in answers for result in results}) == 1
    assert len(await attendance(caller, event)) == 1
    assert [name for name, _ in await published(db)].count("CompanyRegistered") == 1

    # The phone that was second knows the company by its own id only.
    undo = capture(company=captures[1]["company"], undo=True)
    await send(caller, event, undo)
    assert await attendance(caller, event) == []


async def test_a_capture_that_is_wrong_does_not_stop_the_others(caller: Caller) -> None:
    event, company = await caller.event("publish", "open"), await caller.company()
    good = capture(company_id=company["id"])
    results = await send(
        caller,
        event,
        capture(company={"id": str(uuid4()), "name": "Eva 010190-1234"}),
        "not an object",
        {"id": "x"},
        capture(company_id=str(uuid4())),
        good,
        good | {"undo": True},
    )
    assert [one["status"] for one in results] == ["refused"] * 4 + ["recorded", "refused"]
    assert [one["problem"] and one["problem"]["type"] for one in results] == [
        "/problems/invalid",
        "/problems/invalid",
        "/problems/invalid",
        "/problems/company-not-found",
        None,
        "/problems/capture-id-taken",
    ]
    assert results[0]["problem"]["errors"][0]["pointer"] == "/company/name"


@pytest.mark.parametrize("count", [0, 51])
async def test_a_batch_has_one_to_fifty_captures(caller: Caller, count: int) -> None:
    event = await caller.event("publish", "open")
    captures = [capture(company_id=str(uuid4()))] * count
    answer = await caller.post(f"/events/{event['id']}/check-ins/batch", {"check_ins": captures})
    assert answer.status_code == 422


@pytest.mark.parametrize("clock", ["0002-01-01T00:00:00Z", "1970-01-01T00:00:05Z", "9998-12-31T23:59:59Z"])
async def test_an_absurd_clock_stops_nobody(caller: Caller, clock: str) -> None:
    event, company = await caller.event("publish", "open"), await caller.company()
    for more in ({}, {"sent_at": clock}):
        [result] = await send(caller, event, capture(company_id=company["id"], captured_at=clock), **more)
        assert result["status"] == "recorded"


async def test_the_doors_list_has_those_expected_or_present_first_and_no_other_persons_names(caller: Caller) -> None:
    event = await caller.event("publish", "open")
    path = f"/events/{event['id']}"
    expected = await caller.company(name="Ærø Bageri", cvr=None)
    owned = await caller.company(name="Knud Mikkelsen", cvr=None, personally_owned=True)
    await caller.company(name="Eva Holm", cvr=None, personally_owned=True)
    await caller.company(name="Aalborg Tag")
    await caller.post(f"{path}/registrations", {"company_id": expected["id"]})
    await caller.post(f"{path}/check-ins", {"company_id": owned["id"]})

    door = (await caller.get(f"{path}/door", "member")).json()

    assert [(one["name"], one["registered"], one["checked_in_at"] is not None) for one in door["companies"]] == [
        ("Knud Mikkelsen", False, True),
        ("Ærø Bageri", True, False),
        ("Aalborg Tag", False, False),
    ]
    assert [one["invitation"] is not None for one in door["companies"]] == [False, True, False]
    assert (door["companies_registered"], door["companies_checked_in"]) == (1, 1)


async def test_a_draft_has_no_door_for_those_who_do_not_see_it(caller: Caller) -> None:
    event = await caller.event()
    assert (await caller.get(f"/events/{event['id']}/door", "member")).status_code == 404
    body = {"check_ins": [capture(company=company_body())]}
    assert (await caller.post(f"/events/{event['id']}/check-ins/batch", body, "member")).status_code == 404


async def _opened_long_ago(db: Database, event: dict[str, Any]) -> None:
    await _set(db, event, "opened_at = opened_at - interval '2 hours'")


async def _closed_long_ago(db: Database, event: dict[str, Any]) -> None:
    await _set(db, event, "opened_at = opened_at - interval '2 hours', closed_at = closed_at - interval '1 hour'")


async def _set(db: Database, event: dict[str, Any], assignment: str) -> None:
    async with db.system() as conn:
        taskforce: UUID = await conn.fetchval("select id from taskforces where slug = 'struer'")
    async with db.change(taskforce) as conn:
        await conn.execute(f"update employer_events set {assignment} where id = $1", event["id"])
