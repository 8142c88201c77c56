"""Strength and time of an authentication at the provider, step-up, and signing out there."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx
import pytest
from starlette.responses import Response
from structlog.testing import capture_logs

from services.events.app import create_app
from services.events.identity.sessions import commands as sessions
from services.events.identity.sessions.domain import SessionEnded, SessionKey
from shared.http.auth import SESSION_COOKIE, STEP_UP_SECONDS
from tests.events.identity.browsing import PAGE, count
from tests.events.identity.oidc.test_pages import (
    START,
    browser,
    come,
    leads_to,
    pressed,
    sign_in,
    there,
    with_provider,
)
from tests.support.browsing import AS_OUR_PAGES

if TYPE_CHECKING:
    from services.events.settings import EventsSettings
    from shared.db.database import Database
    from tests.events.identity.oidc.fake_provider import FakeProvider

__all__ = ["browser"]  # a fixture

PROVE = "/account/prove/provider"


async def tried(browser: httpx.AsyncClient) -> httpx.Response:
    """Send a request that needs a step-up."""
    return await browser.post("/account/sessions/end-others", headers=PAGE)


def parameters(address: str) -> dict[str, str]:
    """Return the parameters of an authorization request."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


async def test_a_get_shows_a_button_and_starts_nothing(
    browser: httpx.AsyncClient, fake_provider: FakeProvider, db: Database
) -> None:
    page = await browser.get(f"{START}&next=/queue", headers=PAGE | {"sec-fetch-site": "cross-site"})
    assert page.status_code == 200
    assert 'method="post" action="/sign-in/provider"' in page.text
    assert 'name="next" value="/queue"' in page.text
    assert "refresh" not in page.headers
    assert not [one for one in page.headers.get_list("set-cookie") if "provider" in one]
    assert fake_provider.requests == []
    async with db.system() as conn:
        assert await conn.fetchval("select count(*) from provider_sign_ins") == 0


@pytest.mark.parametrize("path", ["/sign-in/provider", PROVE, "/sign-out/provider"])
async def test_another_site_sends_nobody_to_the_provider(
    browser: httpx.AsyncClient, fake_provider: FakeProvider, path: str
) -> None:
    await sign_in(browser, fake_provider)
    answer = await browser.post(path, data={"taskforce": "struer"}, headers=PAGE | {"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403
    assert "refresh" not in answer.headers
    # Also without the headers that name the other site.
    async with httpx.AsyncClient(transport=browser._transport, base_url="https://localhost:8080") as without_value:
        without_value.cookies.update(browser.cookies)
        without_value.cookies.set("__Host-tilsagn-csrf", "x" * 43, domain="localhost.local")
        answer = await without_value.post(path, data={"taskforce": "struer"}, headers=PAGE)
        assert answer.status_code == 403


@pytest.mark.parametrize(
    ("auth_time", "proven"),
    [(0, True), (STEP_UP_SECONDS - 30, True), (STEP_UP_SECONDS + 30, False), (None, False), (-3600, True)],
)
async def test_the_time_of_proof_is_auth_time(
    browser: httpx.AsyncClient, fake_provider: FakeProvider, auth_time: int | None, proven: bool
) -> None:
    fake_provider.claims["auth_time"] = None if auth_time is None else int(time.time()) - auth_time
    await sign_in(browser, fake_provider)
    assert (await tried(browser)).status_code == (303 if proven else 401)


async def test_a_step_up_asks_the_provider_to_reauthenticate_and_opens_a_new_session(
    browser: httpx.AsyncClient, fake_provider: FakeProvider, db: Database, taskforce_id: UUID
) -> None:
    await sign_in(browser, fake_provider)
    before = SessionKey.read(browser.cookies[SESSION_COOKIE])
    page = await tried(browser)
    assert 'action="/account/prove/provider" target="_blank"' in page.text
    assert "Bekræft med Struer Kommune" in page.text
    address = leads_to(await pressed(browser, PROVE))
    assert (parameters(address)["prompt"], parameters(address)["max_age"]) == ("login", "0")
    fake_provider.claims["auth_time"] = int(time.time())
    answer = await come(browser, await there(browser, fake_provider, PROVE))
    assert answer.headers["location"] == "/account/proven"
    with pytest.raises(SessionEnded):
        await sessions.renew(db, before, by_person=False)
    assert (await tried(browser)).status_code == 303


@pytest.mark.parametrize("auth_time", [None, -100, "x"])
async def test_a_step_up_without_auth_time_is_refused(
    browser: httpx.AsyncClient, fake_provider: FakeProvider, db: Database, auth_time: Any
) -> None:
    await sign_in(browser, fake_provider)
    before = browser.cookies[SESSION_COOKIE]
    fake_provider.claims["auth_time"] = int(time.time()) + auth_time if isinstance(auth_time, int) else auth_time
    page = await come(browser, await there(browser, fake_provider, PROVE))
    assert page.status_code == (502 if auth_time == "x" else 403)
    assert auth_time == "x" or "did not ask you again" in page.text
    # The session is as before, without a step-up.
    assert browser.cookies[SESSION_COOKIE] == before
    assert (await tried(browser)).status_code == 401


async def test_a_step_up_by_another_person_is_refused(
    browser: httpx.AsyncClient, fake_provider: FakeProvider, db: Database, taskforce_id: UUID
) -> None:
    await sign_in(browser, fake_provider)
    before = browser.cookies[SESSION_COOKIE]
    fake_provider.claims |= {"auth_time": int(time.time()), "sub": "another", "email": "lone@struer.example"}
    page = await come(browser, await there(browser, fake_provider, PROVE))
    assert page.status_code == 409
    assert "You showed that you are somebody else" in page.text
    assert browser.cookies[SESSION_COOKIE] == before
    assert await count(db, taskforce_id, "people") == 1
    assert (await tried(browser)).status_code == 401


async def test_a_step_up_needs_a_session(browser: httpx.AsyncClient, fake_provider: FakeProvider) -> None:
    answer = await browser.post(PROVE, headers=PAGE)
    assert answer.status_code == 401
    assert "refresh" not in answer.headers


@pytest.mark.parametrize(
    ("settings", "claims", "complete_sign_in"),
    [
        ({"oidc_acr_values": "loa3 loa4"}, {"acr": "loa4"}, True),
        ({"oidc_acr_values": "loa3 loa4"}, {"acr": "loa2"}, False),
        ({"oidc_acr_values": "loa3 loa4"}, {"acr": "loa3 loa4"}, False),
        ({"oidc_acr_values": "loa3 loa4"}, {"acr": ["loa3"]}, False),
        ({"oidc_acr_values": "loa3 loa4"}, {}, False),
        ({"oidc_amr_values": "mfa hwk"}, {"amr": ["pwd", "mfa"]}, True),
        ({"oidc_amr_values": "mfa hwk"}, {"amr": ["pwd"]}, False),
        ({"oidc_amr_values": "mfa hwk"}, {"amr": "mfa"}, False),
        ({"oidc_amr_values": "mfa hwk"}, {"amr": [["mfa"], {}, None]}, False),
        ({"oidc_amr_values": "mfa hwk"}, {}, False),
        ({"oidc_acr_values": "loa3", "oidc_amr_values": "mfa"}, {"acr": "loa3", "amr": ["pwd"]}, False),
        ({}, {"acr": "0", "amr": []}, True),
    ],
)
async def test_a_token_without_the_required_acr_or_amr_is_refused(
    events_settings: EventsSettings,
    fake_provider: FakeProvider,
    db: Database,
    settings: dict[str, str],
    claims: dict[str, Any],
    complete_sign_in: bool,
) -> None:
    app = create_app(with_provider(events_settings, fake_provider.issuer, **settings))
    fake_provider.claims |= claims
    transport = httpx.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="https://localhost:8080", event_hooks=AS_OUR_PAGES) as browser,
    ):
        address = leads_to(await pressed(browser))
        assert parameters(address).get("acr_values") == settings.get("oidc_acr_values")
        answer = await sign_in(browser, fake_provider)
        assert (SESSION_COOKIE in browser.cookies) == complete_sign_in
        assert complete_sign_in or (answer.status_code == 403 and "has to ask you for more" in answer.text)


