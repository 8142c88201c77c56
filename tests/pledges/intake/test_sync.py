"""What phones deliver: several pledges at once, running numbers, and practice."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from tests.pledges.conftest import NOW, Caller, pledge_body
from tests.pledges.intake.test_api import BEFORE_CLOSING, CLOSED, as_pass

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    import httpx

    from tests.support.infrastructure import Databases

API = "/api/pledges/v1"


def on_phone(number: int, phone_id: UUID, **changes: Any) -> dict[str, Any]:
    """Return the body of a pledge that a phone has captured."""
    return pledge_body(captured_by="phone", phone={"id": str(phone_id), "number": number}, **changes)


async def send(caller: Caller, pledges: Sequence[Any], *roles: Any, **principal: Any) -> httpx.Response:
    """Send a batch."""
    return await caller.client.post(
        f"{API}/pledges/batch",
        json={"pledges": list(pledges)},
        headers=caller.headers(*(roles or ("member",)), **principal),
    )


async def announce(caller: Caller, event_id: UUID, phone_id: UUID, **body: Any) -> httpx.Response:
    """Announce as a guest of the event."""
    return await caller.client.put(
        f"{API}/events/{event_id}/phones/{phone_id}",
        json={"announced": 0} | body,
        headers=caller.headers("event_pass", **as_pass(event_id)),
    )


async def test_every_pledge_of_a_batch_is_answered_by_itself(
    caller: Caller, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    event_id, phone_id = await add_event(), uuid4()
    good = [on_phone(number, phone_id, event_id=str(event_id)) for number in (1, 2, 3)]
    with_cpr = pledge_body(contact={"name": "Eva 010190-1234", "phone": "97 85 00 00"})
    known = pledge_body()
    await caller.log(known)

    answer = await send(
        caller, [good[0], with_cpr, good[1], "no object", {"id": 7}, known, known | {"positions": 1}, good[2], good[0]]
    )

    assert answer.status_code == 200, answer.text
    results = answer.json()["results"]
    assert [(one["id"], one["status"]) for one in results] == [
        (good[0]["id"], "logged"),
        (with_cpr["id"], "refused"),
        (good[1]["id"], "logged"),
        (None, "refused"),
        (None, "refused"),
        (known["id"], "repeated"),
        (known["id"], "refused"),
        (good[2]["id"], "logged"),
        (good[0]["id"], "repeated"),
    ]
    assert results[1]["problem"]["errors"][0]["pointer"] == "/contact/name"
    assert "1234" not in answer.text
    assert results[6]["problem"]["type"] == "/problems/idempotency-key-reused"
    listed = (await caller.get(f"{API}/pledges?page_size=100", "coordinator")).json()["items"]
    assert {one["id"] for one in listed} == {one["id"] for one in [*good, known]}


async def test_a_batch_and_the_single_request_recognise_each_other(
    caller: Caller, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    event_id, phone_id = await add_event(), uuid4()
    first, second = (on_phone(number, phone_id, event_id=str(event_id)) for number in (1, 2))
    await caller.log(first, "event_pass", **as_pass(event_id))

    # Another phone, whose user is signed in, delivers what was handed over to it.
    batch = await send(caller, [first, second])
    again = await caller.log(second, "event_pass", **as_pass(event_id))

    assert [one["status"] for one in batch.json()["results"]] == ["repeated", "logged"]
    assert (again.status_code, again.json()["id"]) == (201, second["id"])


@pytest.mark.parametrize("pledges", [[], [pledge_body()] * 51, "none"])
async def test_a_batch_holds_from_one_to_fifty_pledges(one_caller: Caller, pledges: Any) -> None:
    answer = await one_caller.client.post(
        f"{API}/pledges/batch", json={"pledges": pledges}, headers=one_caller.headers("member")
    )

    assert answer.status_code == 422


async def test_each_pledge_of_a_batch_counts_for_the_rate_limit(one_caller: Caller) -> None:
    who = {"subject": f"person:{uuid4()}"}
    answer = await send(one_caller, [pledge_body() for _ in range(50)], "member", **who)

    assert {one["status"] for one in answer.json()["results"]} == {"logged"}
    left = int(answer.headers["ratelimit"].split("r=")[1].split(";")[0])
    assert left == int(answer.headers["ratelimit-policy"].split("q=")[1].split(";")[0]) - 50


async def test_what_exceeds_the_limits_by_now_is_held_and_what_is_late_is_flagged(
    caller: Caller, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    closed = await add_event(**CLOSED)
    cancelled = await add_event(status="cancelled")
    phone_id, captured = uuid4(), {"event_id": str(closed), "captured_at": BEFORE_CLOSING}

    answer = await send(
        caller,
        [
            on_phone(1, phone_id, **captured),
            on_phone(2, phone_id, **captured, positions=200),
            on_phone(3, phone_id, **captured, weekly_hours={"from": 40, "to": 60}),
            on_phone(4, phone_id, **captured, company={"name": "Ukendt", "cvr": "12345678"}),
            on_phone(5, phone_id, **captured | {"captured_at": "1970-01-01T00:00:00Z"}),
            on_phone(1, uuid4(), **captured | {"event_id": str(cancelled)}),
            on_phone(1, uuid4(), **captured | {"event_id": str(uuid4())}),
        ],
    )

    results = answer.json()["results"]
    assert [one["status"] for one in results] == ["logged"] * 7
    listed = (await caller.get(f"{API}/pledges", "coordinator")).json()["items"]
    flags = {one["id"]: set(one["flags"]) for one in listed}
    expected = [
        {"late"},
        {"late", "many_positions"},
        {"late", "many_hours"},
        {"late", "cvr_invalid"},
        {"late", "clock_wrong", "time_unlikely"},
        {"event_cancelled"},
        {"event_unconfirmed"},
    ]
    assert [flags[one["id"]] >= few for one, few in zip(results, expected, strict=True)] == [True] * 7


async def test_a_phone_learns_what_has_arrived_whoever_brought_it(
    caller: Caller, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    event_id, phone_id = await add_event(), uuid4()
    mine = [on_phone(number, phone_id, event_id=str(event_id)) for number in (1, 2)]
    await caller.log(mine[0], "event_pass", **as_pass(event_id))
    await caller.log(mine[1], "coordinator")

    first = await announce(caller, event_id, phone_id, announced=5, discarded=[4], name="Hannes telefon")
    # Late and with less, as a retry may be.
    again = await announce(caller, event_id, phone_id, announced=2)
    wrong = await announce(caller, event_id, phone_id, announced=2, name="010190-1234")

    assert first.json() == {"id": str(phone_id), "arrived": [1, 2], "missing": [3, 5]}
    assert again.json() == first.json()
    assert wrong.status_code == 422


async def test_a_phone_announces_at_the_event_of_its_pass_only(
    caller: Caller, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    here, there, revoked = await add_event(), await add_event(), await add_event(pass_generation=2)
    address = f"{API}/events/{there}/phones/{uuid4()}"

    elsewhere = await caller.client.put(
        address, json={"announced": 1}, headers=caller.headers("event_pass", **as_pass(here))
    )
    unknown = await caller.client.put(
        address.replace(str(there), str(uuid4())), json={"announced": 1}, headers=caller.headers("member")
    )

    assert (elsewhere.status_code, elsewhere.json()["type"]) == (403, "/problems/pass-for-another-event")
    assert unknown.status_code == 404
    assert (await announce(caller, revoked, uuid4())).json()["type"] == "/problems/pass-revoked"


async def test_the_intake_holds_what_a_phone_needs_and_no_person(
    caller: Caller, add_event: Callable[..., Awaitable[UUID]], add_company: Callable[..., Awaitable[UUID]]
) -> None:
    event_id, other_id = await add_event(ends_at=NOW + timedelta(hours=2)), await add_event()
    company_id = await add_company("B&O", cvr="24256790", checked_in_at=event_id)

    guest = (await caller.get(f"{API}/intake?event={other_id}", "event_pass", **as_pass(event_id))).json()
    member = (await caller.get(f"{API}/intake", "member")).json()

    assert guest["principal"] == {"subject": f"pass:{event_id}", "kind": "guest"}
    assert guest["event"]["id"] == str(event_id)
    assert guest["event"]["deliver_until"] == (NOW + timedelta(days=14, hours=2)).isoformat().replace("+00:00", "Z")
    assert guest["companies"] == [{"id": str(company_id), "name": "B&O", "cvr": "24256790"}]
    assert (guest["events"], len(guest["handover_key"])) == ([], 43)
    assert guest["limits"] == {"positions": 50, "weekly_hours": 37}
    assert (member["event"], member["handover_key"]) == (None, None)
    assert {one["id"] for one in member["events"]} == {str(event_id), str(other_id)}
    assert member["principal"]["kind"] == "person"


async def test_an_events_key_for_handing_over_is_its_own_and_stays(
    caller: Caller, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    here, there, revoked = await add_event(), await add_event(), await add_event(pass_generation=2)

    async def key(event_id: UUID, *roles: Any) -> Any:
        answer = await caller.get(f"{API}/intake?event={event_id}", *roles, **as_pass(event_id))
        return answer.json().get("handover_key")

    assert await key(here, "event_pass") == await key(here, "member")
    assert await key(here, "event_pass") != await key(there, "event_pass")
    assert await key(revoked, "event_pass") is None


async def test_practice_is_answered_as_a_pledge_and_stored_nowhere_else(
    caller: Caller, add_event: Callable[..., Awaitable[UUID]], pledges_dsns: Databases
) -> None:
    event_id, phone_id = await add_event(), uuid4()
    body = on_phone(1, phone_id, event_id=str(event_id), practice=True)

    first = await caller.log(body, "event_pass", **as_pass(event_id))
    again = await send(caller, [body, body | {"positions": 9}])
    told = await announce(caller, event_id, phone_id, announced=2, practice=True)
    for_real = await caller.log({**body, "practice": False}, "event_pass", **as_pass(event_id))

    assert (first.status_code, first.json()["positions"]) == (201, 3)
    assert [one["status"] for one in again.json()["results"]] == ["repeated", "refused"]
    assert (told.json()["arrived"], told.json()["missing"]) == ([1], [2])
    assert for_real.status_code == 201
    superuser = await asyncpg.connect(pledges_dsns.superuser_dsn("pledges"))
    counts = {
        table: await superuser.fetchval(f"select count(*) from {table}")
        for table in ("pledges", "pledge_contacts", "idempotency_keys", "outbox", "practice_pledges")
    }
    await superuser.close()
    assert counts == dict.fromkeys(counts, 1)


STATES: dict[str, dict[str, Any]] = {
    "published": {"status": "published", "opened_at": None},
    "open": {},
    "closed": CLOSED,
    "cancelled": {"status": "cancelled"},
    "long over": CLOSED
    | {
        "starts_at": NOW - timedelta(days=17),
        "ends_at": NOW - timedelta(days=16),
        "closed_at": NOW - timedelta(days=16),
    },
}
NAMED = {"pass-for-another-event", "pass-revoked", "pass-expired", "event-closed"}


async def test_whatever_the_clock_the_event_and_the_pass_a_phone_is_answered_or_told_why(
    caller: Caller, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    events = {name: await add_event(**facts, pass_generation=2) for name, facts in STATES.items()}
    now = datetime.now(UTC)
    clocks = ("1970-01-01T00:00:00Z", BEFORE_CLOSING, now.isoformat(), (now + timedelta(hours=24)).isoformat())
    unknown = uuid4()
    every = [*events.values(), unknown]
    passes = [(event_id, 2) for event_id in every] + [(events["open"], 1)]
    senders: list[tuple[str, list[UUID], dict[str, Any]]] = [
        ("member", every, {}),
        *(("event_pass", [event_id], as_pass(event_id, generation)) for event_id, generation in passes),
        ("event_pass", [events["closed"]], as_pass(events["open"], 2)),
    ]
    refused = []
    for role, its_events, who in senders:
        bodies = [
            on_phone(number, uuid4(), event_id=str(event_id), captured_at=clock)
            for event_id in its_events
            for number, clock in enumerate(clocks, 1)
        ]
        answer = await send(caller, bodies, role, **who)
        assert answer.status_code == 200, answer.text
        for body, result in zip(bodies, answer.json()["results"], strict=True):
            assert result["id"] == body["id"]
            if result["status"] == "refused":
                slug = result["problem"]["type"].removeprefix("/problems/")
                refused.append((role, slug))
                assert (body["event_id"] != str(who["event_id"])) == (slug == "pass-for-another-event")

    assert {slug for _, slug in refused} == NAMED
    assert {role for role, _ in refused} == {"event_pass"}


async def test_two_phones_that_send_the_same_pledges_at_once_log_each_once(
    caller: Caller, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    event_id, phone_id = await add_event(), uuid4()
    bodies = [on_phone(number, phone_id, event_id=str(event_id)) for number in range(1, 21)]

    answers = await asyncio.gather(
        send(caller, bodies, "event_pass", **as_pass(event_id)),
        send(caller, bodies[::-1]),
        send(caller, bodies[5:], "coordinator"),
    )

    statuses = [one["status"] for answer in answers for one in answer.json()["results"]]
    assert (statuses.count("logged"), statuses.count("repeated")) == (20, 35)
    told = await announce(caller, event_id, phone_id, announced=20)
    assert told.json()["missing"] == []
