"""Failures: problem+json for programs, pages for people, and never what was sent."""

from __future__ import annotations

import json
import logging
import re
from typing import Annotated

import httpx
import pytest
from fastapi import Depends
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from shared.fields.validation import FieldError
from shared.http.auth import Principal, public
from shared.http.problems import Problem, safe_next
from tests.shared.kitchen.app import create_kitchen, token

INTAKE = {"company": "B&O", "positions": 1, "hours": 10, "contact": {"name": "Eva"}}
URL = "/api/kitchen/v1/intakes"


async def test_a_field_at_fault_is_named_by_pointer_code_and_words_in_danish(kitchen) -> None:  # type: ignore[no-untyped-def]
    answer = await kitchen.post(URL, json={**INTAKE, "positions": 0, "contact": {}})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == "/problems/invalid"
    assert problem["title"] == "Noget skal rettes"
    assert problem["errors"] == [
        {"pointer": "/positions", "code": "greater_than_equal", "message": "Skal være mindst 1."},
        {"pointer": "/contact/name", "code": "missing", "message": "Skal udfyldes."},
    ]


async def test_programs_are_answered_in_the_language_they_ask_for(kitchen) -> None:  # type: ignore[no-untyped-def]
    answer = await kitchen.post(URL, json={}, headers={"accept-language": "en-GB, da;q=0.3"})
    assert {error["message"] for error in answer.json()["errors"]} == {"Must be filled in."}


async def test_what_was_sent_is_never_sent_back(kitchen) -> None:  # type: ignore[no-untyped-def]
    secret = "0101701234 Jens Jensen"  # pragma: allowlist secret
    for body in ({**INTAKE, "positions": secret}, {**INTAKE, "contact": {"name": secret * 9}}, [secret], secret):
        answer = await kitchen.post(URL, json=body)
        assert answer.status_code == 422
        assert "Jens" not in answer.text


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"",
        b"\xff\xfe",
        b'{"company": "\xff"}',
        b'{"company": "a\\u0000b"}',
        b'{"company": "\\ud800"}',
        b'{"company": "\\udc00x"}',
        b"[" * 100_000,
        b'{"positions": ' + b"9" * 5000 + b"}",
        b'{"positions": NaN, "company": "x", "hours": Infinity}',
    ],
)
async def test_a_broken_body_is_the_senders_fault_and_says_so(kitchen, body: bytes) -> None:  # type: ignore[no-untyped-def]
    answer = await kitchen.post(URL, content=body, headers={"content-type": "application/json"})
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("name", ["Café 🥖 æøå", "C:\\\\ud800 \\u0000", "\\\\"])
@pytest.mark.parametrize("ascii_only", [True, False])
async def test_unusual_text_is_text(kitchen, name: str, ascii_only: bool) -> None:  # type: ignore[no-untyped-def]
    body = json.dumps({**INTAKE, "company": name}, ensure_ascii=ascii_only)
    answer = await kitchen.post(URL, content=body.encode(), headers={"content-type": "application/json"})
    assert answer.json() == {"company": name}


async def test_unknown_addresses_and_methods_are_problems_too(kitchen) -> None:  # type: ignore[no-untyped-def]
    missing = await kitchen.get("/api/kitchen/v1/nothing")
    assert (missing.status_code, missing.json()["type"]) == (404, "/problems/not-found")
    wrong = await kitchen.delete(URL)
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "POST")


async def test_an_unforeseen_error_is_logged_but_tells_nothing(kitchen, capsys, caplog) -> None:  # type: ignore[no-untyped-def]
    caplog.set_level(logging.CRITICAL)
    answer = await kitchen.get("/api/kitchen/v1/broken")
    assert answer.status_code == 500
    assert answer.json()["type"] == "/problems/internal"
    assert "Jens" not in answer.text
    assert "Traceback" not in answer.text
    page = await kitchen.get("/kitchen/broken", headers={"accept": "text/html"})
    assert page.status_code == 500
    assert "Noget gik galt hos os" in page.text
    assert "Jens" not in page.text
    capsys.readouterr()


