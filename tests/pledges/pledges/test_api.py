"""Logging and reading pledges over HTTP."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import openapi_spec_validator
import pytest
from jsonschema import Draft202012Validator

from shared.contracts.pledges import PledgeLogged, position_id
from shared.fields.copenhagen import COPENHAGEN
from shared.fields.phone import canonical_phone
from shared.ui.formats import local_date
from tests.pledges.conftest import NOW, Caller, pledge_body

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from shared.db.database import Database


async def test_a_logged_pledge_is_answered_with_what_was_logged(caller: Caller) -> None:
    body = pledge_body()

    answer = await caller.log(body)

    assert answer.status_code == 201, answer.text
    got = answer.json()
    for name in ("id", "job_type", "positions", "weekly_hours", "tasks"):
        assert got[name] == body[name]
    assert got["company"] == body["company"] | {"id": None, "p_number": None}
    assert got["contact"] == body["contact"] | {"phone": "+4597850000"}
    assert got["status"] == "logged"
    assert got["version"] == 1
    assert got["flags"] == []
    assert [one["number"] for one in got["position_list"]] == [1, 2, 3]
    assert {one["status"] for one in got["position_list"]} == {"open"}
    assert answer.headers["location"] == f"/api/pledges/v1/pledges/{body['id']}"


async def test_the_same_request_again_gets_the_same_bytes(caller: Caller) -> None:
    body = pledge_body(weekly_hours={"from": 7.5, "to": 12}, captured_at="2026-06-01T20:15:30.123456+02:00")

    first = await caller.log(body, key="one")
    again = await caller.log(dict(reversed(body.items())), key="one")

    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["etag"] == first.headers["etag"]


async def test_a_repeat_is_answered_as_at_first_after_the_pledge_has_changed(caller: Caller) -> None:
    body = pledge_body()
    first = await caller.log(body)
    hire = {"id": str(uuid4()), "pledge_id": body["id"], "start_date": str(local_date(NOW)), "weekly_hours": 8}
    assert (await caller.confirm(hire | {"contact_person": "Jonas Tangaa"})).status_code == 201

    again = await caller.log(body)

    assert again.content == first.content
    now = (await caller.get(f"/api/pledges/v1/pledges/{body['id']}", "member")).json()
    assert (now["status"], now["version"]) == ("in_progress", 2)


async def test_the_same_key_with_another_body_is_refused_and_changes_nothing(
    caller: Caller, pledges_database: Database, taskforce_id: UUID
) -> None:
    body = pledge_body()
    await caller.log(body, key="one")

    other = await caller.log(pledge_body(positions=4), key="one")

    assert other.status_code == 422
    assert other.headers["content-type"] == "application/problem+json"
    assert other.json()["type"] == "/problems/idempotency-key-reused"
    async with pledges_database.read(taskforce_id) as conn:
        assert await conn.fetchval("select count(*) from pledges") == 1


async def test_the_same_pledge_under_another_key_gets_the_same_answer_and_another_is_refused(caller: Caller) -> None:
    body = pledge_body()
    first = await caller.log(body, key="one")

    again = await caller.log(body, key="two")
    other = await caller.log(body | {"positions": 9}, key="three")

    assert again.content == first.content
    assert other.status_code == 409


async def test_a_refused_request_does_not_keep_its_key(caller: Caller) -> None:
    body = pledge_body()

    assert (await caller.log(body | {"positions": 200}, key="one")).status_code == 422
    assert (await caller.log(body, key="one")).status_code == 201


async def test_thirty_equal_requests_at_once_log_one_pledge(
    caller: Caller, pledges_database: Database, taskforce_id: UUID
) -> None:
    body = pledge_body()

    answers = await asyncio.gather(*(caller.log(body, key="one") for _ in range(30)))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    async with pledges_database.read(taskforce_id) as conn:
        assert await conn.fetchval("select count(*) from pledges") == 1
        assert await conn.fetchval("select count(*) from positions") == 3
    async with pledges_database.system() as conn:
        assert await conn.fetchval("select count(*) from outbox") == 1


async def test_one_pledge_under_many_keys_at_once_is_logged_once(
    caller: Caller, pledges_database: Database, taskforce_id: UUID
) -> None:
    body = pledge_body()

    answers = await asyncio.gather(*(caller.log(body, key=f"key-{n}") for n in range(12)))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    async with pledges_database.system() as conn:
        assert await conn.fetchval("select count(*) from outbox") == 1


async def test_the_message_holds_the_public_state_and_nothing_that_was_typed(
    caller: Caller, pledges_database: Database, add_company: Callable[..., Awaitable[UUID]]
) -> None:
    company_id = await add_company("Struer Trælast A/S", cvr="24256790")
    body = pledge_body()

    await caller.log(body)

    async with pledges_database.system() as conn:
        row = await conn.fetchrow("select type, payload from outbox")
    assert row is not None
    assert row["type"] == "tilsagn.pledges.PledgeLogged.v1"
    message = PledgeLogged.model_validate(row["payload"])
    assert message.company_id == company_id
    assert [str(one.position_id) for one in message.positions] == [
        str(position_id(message.pledge_id, number)) for number in (1, 2, 3)
    ]
    travelling = str(row["payload"])
    for private in ("Eva", "Holm", "97 85", "traelast", "Trælast", "24256790"):
        assert private not in travelling


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"positions": 0}, "/positions"),
        ({"positions": 200}, "/positions"),
        ({"positions": 10**30}, "/positions"),
        ({"positions": True}, "/positions"),
        ({"positions": "mange"}, "/positions"),
        ({"id": "not-a-uuid"}, "/id"),
        ({"company": {"name": "   "}}, "/company/name"),
        ({"company": {"name": "x" * 201}}, "/company/name"),
        ({"company": {"name": "B&O", "municipality": "67"}}, "/company/municipality"),
        ({"company": None}, "/company"),
        ({"contact": {"phone": "97850000"}}, "/contact/name"),
        ({"contact": {"name": "Eva", "phone": "tolv"}}, "/contact/phone"),
        ({"contact": {"name": "Eva", "email": "eva@"}}, "/contact/email"),
        ({"contact": {"name": "Eva\nBcc: x"}}, "/contact/name"),
        ({"job_type": "slave"}, "/job_type"),
        ({"weekly_hours": {"from": 12, "to": 5}}, "/weekly_hours"),
        ({"weekly_hours": {"from": 0, "to": 5}}, "/weekly_hours/from"),
        ({"weekly_hours": {"from": 5, "to": 38}}, "/weekly_hours/to"),
        ({"weekly_hours": {"from": 5, "to": 5.001}}, "/weekly_hours/to"),
        ({"weekly_hours": 5}, "/weekly_hours"),
        ({"tasks": ["shelf_stocking", "espionage"]}, "/tasks/1"),
        ({"captured_at": "2026-11-22T20:00:00"}, "/captured_at"),
        ({"captured_at": "9999-12-31T23:59:59-12:00"}, "/captured_at"),
        ({"captured_at": "9999-12-31T23:59:59Z"}, "/captured_at"),
        ({"captured_at": "0001-01-01T00:00:00Z"}, "/captured_at"),
        ({"captured_at": "i aftes"}, "/captured_at"),
        ({"event_id": str(uuid4())}, "/event_id"),
    ],
)
async def test_a_wrong_field_is_named(one_caller: Caller, change: dict[str, Any], pointer: str) -> None:
    body = pledge_body(**change)
    answer = await one_caller.client.post(
        "/api/pledges/v1/pledges",
        content=json.dumps(body),
        headers=one_caller.headers("member") | {"idempotency-key": "one", "content-type": "application/json"},
    )

    assert answer.status_code == 422, answer.text
    problem = answer.json()
    assert pointer in [error["pointer"] for error in problem["errors"]]
    assert all(error["message"] and error["code"] for error in problem["errors"])


@pytest.mark.parametrize(
    "change",
    [
        {"company": {"name": "Hansen 010170-1234"}},
        {"company": {"name": "Hansen", "cvr": "0101701234"}},
        {"contact": {"name": "Eva 0101701234"}},
        {"contact": {"name": "Eva", "phone": "010170-1234"}},
        {"contact": {"name": "Eva", "phone": "+1 0101701234"}},
        {"contact": {"name": "Eva", "email": "0101701234@example.dk"}},
    ],
)
async def test_something_like_a_cpr_number_is_refused_and_never_repeated(
    one_caller: Caller, change: dict[str, Any]
) -> None:
    answer = await one_caller.log(pledge_body(**change))

    assert answer.status_code == 422
    assert [error["code"] for error in answer.json()["errors"]] == ["cpr_shape"]
    assert "CPR" in answer.json()["errors"][0]["message"]
    assert "1234" not in answer.text


async def test_a_p_number_may_look_like_a_cpr_number(caller: Caller) -> None:
    answer = await caller.log(pledge_body(company={"name": "B&O", "p_number": "0101701234"}))

    assert answer.status_code == 201
    assert answer.json()["company"]["p_number"] == "0101701234"


@pytest.mark.parametrize(
    "phone", ["97850000", "+45 97 85 00 00", "+31 10 123 4567", "0045 97850000", "+46 70 123 45 67"]
)
async def test_telephone_numbers_of_every_country_are_taken(one_caller: Caller, phone: str) -> None:
    answer = await one_caller.log(pledge_body(contact={"name": "Eva", "phone": phone}))

    assert answer.status_code == 201, answer.text
    assert answer.json()["contact"]["phone"] == canonical_phone(phone)


async def test_an_invalid_cvr_number_is_flagged_and_accepted(caller: Caller) -> None:
    answer = await caller.log(pledge_body(company={"name": "B&O", "cvr": "12345678"}))

    assert answer.status_code == 201
    assert answer.json()["flags"] == ["cvr_invalid"]
    assert answer.json()["warnings"][0]["code"] == "cvr_invalid"


async def test_unknown_fields_are_ignored(caller: Caller) -> None:
    answer = await caller.log(pledge_body(rehearsal=True, extra={"deep": [float("1.5"), None]}))

    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("field", "number"), [("captured_at", 0), ("captured_at", "1764547200"), ("earliest_start", 20261201)]
)
async def test_a_number_is_refused_as_a_date(one_caller: Caller, field: str, number: object) -> None:
    answer = await one_caller.log(pledge_body(**{field: number}))

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == f"/{field}"


@pytest.mark.parametrize("key", [None, "", "   ", "x" * 201, "æøå".encode(), "for 010190-1234"])
async def test_a_pledge_needs_a_usable_idempotency_key(one_caller: Caller, key: str | bytes | None) -> None:
    headers: dict[str, Any] = one_caller.headers("member")
    if key is not None:
        headers["idempotency-key"] = key

    answer = await one_caller.client.post("/api/pledges/v1/pledges", json=pledge_body(), headers=headers)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "Idempotency-Key:"


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"{", 400),
        (b"\xff\xfe{}", 400),
        (b'{"contact": {"name": "\xe6\xf8"}}', 400),
        (b'{"contact": {"name": "Eva\\u0000"}}', 400),
        (b'{"contact": {"name": "Eva\\ud800"}}', 400),
        (b"[" * 100_000, 400),
        (b'{"x": ' * 500 + b"1" + b"}" * 500, 422),
        (b'{"positions": ' + b"9" * 5000 + b"}", 400),
        (b"[]", 422),
        (b"null", 422),
        (b"", 422),
        (b'{"a": "' + b"x" * 5_000_000 + b'"}', 413),
    ],
    ids=lambda value: str(value)[:30],
)
async def test_a_broken_body_is_answered_with_a_problem(one_caller: Caller, content: bytes, status: int) -> None:
    answer = await one_caller.client.post(
        "/api/pledges/v1/pledges",
        content=content,
        headers=one_caller.headers("member") | {"idempotency-key": "one", "content-type": "application/json"},
    )

    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


async def test_deep_nesting_is_ignored_or_refused(caller: Caller) -> None:
    statuses = set()
    for depth in range(700, 1000, 7):
        body = json.dumps(pledge_body())[:-1] + ', "extra": ' + "[" * depth + "]" * depth + "}"
        answer = await caller.client.post(
            "/api/pledges/v1/pledges",
            content=body,
            headers=caller.headers("member") | {"idempotency-key": str(depth), "content-type": "application/json"},
        )
        statuses.add(answer.status_code)

    assert statuses <= {201, 400}


async def test_the_openapi_document_is_valid(caller: Caller) -> None:
    document = (await caller.client.get("/api/pledges/v1/openapi.json")).json()

    openapi_spec_validator.validate(document)
    assert set(document["paths"]) == {
        "/api/pledges/v1/pledges",
        "/api/pledges/v1/pledges/batch",
        "/api/pledges/v1/intake",
        "/api/pledges/v1/events/{event_id}/phones/{phone_id}",
        "/api/pledges/v1/events/{event_id}/phones/{phone_id}/set-aside",
        "/api/pledges/v1/events/{event_id}/phones/{phone_id}/set-aside/undo",
        "/api/pledges/v1/events/{event_id}/evening",
        "/api/pledges/v1/events/{event_id}/evening/stream",
        "/api/pledges/v1/events/{event_id}/practice",
        "/api/pledges/v1/pledges/{pledge_id}",
        "/api/pledges/v1/pledges/{pledge_id}/review",
        "/api/pledges/v1/duplicates",
        "/api/pledges/v1/duplicates/{proposal_id}/merge",
        "/api/pledges/v1/duplicates/{proposal_id}/keep",
        "/api/pledges/v1/duplicates/{proposal_id}/unmerge",
        "/api/pledges/v1/pledges/{pledge_id}/withdraw",
        "/api/pledges/v1/pledges/{pledge_id}/restore",
        "/api/pledges/v1/events/{event_id}/passes/{generation}/withdraw",
        "/api/pledges/v1/events/{event_id}/passes/{generation}/restore",
        "/api/pledges/v1/positions/{position_id}/match",
        "/api/pledges/v1/positions/{position_id}/trial",
        "/api/pledges/v1/positions/{position_id}/cancel",
        "/api/pledges/v1/positions/{position_id}/reopen",
        "/api/pledges/v1/positions/{position_id}/undo",
        "/api/pledges/v1/pledges/{pledge_id}/affirm",
        "/api/pledges/v1/pledges/{pledge_id}/undo-affirmation",
        "/api/pledges/v1/pledges/{pledge_id}/lapse",
        "/api/pledges/v1/pledges/{pledge_id}/defer-lapse",
        "/api/pledges/v1/hires",
        "/api/pledges/v1/hires/{hire_id}",
        "/api/pledges/v1/queue",
        "/api/pledges/v1/queue/assign",
        "/api/pledges/v1/queue/assignments/{handover_id}/undo",
        "/api/pledges/v1/hires/contact-person",
        "/api/pledges/v1/hires/{hire_id}/contact-person",
        "/api/pledges/v1/hires/{hire_id}/steps",
        "/api/pledges/v1/hires/{hire_id}/steps/{starts_on}",
        "/api/pledges/v1/hires/{hire_id}/end",
        "/api/pledges/v1/hires/{hire_id}/resume",
        "/api/pledges/v1/hires/{hire_id}/correct",
        "/api/pledges/v1/hires/{hire_id}/revoke",
        "/api/pledges/v1/hires/{hire_id}/checkpoints/{months}",
        "/api/pledges/v1/hires/{hire_id}/history",
        "/api/pledges/v1/hires/{hire_id}/support",
        "/api/pledges/v1/hires/{hire_id}/support/{contact_id}",
        "/api/pledges/v1/hires/{hire_id}/citizen",
        "/api/pledges/v1/participants",
        "/api/pledges/v1/participants/{participant_id}",
        "/api/pledges/v1/participants/{participant_id}/hours",
        "/api/pledges/v1/participants/{participant_id}/openings",
        "/api/pledges/v1/positions/{position_id}/candidates",
    }


async def test_answers_match_the_openapi_document(caller: Caller) -> None:
    logged = await caller.log(pledge_body(earliest_start="2026-12-01", company={"name": "B&O", "cvr": "1"}))
    listed = await caller.get("/api/pledges/v1/pledges", "member")

    document = (await caller.client.get("/api/pledges/v1/openapi.json")).json()
    for answer, name in ((logged, "PledgeOut"), (listed, "PledgePage")):
        schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
        Draft202012Validator(schema).validate(answer.json())
        assert list(answer.json()) == list(document["components"]["schemas"][name]["properties"])


async def test_nan_and_infinity_are_refused_or_ignored(caller: Caller) -> None:
    async def send(body: dict[str, Any]) -> int:
        answer = await caller.client.post(
            "/api/pledges/v1/pledges",
            content=json.dumps(body),
            headers=caller.headers("member") | {"idempotency-key": body["id"], "content-type": "application/json"},
        )
        return answer.status_code

    assert await send(pledge_body(weekly_hours={"from": float("nan"), "to": 5})) == 422
    assert await send(pledge_body(weekly_hours={"from": 5, "to": float("inf")})) == 422
    assert await send(pledge_body(extra=float("nan"))) == 201


async def test_with_a_wrong_clock_everything_but_the_time_is_kept(caller: Caller) -> None:
    ahead = await caller.log(pledge_body(captured_at=(NOW + timedelta(days=3)).isoformat()))
    lost = await caller.log(pledge_body(captured_at="1970-01-01T00:00:10Z"))
    near = await caller.log(pledge_body(captured_at=(NOW + timedelta(hours=1)).isoformat()))

    for answer in (ahead, lost):
        assert answer.status_code == 201
        assert answer.json()["flags"] == ["clock_wrong"]
        received = datetime.fromisoformat(answer.json()["received_at"]).astimezone(COPENHAGEN)
        assert answer.json()["pledged_on"] == received.date().isoformat()
    assert near.json()["flags"] == []


async def test_a_pledge_counts_from_its_danish_day(caller: Caller) -> None:
    answer = await caller.log(pledge_body(captured_at="2026-06-30T22:30:00Z"))

    assert answer.json()["pledged_on"] == "2026-07-01"


async def test_the_register_recognises_a_company_by_id_number_or_name(
    caller: Caller, add_company: Callable[..., Awaitable[UUID]]
) -> None:
    by_id = await add_company("B&O", municipality="0671")
    by_cvr = await add_company("Andet Navn ApS", cvr="24256790")
    by_name = await add_company("Ålekisten Plast A/S")

    async def recognised(**company: Any) -> tuple[str | None, list[str]]:
        answer = (await caller.log(pledge_body(company={"name": "Ukendt"} | company))).json()
        return answer["company"]["id"], answer["flags"]

    assert await recognised(id=str(by_id)) == (str(by_id), [])
    assert await recognised(cvr="DK 24 25 67 90") == (str(by_cvr), [])
    assert await recognised(name="  ålekisten   PLAST a/s ") == (str(by_name), [])
    assert await recognised(id=str(uuid4())) == (None, ["company_unconfirmed"])
    assert await recognised() == (None, [])


async def test_a_name_that_two_companies_share_identifies_neither(
    caller: Caller, add_company: Callable[..., Awaitable[UUID]]
) -> None:
    await add_company("Hansen ApS")
    await add_company("Hansen ApS")

    answer = await caller.log(pledge_body(company={"name": "Hansen ApS"}))

    assert answer.json()["company"]["id"] is None


async def test_pages_of_a_list_neither_skip_nor_repeat(caller: Caller) -> None:
    ids = []
    for _ in range(7):
        body = pledge_body()
        ids.append(body["id"])
        await caller.log(body)

    seen: list[str] = []
    path = "/api/pledges/v1/pledges?page_size=3"
    token = None
    while True:
        page = (await caller.get(path + (f"&page_token={token}" if token else ""), "coordinator")).json()
        seen += [one["id"] for one in page["items"]]
        token = page["next_page_token"]
        if token is None:
            break

    assert seen == list(reversed(ids))


async def test_lists_can_be_filtered(caller: Caller, add_event: Callable[..., Awaitable[UUID]]) -> None:
    event_id = str(await add_event())
    here = pledge_body(event_id=event_id, company={"name": "Bæk's 100 % Vask"})
    flagged = pledge_body(company={"name": "B&O", "cvr": "1"}, job_type="praktik")
    with_number = pledge_body(company={"name": "Ærø Bageri", "cvr": "24 25 67 90"})
    await caller.log(here)
    await caller.log(flagged)
    await caller.log(with_number)

    async def found(query: str) -> set[str]:
        answer = await caller.get(f"/api/pledges/v1/pledges?{query}", "coordinator")
        assert answer.status_code == 200, answer.text
        return {one["id"] for one in answer.json()["items"]}

    assert await found(f"event_id={event_id}") == {here["id"]}
    assert await found("job_type=praktik") == {flagged["id"]}
    assert await found("flagged=true") == {flagged["id"]}
    assert await found("q=100%20%25%20vask") == {here["id"]}
    assert await found("q=vask%C2%A0%20B%C3%86K") == {here["id"]}
    assert await found("q=vask%20b%26o") == set()
    assert await found("q=DK%2024.25") == {with_number["id"]}
    assert await found("unfilled=true") == {here["id"], flagged["id"], with_number["id"]}
    assert await found("status=fulfilled") == set()


@pytest.mark.parametrize(
    "made_up", ["x", "æ", "e30", "bnVsbA", "IiI", "eyJhdCI6ICI5OTk5LTEyLTMxVDIzOjU5OjU5LTEyOjAwIn0"]
)
async def test_an_invalid_page_token_is_refused(one_caller: Caller, made_up: str) -> None:
    answer = await one_caller.get(f"/api/pledges/v1/pledges?page_token={made_up}", "coordinator")

    assert answer.status_code == 422
