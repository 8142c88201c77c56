"""Odd addresses, headers and cookies: refused or ignored, never answered 5xx, and they lead to no other site."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any, Final

import httpx
import pytest

from shared.http.auth import COOKIE
from shared.ui.local_paths import safe_next
from tests.shared.sample_service.app import create_sample_app, token

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.types import Message

ODD_HEADERS: Final = (
    *((b"referer", value) for value in (b"http://[", b"http://[::1", b"//[", b"\xff", b"http://x]/", b"")),
    *((b"host", value) for value in (b"[", b"localhost:x", b"a b", b"\xff", b"", b"[::1")),
    *((b"x-forwarded-for", value) for value in (b"garbage", b"[", b",,,", b"::1%eth0", b"9" * 5000, b"\xff")),
    *((b"authorization", value) for value in (b"Basic", b"Basic \xff", b"Bearer", b"Bearer \xff", b"\xff", b" ")),
    *((b"cookie", value) for value in (b"=", b"__Host-lang=\xff", b"__Host-tilsagn=\xff", b";;;=;", b'__Host-lang="')),
    *((b"accept-language", value) for value in (b"\xff", b"da;q=x", b";;,,", b"da;q=1." + b"9" * 500)),
    *((b"content-length", value) for value in (b"\xb2", b"-1", b"x", b"9" * 5000)),
    *((b"accept", value) for value in (b"\xff", b";", b"text/html;q=x")),
    *((b"if-match", value) for value in (b'"', b"\xff", b'"' + b"9" * 5000 + b'"')),
    *((b"x-correlation-id", value) for value in (b"[" * 36, b"\xff" * 36)),
    *(
        (b"content-type", value)
        for value in (b"multipart/form-data", b"\xff/\xff", b"multipart/form-data; boundary=\xff")
    ),
)
ODD_QUERIES: Final = (b"\xff", b"q=\xff", b"%", b"%ff", b"lang=%ff", b"lang=\xff&&=", b"=&=", b"next=//[")
ODD_PATHS: Final = ("//elsewhere.example/", "/\\elsewhere.example", "/\t/elsewhere.example", "///elsewhere.example")


@functools.cache
def _app() -> FastAPI:
    return create_sample_app()


async def status_and_page(
    method: str = "GET",
    path: str = "/nothing",
    query: bytes = b"",
    headers: tuple[tuple[bytes, bytes], ...] = (),
) -> tuple[int, str]:
    """Ask the application itself: a client library would refuse to send most of these."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    usual = {b"host": b"localhost:8080", b"accept": b"text/html"}
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query,
        "root_path": "",
        "headers": [*(usual | dict(headers)).items()],
        "client": ("garbage", 0),
        "server": ("127.0.0.1", 8080),
        "state": {},
    }
    await _app()(scope, receive, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:]).decode()


@pytest.mark.parametrize(("name", "value"), ODD_HEADERS)
async def test_an_odd_header_is_refused_or_ignored(name: bytes, value: bytes) -> None:
    for method, path in (("GET", "/sample/intake"), ("POST", "/sample/intake"), ("POST", "/nothing")):
        status, _page = await status_and_page(method, path, headers=((name, value),))
        assert 200 <= status < 500, (method, path)


@pytest.mark.parametrize("query", ODD_QUERIES)
async def test_an_odd_query_is_refused_or_ignored(query: bytes) -> None:
    for path in ("/sample/intake", "/nothing"):
        status, _page = await status_and_page(path=path, query=query)
        assert 200 <= status < 500, path


@pytest.mark.parametrize("path", ODD_PATHS)
async def test_no_link_of_a_page_leads_to_the_host_in_its_path(path: str) -> None:
    status, page = await status_and_page(path=path)
    assert status == 404
    assert all(safe_next(link) == link for link in re.findall(r'href="(/[^"]*lang=[^"]*)"', page))
    assert 'lang=en"' in page


@pytest.mark.parametrize("scheme", ["Basic eDp5", "basic", "Negotiate YII=", "Digest username=x"])
async def test_what_a_proxy_adds_to_a_session_is_ignored(scheme: str) -> None:
    transport = httpx.ASGITransport(create_sample_app())
    headers = {"authorization": scheme, "accept": "text/html"}
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8080", headers=headers) as client:
        session = {"cookie": f"{COOKIE}={token('member')}"}
        assert 'action="/sign-out"' in (await client.get("/sample", headers=session)).text
        assert 'action="/sign-out"' not in (await client.get("/sample")).text