async def test_what_somebody_was_kept_from_is_logged_without_the_address(kitchen) -> None:  # type: ignore[no-untyped-def]
    with capture_logs(processors=[merge_contextvars]) as logged:
        await kitchen.get("/kitchen/secret?q=Jens")
        member = {"authorization": f"Bearer {token('member')}"}
        await kitchen.get("/kitchen/secret", headers=member)
        await kitchen.get("/kitchen", headers={"authorization": "Bearer x"})
        await kitchen.post("/kitchen/echo", content=b"x", headers={"sec-fetch-site": "cross-site"})
        await kitchen.get("/nothing")
    refused = [one for one in logged if one["event"] == "request.refused"]
    assert [(one["status"], one["reason"], one["route"]) for one in refused] == [
        (401, "signed-out", "/kitchen/secret"),
        (401, "signed-out", "/kitchen/secret"),
        (401, "signed-out", None),
        (403, "cross-site", None),
    ]
    assert [str(one["who"]).partition(":")[0] for one in refused] == ["None", "person", "None", "None"]
    assert "Jens" not in str(logged)


async def test_people_get_a_page_and_htmx_a_part_of_one(kitchen) -> None:  # type: ignore[no-untyped-def]
    page = await kitchen.get("/nothing", headers={"accept": "text/html"})
    assert page.status_code == 404
    assert "Siden findes ikke" in page.text
    assert "<html" in page.text
    part = await kitchen.get("/nothing", headers={"hx-request": "true"})
    assert "Siden findes ikke" in part.text
    assert "<html" not in part.text


@pytest.mark.parametrize(
    ("sender", "way_on"),
    [
        ("http://localhost:8080/form?a=1&b=2", "/form?a=1&amp;b=2"),
        ("http://localhost:8080/answer", "/"),
        ("http://localhost:8080/nowhere", "/"),
        ("http://localhost:8080//elsewhere.example/form", "/"),
        ("http://elsewhere.example/form", "/"),
        ("http://[", "/"),
        ("", "/"),
    ],
)
async def test_whoever_sent_a_form_that_is_refused_is_led_back_to_it_and_nowhere_else(sender: str, way_on: str) -> None:
    app = create_kitchen()

    async def form(_who: Annotated[Principal | None, Depends(public)]) -> None:
        pass

    async def refuse(_who: Annotated[Principal | None, Depends(public)]) -> None:
        raise Problem(409)

    app.add_api_route("/form", form, methods=["GET"])
    app.add_api_route("/answer", refuse, methods=["POST"])
    headers = {"accept": "text/html", "referer": sender, "sec-fetch-site": "same-origin"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost:8080") as client:
        page = (await client.post("/answer", headers=headers)).text
    [button] = re.findall(r'<a class="button button-primary" href="([^"]*)"', page)
    assert button == way_on


async def test_someone_signed_out_is_led_to_sign_in_and_back(kitchen) -> None:  # type: ignore[no-untyped-def]
    page = await kitchen.get("/kitchen/secret?as_of=2026-01-01", headers={"accept": "text/html"})
    assert page.status_code == 303
    assert page.headers["location"] == "/sign-in?next=%2Fkitchen%2Fsecret%3Fas_of%3D2026-01-01"
    program = await kitchen.get("/kitchen/secret", headers={"accept": "application/json"})
    assert program.status_code == 401


@pytest.mark.parametrize(
    "target",
    [
        "https://elsewhere.example",
        "//elsewhere.example",
        "/\\elsewhere.example",
        "javascript:x",
        "",
        None,
        "/a\nb",
        "x",
    ],
)
def test_signing_in_leads_nowhere_else(target: str | None) -> None:
    assert safe_next(target) == "/"


def test_signing_in_leads_back() -> None:
    assert safe_next("/queue?mine=1&page_token=x") == "/queue?mine=1&page_token=x"


async def test_a_page_says_what_is_wrong_once_and_in_words_only() -> None:
    app = create_kitchen()

    @app.get("/at-fault")
    async def at_fault(_who: Annotated[Principal | None, Depends(public)]) -> None:
        errors = [FieldError("/name", "missing", "Say it."), FieldError("/name", "short", "Say more.")]
        raise Problem(422, detail="Say it.", errors=errors)

    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8080") as client:
        for headers in ({"accept": "text/html"}, {"accept": "text/html", "hx-request": "true"}):
            page = (await client.get("/at-fault", headers=headers)).text
            assert (page.count("Say it."), page.count("Say more.")) == (1, 1)
            assert "/name" not in page
        program = (await client.get("/at-fault")).json()
        assert [error["pointer"] for error in program["errors"]] == ["/name", "/name"]
