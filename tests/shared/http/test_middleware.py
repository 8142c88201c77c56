"""Middleware: headers, ids and refused requests."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import httpx
import pytest
from structlog.contextvars import get_contextvars, merge_contextvars
from structlog.testing import capture_logs

from shared.http.middleware import content_security_policy
from tests.shared.sample_service.app import create_sample_app, token

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
JSON = {"content-type": "application/json"}


@pytest.mark.parametrize("path", ["/sample", "/nothing", "/api/sample/v1/broken", "/assets/nothing.css", "/livez"])
async def test_every_response_has_the_strict_content_security_policy(sample_app, capsys, path: str) -> None:  # type: ignore[no-untyped-def]
    answer = await sample_app.get(path)
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    capsys.readouterr()


async def test_pages_are_not_cached(sample_app) -> None:  # type: ignore[no-untyped-def]
    assert (await sample_app.get("/sample")).headers["cache-control"] == "no-store"


async def test_a_page_may_set_headers_of_its_own(sample_app) -> None:  # type: ignore[no-untyped-def]
    answer = await sample_app.get("/sample/framed")
    assert answer.headers.get_list("content-security-policy") == ["default-src 'self'"]
    assert answer.headers["cache-control"] == "max-age=60"


def test_only_named_origins_may_frame_the_board() -> None:
    assert "frame-ancestors https://struer.example;" in content_security_policy(["https://struer.example"])


async def test_hsts_is_sent_with_an_https_url() -> None:
    app = create_sample_app(public_url="https://tilsagn.example")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://tilsagn.example") as client:
        assert "max-age" in (await client.get("/livez")).headers["strict-transport-security"]


async def test_no_page_has_inline_script_or_style(sample_app) -> None:  # type: ignore[no-untyped-def]
    for path in ("/sample", "/sample/intake", "/sample/projector", "/sample/board", "/nothing"):
        html = (await sample_app.get(path, headers={"accept": "text/html"})).text
        assert " style=" not in html
        assert "<style" not in html
        assert " onclick" not in html
        assert "hx-on" not in html
        assert "<script>" not in html


async def test_requests_get_ids_and_keep_a_correlation_id(sample_app) -> None:  # type: ignore[no-untyped-def]
    theirs = str(uuid.uuid4())
    answer = await sample_app.get("/nothing", headers={"x-correlation-id": theirs, "accept": "application/json"})
    assert answer.headers["x-correlation-id"] == theirs
    assert answer.json()["instance"] == f"urn:uuid:{theirs}"
    assert uuid.UUID(answer.headers["x-request-id"])
    forged = await sample_app.get("/nothing", headers={"x-correlation-id": "x\x1b[31m"})
    assert uuid.UUID(forged.headers["x-correlation-id"])


COOKIE = {"cookie": "__Host-tilsagn=x"}


@pytest.mark.parametrize(
    ("headers", "passes"),
    [
        ({"sec-fetch-site": "same-origin", **COOKIE}, True),
        ({"sec-fetch-site": "none", **COOKIE}, True),
        ({"sec-fetch-site": "cross-site", **COOKIE}, False),
        ({"sec-fetch-site": "same-site", **COOKIE}, False),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "cross-site", "origin": "http://localhost:8080", **COOKIE}, False),
        ({"origin": "http://localhost:8080", **COOKIE}, True),
        ({"origin": "https://elsewhere.example", **COOKIE}, False),
        ({"origin": "null", **COOKIE}, False),
        (COOKIE, False),
        ({}, True),
    ],
)
async def test_writes_from_other_sites_are_refused(sample_app, headers, passes: bool) -> None:  # type: ignore[no-untyped-def]
    answer = await sample_app.post("/sample/echo", content=b"x", headers=headers)
    assert answer.status_code == (200 if passes else 403)
    if not passes:
        assert answer.json()["type"] == "/problems/cross-site"


async def test_a_bearer_token_passes_the_cross_site_check(sample_app) -> None:  # type: ignore[no-untyped-def]
    headers = {"authorization": f"Bearer {token('member')}", "sec-fetch-site": "cross-site"}
    assert (await sample_app.post("/sample/echo", content=b"x", headers=headers)).status_code == 200


async def test_cross_site_reads_are_never_refused(sample_app) -> None:  # type: ignore[no-untyped-def]
    assert (await sample_app.get("/sample", headers={"sec-fetch-site": "cross-site", **COOKIE})).status_code == 200


async def test_a_large_body_is_refused_by_its_content_length(sample_app) -> None:  # type: ignore[no-untyped-def]
    answer = await sample_app.post("/sample/echo", content=b"x" * 5_000_000)
    assert (answer.status_code, answer.json()["type"]) == (413, "/problems/too-large")


@pytest.mark.parametrize("path", ["/sample/echo", "/api/sample/v1/intakes"])
async def test_a_large_body_in_chunks_is_refused_too(sample_app, path: str) -> None:  # type: ignore[no-untyped-def]
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(50):
            yield b"x" * 100_000

    answer = await sample_app.post(path, content=chunks(), headers=JSON)
    assert answer.status_code == 413


async def test_uploads_have_limits_of_their_own(sample_app) -> None:  # type: ignore[no-untyped-def]
    body = b"x" * 3_000_000
    assert (await sample_app.post("/sample/echo", content=body)).status_code == 413
    assert (await sample_app.post("/sample/echo/upload", content=body)).status_code == 404


async def test_a_body_at_the_limit_passes(sample_app) -> None:  # type: ignore[no-untyped-def]
    answer = await sample_app.post("/sample/echo", content=b"x" * 1024 * 1024)
    assert answer.json() == {"bytes": 1024 * 1024}


@pytest.mark.parametrize("address", ["/sample?q=%00", "/sample%00"])
async def test_paths_and_queries_that_are_not_text_are_refused(sample_app, address: str) -> None:  # type: ignore[no-untyped-def]
    assert (await sample_app.get(address)).status_code == 400


async def test_a_form_that_is_not_text_is_refused(sample_app) -> None:  # type: ignore[no-untyped-def]
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert (await sample_app.post("/sample/intake", content=b"company=a%00b", headers=form)).status_code == 400


@pytest.mark.parametrize(
    "encoding",
    [
        "charset=punycode",
        "charset=unicode_escape",
        'CharSet = "utf-7"',
        "charset*=utf-8''punycode",
        "charset*0=puny; charset*1=code",
        "charset=utf-8; charset=idna",
    ],
)
async def test_a_multipart_form_with_another_charset_is_refused(sample_app, encoding: str) -> None:  # type: ignore[no-untyped-def]
    # Half a surrogate pair for one codec; for another, what takes five seconds at 200 KB and a hundred at one megabyte.
    body = b'--x\r\ncontent-disposition: form-data; name="company"\r\n\r\n\\ud800-99aa9\r\n--x--\r\n'
    headers = {"content-type": f"multipart/form-data; boundary=x; {encoding}"}
    answer = await sample_app.post("/sample/intake", content=body, headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/not-text")


@pytest.mark.parametrize("encoding", ["", "; charset=utf-8", '; Charset="UTF-8"; x=y'])
async def test_a_multipart_form_is_read_as_utf_8(sample_app, encoding: str) -> None:  # type: ignore[no-untyped-def]
    body = '--x\r\ncontent-disposition: form-data; name="company"\r\n\r\nÆrø\r\n--x--\r\n'.encode()
    headers = {"content-type": f"multipart/form-data; boundary=x{encoding}", "accept": "text/html"}
    answer = await sample_app.post("/sample/intake", content=body, headers=headers)
    assert answer.status_code == 422
    assert "Ærø" in answer.text


async def test_an_invalid_bearer_token_is_answered_401_and_an_expired_cookie_signs_out(sample_app) -> None:  # type: ignore[no-untyped-def]
    bad = await sample_app.get("/sample", headers={"authorization": "Bearer nonsense"})
    assert bad.status_code == 401
    assert (await sample_app.get("/sample", headers=COOKIE)).status_code == 200


async def test_the_principal_is_in_all_log_lines_of_its_request_only(sample_app: httpx.AsyncClient) -> None:
    with capture_logs(processors=[merge_contextvars]) as logged:
        member = {"authorization": f"Bearer {token('member')}"}
        for headers in (member, {}, {"cookie": f"__Host-tilsagn={token('coordinator')}"}):
            assert (await sample_app.get("/api/sample/v1/broken", headers=headers)).status_code == 500
    lines = [(one["event"], one["service"], one["who"]) for one in logged]
    assert lines == [("request_failed", "sample", who) for who in ("person:sample", None, "person:sample")]
    assert "who" not in get_contextvars()
