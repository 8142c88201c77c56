"""Errors: problem+json for programs, pages for people, never the input."""

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
from shared.http.problems import Problem
from tests.shared.sample_service.app import create_sample_app, token

INTAKE = {"company": "B&O", "positions": 1, "hours": 10, "contact": {"name": "Eva"}}
URL = "/api/sample/v1/intakes"


async def test_an_invalid_field_has_pointer_code_and_danish_message(sample_app) -> None:  # type: ignore[no-untyped-def]
    answer = await sample_app.post(URL, json={**INTAKE, "positions": 0, "contact": {}})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == "/problems/invalid"
    assert problem["title"] == "Noget skal rettes"
    assert problem["errors"] == [
        {"pointer": "/positions", "code": "greater_than_equal", "message": "Skal være mindst 1."},
        {"pointer": "/contact/name", "code": "missing", "message": "Skal udfyldes."},
    ]


async def test_programs_choose_the_language_by_accept_language(sample_app) -> None:  # type: ignore[no-untyped-def]
    answer = await sample_app.post(URL, json={}, headers={"accept-language": "en-GB, da;q=0.3"})
    assert {error["message"] for error in answer.json()["errors"]} == {"Must be filled in."}


async def test_problems_never_repeat_the_input(sample_app) -> None:  # type: ignore[no-untyped-def]
    secret = "0101701234 Jens Jensen"  # pragma: allowlist secret
    for body in ({**INTAKE, "positions": secret}, {**INTAKE, "contact": {"name": secret * 9}}, [secret], secret):
        answer = await sample_app.post(URL, json=body)
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
async def test_a_malformed_body_is_answered_400(sample_app, body: bytes) -> None:  # type: ignore[no-untyped-def]
    answer = await sample_app.post(URL, content=body, headers={"content-type": "application/json"})
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("name", ["Café 🥖 æøå", "C:\\\\ud800 \\u0000", "\\\\"])
@pytest.mark.parametrize("ascii_only", [True, False])
async def test_unusual_text_is_accepted(sample_app, name: str, ascii_only: bool) -> None:  # type: ignore[no-untyped-def]
    body = json.dumps({**INTAKE, "company": name}, ensure_ascii=ascii_only)
    answer = await sample_app.post(URL, content=body.encode(), headers={"content-type": "application/json"})
    assert answer.json() == {"company": name}


async def test_unknown_paths_and_methods_are_answered_as_problems(sample_app) -> None:  # type: ignore[no-untyped-def]
    missing = await sample_app.get("/api/sample/v1/nothing")
    assert (missing.status_code, missing.json()["type"]) == (404, "/problems/not-found")
    wrong = await sample_app.delete(URL)
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "POST")


async def test_an_unexpected_error_is_logged_and_answered_without_details(sample_app, capsys, caplog) -> None:  # type: ignore[no-untyped-def]
    caplog.set_level(logging.CRITICAL)
    answer = await sample_app.get("/api/sample/v1/broken")
    assert answer.status_code == 500
    assert answer.json()["type"] == "/problems/internal"
    assert "Jens" not in answer.text
    assert "Traceback" not in answer.text
    page = await sample_app.get("/sample/broken", headers={"accept": "text/html"})
    assert page.status_code == 500
    assert "Noget gik galt hos os" in page.text
    assert "Jens" not in page.text
    capsys.readouterr()


async def test_refused_requests_are_logged_by_route_pattern(sample_app) -> None:  # type: ignore[no-untyped-def]
    with capture_logs(processors=[merge_contextvars]) as logged:
        await sample_app.get("/sample/secret?q=Jens")
        member = {"authorization": f"Bearer {token('member')}"}
        await sample_app.get("/sample/secret", headers=member)
        await sample_app.get("/sample", headers={"authorization": "Bearer x"})
        await sample_app.post("/sample/echo", content=b"x", headers={"sec-fetch-site": "cross-site"})
        await sample_app.get("/nothing")
    refused = [one for one in logged if one["event"] == "request.refused"]
    assert [(one["status"], one["reason"], one["route"]) for one in refused] == [
        (401, "signed-out", "/sample/secret"),
        (401, "signed-out", "/sample/secret"),
        (401, "signed-out", None),
        (403, "cross-site", None),
    ]
    assert [str(one["who"]).partition(":")[0] for one in refused] == ["None", "person", "None", "None"]
    assert "Jens" not in str(logged)


async def test_people_get_a_problem_page_and_htmx_a_fragment(sample_app) -> None:  # type: ignore[no-untyped-def]
    page = await sample_app.get("/nothing", headers={"accept": "text/html"})
    assert page.status_code == 404
    assert "Siden findes ikke" in page.text
    assert "<html" in page.text
    part = await sample_app.get("/nothing", headers={"hx-request": "true"})
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
async def test_a_problem_page_links_back_to_our_own_form_only(sender: str, way_on: str) -> None:
    app = create_sample_app()

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


async def test_a_page_redirects_signed_out_people_to_sign_in(sample_app) -> None:  # type: ignore[no-untyped-def]
    page = await sample_app.get("/sample/secret?as_of=2026-01-01", headers={"accept": "text/html"})
    assert page.status_code == 303
    assert page.headers["location"] == "/sign-in?next=%2Fsample%2Fsecret%3Fas_of%3D2026-01-01"
    program = await sample_app.get("/sample/secret", headers={"accept": "application/json"})
    assert program.status_code == 401


async def test_a_problem_page_shows_each_message_once() -> None:
    app = create_sample_app()

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
