"""A hostile provider: whatever it sends, people get one clear page, and the service does not fail."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from joserfc import jws
from joserfc.jwk import OKPKey
from starlette.responses import JSONResponse, Response

from shared.http.auth import SESSION_COOKIE
from shared.secrets import to_base64url
from tests.events.identity.browsing import PAGE, count
from tests.events.identity.oidc.test_pages import browser, pressed, sign_in  # noqa: F401  (a fixture)

if TYPE_CHECKING:
    from uuid import UUID

    import httpx

    from shared.db.database import Database
    from tests.events.identity.oidc.fake_provider import FakeProvider

HALF = "\ud800"
"""An unpaired surrogate: valid in JSON, not in UTF-8."""
NO_KEYS: list[dict[str, str]] = [
    {"kty": "EC", "crv": "unheard of", "x": "AA", "y": "AA"},
    {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
    {"kty": "OKP", "crv": "unheard of", "x": "AA"},
    {"kty": "RSA", "n": to_base64url(b"\xff" * 256), "e": "AA"},
]


async def assert_not_trusted(browser: httpx.AsyncClient, answer: httpx.Response) -> None:  # noqa: F811
    """Assert that the answer is the refusal page, in English and in Danish."""
    assert answer.status_code == 502
    assert "We cannot trust the answer" in answer.text
    danish = await browser.get("/sign-in/provider/refused?why=provider-not-believed&lang=da", headers=PAGE)
    assert "Vi kan ikke stole på svaret" in danish.text
    assert SESSION_COOKIE not in browser.cookies


@pytest.mark.parametrize("claims", [{"sub": HALF}, {"name": f"Hanne {HALF}"}, {"email": HALF}, {"groups": [HALF]}])
async def test_a_token_with_invalid_unicode_is_refused(
    browser: httpx.AsyncClient,  # noqa: F811
    fake_provider: FakeProvider,
    db: Database,
    taskforce_id: UUID,
    claims: dict[str, Any],
) -> None:
    header = {"alg": "RS256", "kid": fake_provider.key.kid}
    fake_provider.forge = lambda true: jws.serialize_compact(
        header, json.dumps(true | claims).encode(), fake_provider.key
    )
    await assert_not_trusted(browser, await sign_in(browser, fake_provider))
    assert await count(db, taskforce_id, "people") == 0


@pytest.mark.parametrize("key", [OKPKey.generate_key("X25519").as_dict(private=False), *NO_KEYS])
@pytest.mark.parametrize("algorithm", ["EdDSA", "ES256", "RS256"])
async def test_a_key_on_another_curve_verifies_nothing(
    browser: httpx.AsyncClient,  # noqa: F811
    fake_provider: FakeProvider,
    key: dict[str, Any],
    algorithm: str,
) -> None:
    fake_provider.instead["keys"] = JSONResponse({"keys": [key | {"kid": "x"}]})
    header = to_base64url(json.dumps({"alg": algorithm, "kid": "x"}).encode())
    fake_provider.forge = lambda _claims: f"{header}.{to_base64url(b'{}')}.{to_base64url(bytes(64))}"
    await assert_not_trusted(browser, await sign_in(browser, fake_provider))


@pytest.mark.parametrize("endpoint", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
@pytest.mark.parametrize("odd", ["\r\nset-cookie: a=b", "\0", "\N{SNOWMAN}", "æ", " ", "\t;url=//x", '"', HALF])
async def test_an_invalid_authorization_endpoint_is_refused(
    browser: httpx.AsyncClient,  # noqa: F811
    fake_provider: FakeProvider,
    endpoint: str,
    odd: str,
) -> None:
    document = fake_provider.discovery_document() | {endpoint: f"{fake_provider.issuer}/x{odd}"}
    fake_provider.instead[".well-known/openid-configuration"] = Response(json.dumps(document))
    answer = await pressed(browser)
    assert (answer.status_code, answer.headers.get("refresh")) == (303, None)
    await assert_not_trusted(browser, await browser.get(f"{answer.headers['location']}&lang=en", headers=PAGE))


@pytest.mark.parametrize("odd", ["\r\nset-cookie: a=b", "\0", "\N{SNOWMAN}", " \v;url=x"])
async def test_an_invalid_logout_endpoint_is_not_offered(
    browser: httpx.AsyncClient,  # noqa: F811
    fake_provider: FakeProvider,
    odd: str,
) -> None:
    fake_provider.discovery["end_session_endpoint"] = f"{fake_provider.issuer}/end{odd}"
    page = await browser.get("/sign-out/provider", headers=PAGE)
    assert 'action="/sign-out/provider"' not in page.text
    answer = await browser.post("/sign-out/provider", headers=PAGE)
    assert (answer.status_code, answer.headers.get("refresh")) == (303, None)
