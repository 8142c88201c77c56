"""`make fuzz` detects each kind of mistake. A short round: tests/e2e/deployment/test_fuzz.py."""

from __future__ import annotations

import json
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from deploy.local import ports
from shared.http.policy import Operation
from tests.fuzz import programs
from tests.fuzz.installation import FOREIGN
from tests.fuzz.pages import MARK, offences
from tests.fuzz.programs import Effort
from tests.fuzz.run import errors_in
from tests.fuzz.tally import Asked, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


BROKEN: dict[str, tuple[Response, str]] = {
    "/fails": (JSONResponse({"n": 1}, 500), "not_a_server_error"),
    "/undocumented": (JSONResponse({"n": 1}, 418), "status_code_conformance"),
    "/not-json": (Response("1", media_type="text/plain"), "content_type_conformance"),
    "/without-header": (JSONResponse({"n": 1}, headers={}), "response_headers_conformance"),
    "/other-shape": (JSONResponse({"n": "one"}), "response_schema_conformance"),
    "/takes-anything": (JSONResponse({"n": 1}, headers={"x-must": "1"}), "negative_data_rejection"),
    "/open": (JSONResponse({"n": 1}, headers={"x-must": "1"}), "ignored_auth"),
    "/of-others": (JSONResponse({"n": 1, "of": FOREIGN}, headers={"x-must": "1"}), "nothing_of_another_taskforce"),
}
"""By path: the answer of an operation, and the expected finding."""


def document_of_the_broken() -> dict[str, Any]:
    number = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    must = {"X-Must": {"required": True, "schema": {"type": "string"}}}
    operation = {
        "responses": {"200": {"description": "", "content": {"application/json": {"schema": number}}, "headers": must}},
        "parameters": [{"name": "q", "in": "query", "schema": {"type": "integer"}, "required": True}],
        "security": [{"token": []}],
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Broken", "version": "1"},
        "paths": {path: {"get": operation} for path in BROKEN},
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    }


@contextmanager
def broken() -> Iterator[str]:
    """A server with one mistake at each address; yields its origin."""

    def route(path: str, answer: Response) -> Route:
        def answered(_request: Any) -> Response:
            return answer

        return Route(path, answered)

    app = Starlette(routes=[route(path, answer) for path, (answer, _) in BROKEN.items()])
    port = ports.any_free()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.mark.every_operation
def test_every_mistake_of_an_api_is_detected() -> None:
    with broken() as url:
        happened = list(
            programs.ask(
                document_of_the_broken(),
                is_selected=lambda _path, _said: True,
                url=url,
                headers={"Authorization": "Bearer x"},
                seed=1,
                effort=Effort(examples=5, coverage=True, walks=False),
            )
        )
    assert sum(isinstance(one, Asked) for one in happened) > 50
    found = {(one.operation, one.check) for one in happened if isinstance(one, Finding)}
    assert {(f"GET {path}", check) for path, (_, check) in BROKEN.items()} <= found


def operation(*callers: Any) -> Operation:
    return Operation("GET", "/x", frozenset(callers), (), (), print, print)


PROTECTED = {"content-security-policy": "x", "x-content-type-options": "nosniff"}
HTML = PROTECTED | {"content-type": "text/html; charset=utf-8"}


@pytest.mark.parametrize(
    ("status", "headers", "text", "check"),
    [
        (200, HTML, "fine", None),
        (303, PROTECTED | {"location": "/sign-in?next=%2F"}, "", None),
        (503, HTML, "", "not_a_server_error"),
        (418, HTML, "", "unwritten_status"),
        (200, {"content-type": "text/html"}, "", "missing_header"),
        (401, HTML, "", "missing_header"),
        (429, HTML, "", "missing_header"),
        (303, PROTECTED | {"location": "//elsewhere.example"}, "", "leads_elsewhere"),
        (303, PROTECTED | {"location": "https://elsewhere.example/"}, "", "leads_elsewhere"),
        (404, HTML, '<a href="//elsewhere.example/?lang=en">', "leads_elsewhere"),
        (404, HTML, "<form action=/\\elsewhere.example>", "leads_elsewhere"),
        (404, HTML, '<a href="/elsewhere?next=//x">', None),
        (404, PROTECTED | {"content-type": "text/plain"}, "", "no_problem"),
        (200, HTML, f"<p>{MARK}</p>", "unescaped"),
        (200, HTML, f"<p>{FOREIGN} ApS</p>", "nothing_of_another_taskforce"),
    ],
)
def test_mistakes_of_pages_are_detected(status: int, headers: dict[str, str], text: str, check: str | None) -> None:
    answer = httpx.Response(status, headers=headers, text="", request=httpx.Request("GET", "http://x/x"))
    answer.headers.clear()
    answer.headers.update(headers)
    assert {name for name, _why in offences(operation("member"), "member", answer, text)} == {check} - {None}


def test_a_page_of_another_taskforce_is_detected() -> None:
    answer = httpx.Response(200, headers=HTML, request=httpx.Request("GET", "http://x/x"))
    assert [name for name, _why in offences(operation("admin"), "nobody", answer, "")] == ["open_to_others"]


def test_a_logged_error_is_detected(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    lines = [
        {"level": "info", "event": "started"},
        {
            "level": "error",
            "event": "Group Coordinator Request failed",
            "logger": "aiokafka.consumer.group_coordinator",
        },
        {"level": "error", "event": "request_failed"},
    ]
    log.write_text("\n".join([*map(json.dumps, lines), "Traceback (most recent call last):", "  File"]))
    assert [finding.check for finding in errors_in(log)] == ["request_failed", "traceback"]