async def test_signing_out_offers_to_sign_out_at_the_provider(
    browser: httpx.AsyncClient, fake_provider: FakeProvider
) -> None:
    fake_provider.discovery["end_session_endpoint"] = f"{fake_provider.issuer}/end?x=y"
    await sign_in(browser, fake_provider)
    answer = await browser.post("/sign-out", headers=PAGE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-out/provider")
    assert SESSION_COOKIE not in browser.cookies
    page = (await browser.get("/sign-out/provider?lang=en", headers=PAGE)).text
    assert "You may still be signed in with Struer Kommune" in page
    assert 'method="post" action="/sign-out/provider"' in page
    address = leads_to(await pressed(browser, "/sign-out/provider"))
    assert address.startswith(f"{fake_provider.issuer}/end?")
    assert parameters(address) == {
        "x": "y",
        "client_id": "tilsagn",
        "post_logout_redirect_uri": "http://localhost:8080/sign-in",
    }
    # A person who did not sign in at the provider need not sign out there.
    assert (await browser.post("/sign-out", headers=PAGE)).headers["location"] == "/sign-in"


@pytest.mark.parametrize("end", [None, "https://elsewhere.example/end", "javascript:alert(1)", 7])
async def test_a_provider_without_a_logout_endpoint_gets_no_button(
    browser: httpx.AsyncClient, fake_provider: FakeProvider, end: Any
) -> None:
    fake_provider.discovery["end_session_endpoint"] = end
    page = await browser.get("/sign-out/provider", headers=PAGE)
    assert page.status_code == 200
    assert 'action="/sign-out/provider"' not in page.text
    answer = await browser.post("/sign-out/provider", headers=PAGE)
    assert answer.headers["location"] == "/sign-in/provider/refused?why=provider-not-offered"


async def test_signing_out_here_does_not_wait_for_a_provider_that_is_down(
    browser: httpx.AsyncClient, fake_provider: FakeProvider, db: Database, taskforce_id: UUID
) -> None:
    await sign_in(browser, fake_provider)
    browser._transport.app.state.provider._discovery = None  # type: ignore[attr-defined]
    fake_provider.instead[".well-known/openid-configuration"] = Response(status_code=500)
    assert (await browser.post("/sign-out", headers=PAGE)).status_code == 303
    assert await count(db, taskforce_id, "sessions") == 0
    page = await browser.get("/sign-out/provider", headers=PAGE)
    assert page.status_code == 200


@pytest.mark.parametrize(
    ("settings", "warned"), [({}, 1), ({"oidc_amr_values": "mfa"}, 0), ({"oidc_acr_values": "3"}, 0)]
)
def test_a_start_without_acr_and_amr_values_logs_a_warning(
    events_settings: EventsSettings, settings: dict[str, str], warned: int
) -> None:
    with capture_logs() as logs:
        create_app(with_provider(events_settings, "https://login.struer.example", **settings))
    assert [one["event"] for one in logs].count("provider.strength_not_checked") == warned
