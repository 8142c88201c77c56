"""Logging a pledge for an event, as a person or with a pass."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4, uuid5

import pytest_asyncio

from services.pledges.app import create_app
from services.pledges.register import store
from tests.pledges.conftest import NOW, Caller, pledge_body

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from uuid import UUID

    from services.pledges.settings import PledgesSettings
    from shared.db.database import Database

CLOSED: dict[str, Any] = {"status": "closed", "closed_at": NOW - timedelta(hours=1)}
BEFORE_CLOSING = (NOW - timedelta(minutes=90)).isoformat()


def as_pass(event_id: UUID, generation: int = 1) -> dict[str, Any]:
    """Return the principal of an event's pass."""
    return {"subject": f"pass:{event_id}", "event_id": event_id, "pass_generation": generation}


async def test_a_pass_logs_for_its_event_without_naming_it(
    caller: Caller, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    event_id = await add_event()

    answer = await caller.log(pledge_body(), "event_pass", **as_pass(event_id))

    assert answer.status_code == 201, answer.text
    assert answer.json()["event_id"] == str(event_id)
    assert answer.json()["logged_by"] is None
    assert answer.json()["flags"] == []


async def test_a_pass_does_not_log_for_another_event(caller: Caller, add_event: Callable[..., Awaitable[UUID]]) -> None:
    event_id, other_id = await add_event(), await add_event()

    answer = await caller.log(pledge_body(event_id=str(other_id)), "event_pass", **as_pass(event_id))

    assert answer.status_code == 403
    assert answer.json()["type"] == "/problems/pass-for-another-event"


async def test_a_pass_works_before_its_events_messages_have_arrived(caller: Caller) -> None:
    event_id = uuid4()

    answer = await caller.log(pledge_body(event_id=str(event_id)), "event_pass", **as_pass(event_id))

    assert answer.status_code == 201
    assert answer.json()["flags"] == ["event_unconfirmed"]


async def test_a_revoked_pass_is_refused_but_a_repeat_is_answered_as_before(
    caller: Caller, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    event_id = await add_event()
    body = pledge_body()
    first = await caller.log(body, "event_pass", **as_pass(event_id))
    await add_event(event_id, version=2, pass_generation=2)

    refused = await caller.log(pledge_body(), "event_pass", **as_pass(event_id))
    again = await caller.log(body, "event_pass", **as_pass(event_id))
    renewed = await caller.log(pledge_body(), "event_pass", **as_pass(event_id, generation=2))

    assert refused.status_code == 403
    assert refused.json()["type"] == "/problems/pass-revoked"
    assert again.content == first.content
    assert renewed.status_code == 201


async def test_a_key_or_id_used_by_a_guest_stays_free_for_others(
    caller: Caller, add_event: Callable[..., Awaitable[UUID]], other_taskforce_id: UUID
) -> None:
    here, there = await add_event(), await add_event()
    elsewhere = await add_event(taskforce=other_taskforce_id)
    senders: list[tuple[Any, dict[str, Any]]] = [
        ("event_pass", as_pass(here)),
        ("event_pass", as_pass(there)),
        ("member", {"subject": f"person:{uuid4()}"}),
        ("member", {"subject": f"person:{uuid4()}"}),
    ]
    body = pledge_body()

    with_the_same_key = [await caller.log(pledge_body(), role, key="order-17", **who) for role, who in senders]
    first = await caller.log(body, "event_pass", **as_pass(here))
    in_another_taskforce = await caller.log(
        body | {"positions": 1}, "event_pass", taskforce_id=other_taskforce_id, **as_pass(elsewhere)
    )

    assert [answer.status_code for answer in with_the_same_key] == [201] * 4
    assert (first.status_code, in_another_taskforce.status_code) == (201, 201)


async def test_a_guest_uses_random_ids_because_computed_ones_are_the_servers(
    caller: Caller, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    event_id = await add_event()
    computed = pledge_body(id=str(uuid5(event_id, "line 1 of a file")))

    by_guest = await caller.log(computed, "event_pass", **as_pass(event_id))
    by_member = await caller.log(computed)

    assert (by_guest.status_code, by_guest.json()["type"]) == (422, "/problems/id-not-random")
    assert by_guest.json()["errors"][0]["pointer"] == "/id"
    assert by_member.status_code == 201


async def test_a_members_request_repeated_with_a_revoked_pass_is_answered_as_before(
    caller: Caller, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    event_id = await add_event(pass_generation=2)
    body = pledge_body(event_id=str(event_id))
    first = await caller.log(body)

    again = await caller.log(body, "event_pass", **as_pass(event_id))

    assert (again.status_code, again.json()) == (201, first.json() | {"contact": None})


async def test_a_pass_runs_out_fourteen_days_after_its_event(
    caller: Caller, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    async def ended(days_ago: float) -> int:
        ends_at = NOW - timedelta(days=days_ago)
        event_id = await add_event(
            status="closed", starts_at=ends_at - timedelta(hours=3), ends_at=ends_at, closed_at=ends_at
        )
        captured_at = (ends_at - timedelta(hours=1)).isoformat()
        answer = await caller.log(pledge_body(captured_at=captured_at), "event_pass", **as_pass(event_id))
        return answer.status_code

    assert await ended(13.9) == 201
    assert await ended(14.1) == 403


async def test_what_was_captured_while_the_event_was_open_is_accepted_late_and_flagged(
    caller: Caller, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    event_id = await add_event(**CLOSED)
    body = pledge_body(event_id=str(event_id), captured_at=BEFORE_CLOSING)

    by_pass = await caller.log(body, "event_pass", **as_pass(event_id))
    by_member = await caller.log(body | {"id": str(uuid4())}, "member")

    for answer in (by_pass, by_member):
        assert answer.status_code == 201, answer.text
        assert answer.json()["flags"] == ["late"]


async def test_only_a_person_may_log_what_was_captured_after_the_event_closed(
    caller: Caller, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    event_id = await add_event(**CLOSED)
    body = pledge_body(event_id=str(event_id), captured_at=datetime.now(UTC).isoformat())

    by_pass = await caller.log(body, "event_pass", **as_pass(event_id))
    by_member = await caller.log(body, "member")

    assert by_pass.status_code == 403
    assert by_pass.json()["type"] == "/problems/event-closed"
    assert by_member.status_code == 201
    assert by_member.json()["flags"] == ["after_close"]


async def test_a_wrong_clock_does_not_cost_a_guest_the_pledge(
    caller: Caller, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    event_id = await add_event(**CLOSED)
    body = pledge_body(captured_at=(NOW + timedelta(days=400)).isoformat())

    answer = await caller.log(body, "event_pass", **as_pass(event_id))

    assert answer.status_code == 201
    assert answer.json()["flags"] == ["clock_wrong", "time_unlikely", "late"]
    assert answer.json()["review"] == "waiting"


async def test_for_a_cancelled_event_people_may_log_and_guests_may_not(
    caller: Caller, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    event_id = await add_event(status="cancelled")

    at_once = datetime.now(UTC).isoformat()
    by_pass = await caller.log(pledge_body(captured_at=at_once), "event_pass", **as_pass(event_id))
    by_member = await caller.log(pledge_body(event_id=str(event_id)), "member")

    assert by_pass.status_code == 403
    assert by_member.json()["flags"] == ["event_cancelled"]


async def test_an_unknown_event_is_refused_with_its_field(caller: Caller) -> None:
    answer = await caller.log(pledge_body(event_id=str(uuid4())), "coordinator")

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/event_id"]


@pytest_asyncio.fixture
async def patient_caller(pledges_settings: PledgesSettings, token: Callable[..., str]) -> AsyncIterator[Caller]:
    """A client of an application that waits for the messages of an event."""
    import httpx

    app = create_app(pledges_settings.model_copy(update={"event_patience_seconds": 3.0}))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://localhost:8080") as client,
    ):
        yield Caller(client, token)


async def test_a_pledge_waits_for_the_messages_of_its_event(
    patient_caller: Caller, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    event_id = uuid4()
    logging = asyncio.create_task(patient_caller.log(pledge_body(event_id=str(event_id)), "member"))
    await asyncio.sleep(0.3)

    await add_event(event_id)

    answer = await logging
    assert answer.status_code == 201
    assert answer.json()["flags"] == []


async def test_a_pass_sees_its_receipts_by_id_and_nothing_else(
    caller: Caller, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    event_id, other_id = await add_event(), await add_event()
    mine, members = pledge_body(), pledge_body(event_id=str(event_id))
    await caller.log(mine, "event_pass", **as_pass(event_id))
    await caller.log(members, "member")

    own = await caller.get(f"/api/pledges/v1/pledges/{mine['id']}", "event_pass", **as_pass(event_id))
    foreign = await caller.get(f"/api/pledges/v1/pledges/{mine['id']}", "event_pass", **as_pass(other_id))
    of_member = await caller.get(f"/api/pledges/v1/pledges/{members['id']}", "event_pass", **as_pass(event_id))
    list_ = await caller.get("/api/pledges/v1/pledges", "event_pass", **as_pass(event_id))

    assert own.status_code == 200
    assert own.json()["contact"] is None
    assert (foreign.status_code, of_member.status_code, list_.status_code) == (404, 404, 403)


async def test_an_older_version_of_an_event_never_replaces_a_newer_one(
    add_event: Callable[..., Awaitable[UUID]], pledges_database: Database, taskforce_id: UUID
) -> None:
    event_id = await add_event(version=3, status="closed", closed_at=NOW)
    await add_event(event_id, version=2, status="open")

    async with pledges_database.read(taskforce_id) as conn:
        assert await conn.fetchval("select status from employer_events where id = $1", event_id) == "closed"
    assert store.save_events is not None
