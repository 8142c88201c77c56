"""HEAD as GET without the body, and compressed text: the same for every page, operation and file of every service."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from fastapi import Response

from shared.ui.assets import asset_url
from tests.shared.sample_service.app import create_sample_app
from tests.support.waiting import PATIENCE_SECONDS

if TYPE_CHECKING:
    from starlette.types import Message

PLAIN = {"accept-encoding": "identity"}
PATHS = ("/sample", "/nothing", "/api/sample/v1/openapi.json", "/livez", "/metrics", "/assets/nothing.css")


@pytest.mark.parametrize("path", [*PATHS, "asset"])
@pytest.mark.parametrize("encoding", ["identity", "gzip"])
async def test_head_is_answered_like_get_without_a_body(
    sample_app: httpx.AsyncClient, path: str, encoding: str
) -> None:
    path = asset_url("tilsagn.css") if path == "asset" else path
    headers = {"accept-encoding": encoding, "accept": "text/html"}
    head, get = [await sample_app.request(method, path, headers=headers) for method in ("HEAD", "GET")]
    assert (head.status_code, head.content) == (get.status_code, b"")
    same = ("content-type", "content-encoding", "cache-control", "content-security-policy", "vary")
    assert [head.headers.get(name) for name in same] == [get.headers.get(name) for name in same]
    assert "content-length" in head.headers


async def test_a_missing_method_is_refused_and_head_is_among_those_there_are(sample_app: httpx.AsyncClient) -> None:
    assert (await sample_app.head("/sample/echo")).status_code == 405
    assert (await sample_app.delete("/sample")).headers["allow"] == "GET, HEAD"


async def _first_messages(method: str, path: str, most: int) -> list[Message]:
    """Ask as a client that stays until it has `most` messages of the response."""
    sent: list[Message] = []
    enough = asyncio.Event()
    requests: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Message:
        if requests:
            return requests.pop()
        await enough.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)
        if len(sent) == most:
            enough.set()

    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "query_string": b"",
        "root_path": "",
        "client": None,
        "server": None,
        "state": {},
        "headers": [(b"host", b"localhost:8080"), (b"accept-encoding", b"gzip")],
    }
    await asyncio.wait_for(create_sample_app()(scope, receive, send), PATIENCE_SECONDS)
    return sent


async def test_head_of_an_event_stream_ends() -> None:
    start, *rest = await _first_messages("HEAD", "/sample/stream", 1_000_000)
    assert start["status"] == 200
    assert dict(start["headers"])[b"content-type"].startswith(b"text/event-stream")
    assert [(message["body"], message["more_body"]) for message in rest] == [(b"", False)]


async def test_an_event_stream_is_sent_as_it_comes() -> None:
    start, first, *_rest = await _first_messages("GET", "/sample/stream", 2)
    assert b"content-encoding" not in dict(start["headers"])
    assert first["body"].startswith(b"event: heartbeat")


async def test_text_is_compressed_for_those_who_take_it(sample_app: httpx.AsyncClient) -> None:
    for path in ("/sample", "/api/sample/v1/openapi.json"):
        packed = await sample_app.get(path, headers={"accept-encoding": "gzip, deflate, br"})
        assert packed.headers["content-encoding"] == "gzip"
        assert "accept-encoding" in packed.headers["vary"].lower()
        assert int(packed.headers["content-length"]) < len(packed.content) / 2
        plain = await sample_app.get(path, headers=PLAIN)
        assert "content-encoding" not in plain.headers
        assert "accept-encoding" in plain.headers["vary"].lower()


@pytest.mark.parametrize(
    ("accepted", "compressed"),
    [
        ("GZIP", True),
        ("br;q=1.0, gzip;q=0.5", True),
        ("x-gzip", True),
        ("*", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000, identity", False),
        ("br, *;q=0", False),
        ("gzip;q=0, *", False),
        ("notgzip", False),
        ("gzip;q=much", False),
        ("", False),
    ],
)
async def test_text_is_compressed_only_for_those_who_take_it(
    sample_app: httpx.AsyncClient, accepted: str, compressed: bool
) -> None:
    answer = await sample_app.get("/sample", headers={"accept-encoding": accepted})
    assert answer.headers.get("content-encoding") == ("gzip" if compressed else None)
    assert "accept-encoding" in answer.headers["vary"].lower()


@pytest.mark.parametrize("kind", ["application/pdf", "image/png", "message/rfc822"])
async def test_what_is_no_text_is_sent_as_it_is(kind: str) -> None:
    app = create_sample_app()

    @app.get("/file")
    async def file() -> Response:
        return Response(b"x" * 10_000, media_type=kind)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost:8080") as client:
        assert "content-encoding" not in (await client.get("/file")).headers


@pytest.mark.parametrize(
    ("site", "compressed"), [("same-origin", True), ("none", True), ("cross-site", False), ("same-site", False)]
)
async def test_nothing_is_compressed_for_another_site(
    sample_app: httpx.AsyncClient, site: str, compressed: bool
) -> None:
    answer = await sample_app.get("/sample", headers={"sec-fetch-site": site})
    assert ("content-encoding" in answer.headers) is compressed


async def test_a_version_is_the_same_whatever_the_encoding() -> None:
    app = create_sample_app()

    @app.get("/versioned")
    async def versioned() -> Response:
        return Response(b"x" * 10_000, media_type="text/plain", headers={"etag": '"3"'})

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost:8080") as client:
        assert {(await client.get("/versioned", headers=one)).headers["etag"] for one in ({}, PLAIN)} == {'"3"'}
