"""Invalid input: the answer says what is wrong, is never a 500, and nothing is changed."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tests.events.conftest import API, company_body, event_body, published

if TYPE_CHECKING:
    from shared.db.database import Database
    from tests.events.conftest import Caller

UUID_TEXT = str(uuid4())
COMPANY, EVENT = json.dumps(company_body()).encode(), json.dumps(event_body()).encode()


def token(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 400),
        (b"null", 422),
        (b"[]", 422),
        (b'"x"', 422),
        (b"{}", 422),
        (b"\xff\xfe{}", 400),
        (COMPANY.replace(b"Limfjordens", b"Limfj\xf8rdens"), 400),
        (COMPANY.replace(b"Limfjordens", b"Limfj\\u0000"), 400),
        (COMPANY.replace(b"Limfjordens", b"Limfj\\ud800"), 400),
        (COMPANY.replace(b"Limfjordens", b"Limfj\\u001b[2J"), 422),
        (COMPANY.replace(b"Limfjordens", b"Limfj\\nordens"), 422),
        (COMPANY.replace(b"Limfjordens", b"x" * 201), 422),
        (COMPANY.replace(b'"name"', b'"navn"'), 422),
        (b"[" * 100_000, 400),
        (b'{"id": ' + b"9" * 100_000 + b"}", 400),
        (b"x" * (5 * 1024 * 1024), 413),
    ],
    ids=range(17),
)
async def test_an_invalid_company_is_refused(caller: Caller, db: Database, body: bytes, status: int) -> None:
    before = await published(db)
    answer = await caller.client.post(
        f"{API}/companies", content=body, headers=caller.headers("coordinator") | {"content-type": "application/json"}
    )
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert await published(db) == before


async def test_a_method_that_is_not_allowed_gets_all_that_are(caller: Caller) -> None:
    for path, methods in ((f"{API}/companies", "GET, HEAD, POST"), (f"{API}/people/{UUID_TEXT}", "GET, HEAD, PUT")):
        answer = await caller.client.delete(path, headers=caller.headers("coordinator"))
        assert (answer.status_code, answer.headers["allow"]) == (405, methods)


@pytest.mark.parametrize(
    "wrong",
    [
        {"starts_at": "2090-11-24T16:30:00"},
        {"starts_at": "0001-01-01T00:00:00+01:00"},
        {"ends_at": "9999-12-31T23:59:59-12:00"},
        {"starts_at": -62135596800},
        {"starts_at": 1e300},
        {"starts_at": "i morgen"},
        {"goal_positions": 0},
        {"goal_positions": 10_001},
        {"goal_positions": 2**63},
        {"goal_positions": 1.5},
        {"goal_positions": "1.000"},
        {"kind": "party"},
        {"place": "x" * 201},
        {"title": ""},
        {"title": " \t "},
        {"title": "010190 1234"},
        {"id": "1"},
    ],
    ids=str,
)
async def test_a_broken_event_is_refused_field_by_field(caller: Caller, db: Database, wrong: dict[str, Any]) -> None:
    before = await published(db)
    answer = await caller.client.post(
        f"{API}/events",
        content=json.dumps(event_body(**wrong)),
        headers=caller.headers("coordinator") | {"content-type": "application/json"},
    )
    assert answer.status_code == 422
    problem = answer.json()
    assert (problem["type"], problem["status"]) == ("/problems/invalid", 422)
    assert [error["pointer"] for error in problem["errors"]] == [f"/{name}" for name in wrong]
    assert await published(db) == before


async def test_a_field_that_is_not_known_is_ignored(caller: Caller) -> None:
    answer = await caller.post("/events", event_body(status="open", colour="red"))
    assert answer.status_code == 201
    assert answer.json()["status"] == "draft"
    assert "colour" not in answer.json()


@pytest.mark.parametrize(
    "query",
    [
        "page_size=0",
        "page_size=201",
        "page_size=x",
        "page_size=" + "9" * 5000,
        "page_token=x",
        "page_token=æøå",
        "page_token=" + "A" * 2000,
        "page_token=" + token("[]"),
        "page_token=" + token('{"sort_name": "a"}'),
        "page_token=" + token(json.dumps({"sort_name": "a\0", "id": UUID_TEXT})),
        "page_token=" + token(json.dumps({"sort_name": "a", "id": UUID_TEXT, "more": 1})),
        "q=" + "x" * 101,
        "member=perhaps",
    ],
)
async def test_an_invalid_query_parameter_is_refused(caller: Caller, query: str) -> None:
    answer = await caller.get(f"/companies?{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "?" + query.partition("=")[0]


@pytest.mark.parametrize(
    "moment", ["2090-01-01T00:00:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00", "1e999", ""]
)
async def test_a_page_token_from_the_end_of_time_is_refused(caller: Caller, moment: str) -> None:
    text = json.dumps({"at": moment, "id": UUID_TEXT})
    assert (await caller.get(f"/events?page_token={token(text)}")).status_code == 422


@pytest.mark.parametrize("query", ["q=%00", "q=a%00b", "page_token=%00"])
async def test_nul_in_a_query_parameter_is_refused(caller: Caller, query: str) -> None:
    assert (await caller.get(f"/companies?{query}")).status_code == 400


@pytest.mark.parametrize("query", ["q=%F0%28%8C%28", "q=%ED%A0%80", "q=%27%3B--", "q=%5C", "q=%25%25%25"])
async def test_odd_text_in_a_search_finds_nothing(caller: Caller, query: str) -> None:
    answer = await caller.get(f"/companies?{query}")
    assert (answer.status_code, answer.json()["items"]) == (200, [])


@pytest.mark.parametrize("path", ["/events/x", "/companies/x", "/events/x/check-ins", "/companies/%00"])
async def test_an_invalid_id_is_refused(caller: Caller, path: str) -> None:
    assert (await caller.get(path)).status_code in {400, 422}


@pytest.mark.parametrize(
    ("path", "content_type", "body"),
    [
        ("/companies", "application/x-www-form-urlencoded", b"name=%FF%FE&id=1"),
        ("/companies", "application/x-www-form-urlencoded", b"name=\xff\xfe"),
        ("/companies", "application/x-www-form-urlencoded", b"name=%00"),
        ("/companies", "application/x-www-form-urlencoded", b"name.name.name=x&name=y"),
        ("/companies", "application/x-www-form-urlencoded", b"&".join([b"a=b"] * 5000)),
        ("/companies", "multipart/form-data", b"no boundary"),
        ("/companies", "multipart/form-data; boundary=x", b"--x\r\nbroken"),
        ("/companies", "application/json", COMPANY),
        ("/companies", "", b"name=x"),
        ("/events", "application/x-www-form-urlencoded", b"day=9999-12-31&starts=25:00&ends=x&goal_positions=1e9"),
        ("/events", "application/x-www-form-urlencoded", b"day=2099-12-31&starts=23:00Z&ends=22:00&title=x&id=1"),
        ("/people", "application/x-www-form-urlencoded", b"roles=admin&roles=x&email=%0D%0A"),
        ("/sign-in", "application/x-www-form-urlencoded", b"role=%00&taskforce=%FF"),
        ("/sign-in", "application/x-www-form-urlencoded", b"next=" + b"x" * 3000),
        (f"/events/{UUID_TEXT}/publish", "application/x-www-form-urlencoded", b"version=" + b"9" * 5000),
        (f"/events/{UUID_TEXT}/check-ins", "application/x-www-form-urlencoded", b"company_id=x"),
        (f"/events/{UUID_TEXT}/walk-ins", "application/x-www-form-urlencoded", b"name=x"),
        (f"/events/{UUID_TEXT}/pass/revoke", "application/x-www-form-urlencoded", b"generation=-1"),
    ],
    ids=range(18),
)
async def test_a_broken_form_is_answered_by_a_page(
    caller: Caller, db: Database, path: str, content_type: str, body: bytes
) -> None:
    before = await published(db)
    answer = await caller.client.post(
        path,
        content=body,
        headers=caller.headers("admin") | {"content-type": content_type, "accept": "text/html"},
    )
    assert 400 <= answer.status_code < 500
    assert "<h1" in answer.text
    assert await published(db) == before


@pytest.mark.parametrize("path", ["/events", "/companies", "/people"])
@pytest.mark.parametrize("page_token", ["x", "æ", token("{}"), token('{"at": 1e99, "id": 1}')])
async def test_an_invalid_page_token_is_answered_by_a_page(caller: Caller, path: str, page_token: str) -> None:
    answer = await caller.client.get(
        path, params={"page_token": page_token}, headers=caller.headers("admin") | {"accept": "text/html"}
    )
    assert answer.status_code == 422
    assert "<h1" in answer.text


async def test_a_problem_is_in_the_requested_language(caller: Caller) -> None:
    path = f"{API}/events/{UUID_TEXT}"
    headers = caller.headers("coordinator")
    danish = await caller.client.get(path, headers=headers)
    english = await caller.client.get(path, headers=headers | {"accept-language": "en"})
    assert danish.json()["title"] == "Arrangementet findes ikke"
    assert english.json()["title"] == "There is no such event"
