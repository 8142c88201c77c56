"""Events and their transitions through the API."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tests.events.conftest import event_body, published

if TYPE_CHECKING:
    from uuid import UUID

    from shared.db.database import Database
    from tests.events.conftest import Caller


async def test_every_transition_publishes_the_whole_state(caller: Caller, db: Database) -> None:
    body = event_body()
    await caller.event("publish", "open", "close", **body)
    facts = [(name, fact) for name, fact in await published(db) if name.startswith("Event")]
    assert [(name, fact["version"], fact["status"]) for name, fact in facts] == [
        ("EventDrafted", 1, "draft"),
        ("EventPublished", 2, "published"),
        ("EventOpened", 3, "open"),
        ("EventClosed", 4, "closed"),
    ]
    last = facts[-1][1]
    assert (last["event_id"], last["title"], last["goal_positions"]) == (body["id"], body["title"], 50)
    assert last["opened_at"] < last["closed_at"]


async def test_drafting_the_same_event_again_is_answered_the_same(caller: Caller, db: Database) -> None:
    body = event_body()
    first = await caller.post("/events", body)
    again = await caller.post("/events", body)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert [name for name, _ in await published(db)].count("EventDrafted") == 1


async def test_another_event_under_an_id_in_use_is_refused(caller: Caller) -> None:
    body = event_body()
    await caller.post("/events", body)
    answer = await caller.post("/events", body | {"title": "Noget andet"})
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/id-taken")


@pytest.mark.parametrize(
    ("steps", "step", "slug"),
    [
        ((), "open", "event-not-published"),
        (("publish",), "close", "event-not-open"),
        (("publish", "open"), "cancel", "event-has-begun"),
        (("publish", "open", "close"), "open", "event-not-published"),
        (("cancel",), "publish", "event-not-draft"),
    ],
)
async def test_an_illegal_transition_is_a_conflict_and_changes_nothing(
    caller: Caller, db: Database, steps: tuple[str, ...], step: str, slug: str
) -> None:
    event = await caller.event(*steps)
    before = await published(db)
    answer = await caller.post(f"/events/{event['id']}/{step}")
    assert (answer.status_code, answer.json()["type"]) == (409, f"/problems/{slug}")
    assert (await caller.get(f"/events/{event['id']}")).json() == event
    assert await published(db) == before


async def test_a_repeated_transition_happens_once(caller: Caller, db: Database) -> None:
    event = await caller.event("publish")
    again = await caller.post(f"/events/{event['id']}/publish")
    assert (again.status_code, again.json()) == (200, event)
    assert [name for name, _ in await published(db)].count("EventPublished") == 1


async def test_concurrent_requests_open_an_event_once(caller: Caller, db: Database) -> None:
    event = await caller.event("publish")
    answers = await asyncio.gather(*(caller.post(f"/events/{event['id']}/open") for _ in range(6)))
    assert {answer.status_code for answer in answers} == {200}
    assert [name for name, _ in await published(db)].count("EventOpened") == 1


async def test_the_version_is_in_the_etag_and_if_match_is_honoured(caller: Caller) -> None:
    event = await caller.event()
    path = f"/events/{event['id']}"
    assert (await caller.get(path)).headers["etag"] == '"1"'
    stale = await caller.post(f"{path}/publish", if_match='"7"')
    assert (stale.status_code, stale.json()["type"]) == (412, "/problems/stale-version")
    fresh = await caller.post(f"{path}/publish", if_match='"1"')
    assert (fresh.status_code, fresh.headers["etag"]) == (200, '"2"')


@pytest.mark.parametrize(
    ("if_match", "status"),
    [
        ("*", 200),
        (None, 200),
        ('W/"1"', 412),
        ('"1", "9"', 412),
        ('"x"', 412),
        ("1", 400),
        ("", 400),
        ('"' + "9" * 150 + '"', 412),
    ],
)
async def test_if_match_follows_rfc_9110(caller: Caller, if_match: str | None, status: int) -> None:
    event = await caller.event()
    answer = await caller.post(f"/events/{event['id']}/publish", if_match=if_match)
    assert answer.status_code == status


async def test_an_event_that_ends_before_it_begins_is_refused(caller: Caller) -> None:
    answer = await caller.post("/events", event_body(ends_at="2090-11-24T16:30:00Z"))
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/ends-before-start")


async def test_events_are_listed_the_latest_first_page_by_page(caller: Caller) -> None:
    ids = [
        (await caller.event(starts_at=f"2090-01-0{day}T12:00:00Z", ends_at=f"2090-01-0{day}T15:00:00Z"))["id"]
        for day in (3, 1, 2)
    ]
    first = (await caller.get("/events?page_size=2")).json()
    rest = (await caller.get(f"/events?page_size=2&page_token={first['next_page_token']}")).json()
    assert [item["id"] for item in first["items"] + rest["items"]] == [ids[0], ids[2], ids[1]]
    assert rest["next_page_token"] is None


async def test_events_are_listed_by_status(caller: Caller) -> None:
    await caller.event()
    live = await caller.event("publish", "open")
    assert [item["id"] for item in (await caller.get("/events?status=open")).json()["items"]] == [live["id"]]


async def test_only_planners_see_a_draft(caller: Caller) -> None:
    draft = await caller.event()
    announced = await caller.event("publish")
    assert [item["id"] for item in (await caller.get("/events", "member")).json()["items"]] == [announced["id"]]
    assert (await caller.get(f"/events/{draft['id']}", "member")).status_code == 404
    assert (await caller.get(f"/events/{draft['id']}", "admin")).status_code == 200


async def test_another_taskforce_neither_sees_nor_changes_an_event(
    caller: Caller, db: Database, other_taskforce_id: UUID
) -> None:
    event = await caller.event("publish")
    elsewhere: dict[str, Any] = {"taskforce_id": other_taskforce_id}
    assert (await caller.get(f"/events/{event['id']}", **elsewhere)).status_code == 404
    assert (await caller.post(f"/events/{event['id']}/open", **elsewhere)).status_code == 404
    assert (await caller.get("/events", **elsewhere)).json()["items"] == []
    assert (await caller.post("/events", event_body(id=event["id"]), **elsewhere)).status_code == 201


async def test_an_unknown_event_is_not_found(caller: Caller) -> None:
    for path in ("", "/check-ins"):
        assert (await caller.get(f"/events/{uuid4()}{path}")).json()["type"] == "/problems/event-not-found"
