"""The routes of signing in at the provider, as browsers use them."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from prometheus_client import REGISTRY
from starlette.responses import Response
from structlog.testing import capture_logs

from services.events.app import create_app
from services.events.identity.administration import commands as people
from services.events.identity.oidc.pages import COOKIE
from services.events.identity.people.domain import Person
from services.events.identity.sessions import commands as sessions
from services.events.identity.sessions.domain import SessionKey
from services.events.settings import GroupGrants
from shared.http.auth import COOKIE as TOKEN_COOKIE
from shared.http.auth import RENEWED_COOKIE, SESSION_COOKIE, sign_token
from shared.http.rate_limiter import RateLimiter
from shared.http.rate_limits import Rate
from tests.events.identity.browsing import PAGE, count, proof
from tests.events.identity.oidc.conftest import GROUPS
from tests.events.identity.oidc.fake_provider import CLIENT_ID, CLIENT_SECRET
from tests.support.browsing import AS_OUR_PAGES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from services.events.settings import EventsSettings
    from shared.db.database import Database
    from tests.events.identity.oidc.fake_provider import FakeProvider

START = "/sign-in/provider?taskforce=struer"
CROSS_SITE = PAGE | {"sec-fetch-site": "cross-site"}


def with_provider(settings: EventsSettings, issuer: str, **more: Any) -> EventsSettings:
    """The settings of an installation with a provider."""
    oidc = {
        "oidc_issuer": issuer,
        "oidc_client_id": CLIENT_ID,
        "oidc_client_secret": CLIENT_SECRET,
        "oidc_name": "Struer Kommune",
        "oidc_groups": {"struer": GROUPS},
    }
    return type(settings).model_validate(settings.model_dump() | {"demo_mode": False} | oidc | more)


@pytest_asyncio.fixture
async def browser(
    events_settings: EventsSettings, fake_provider: FakeProvider, db: Database
) -> AsyncIterator[httpx.AsyncClient]:
    """A browser on an application with a provider."""
    app = create_app(with_provider(events_settings, fake_provider.issuer))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app), base_url="https://localhost:8080", event_hooks=AS_OUR_PAGES
        ) as client,
    ):
        yield client


async def pressed(browser: httpx.AsyncClient, start: str = START) -> httpx.Response:
    """Press the button of the page at an address."""
    path, _, query = start.partition("?")
    return await browser.post(path, data=dict(parse_qsl(query)), headers=PAGE)


def leads_to(answer: httpx.Response) -> str:
    """Return the target of a page's automatic redirect."""
    seconds, _, address = answer.headers["refresh"].partition("; url=")
    assert seconds == "0"
    return str(address)


async def there(browser: httpx.AsyncClient, fake_provider: FakeProvider, start: str = START) -> str:
    """Go to the provider. Returns the path of its redirect back."""
    left = await pressed(browser, start)
    assert left.status_code == 200, left.text
    async with httpx.AsyncClient(trust_env=False) as elsewhere:
        sent_back = await elsewhere.get(leads_to(left))
    back = urlsplit(sent_back.headers["location"])
    assert f"{back.scheme}://{back.netloc}" == "http://localhost:8080"
    return f"{back.path}?{back.query}"


async def come(browser: httpx.AsyncClient, path: str) -> httpx.Response:
    """Open a path; returns the answer, or the page that explains a refusal."""
    answer = await browser.get(path, headers=CROSS_SITE)
    refused = answer.headers.get("location", "").startswith("/sign-in/provider/refused?")
    return await browser.get(f"{answer.headers['location']}&lang=en", headers=PAGE) if refused else answer


async def sign_in(browser: httpx.AsyncClient, fake_provider: FakeProvider, start: str = START) -> httpx.Response:
    """Sign in at the provider and return."""
    return await come(browser, await there(browser, fake_provider, start))


def outcomes(of: str) -> float:
    return REGISTRY.get_sample_value("tilsagn_provider_sign_ins_total", {"outcome": of}) or 0


async def test_a_sign_in_leads_to_the_requested_page(
    browser: httpx.AsyncClient, fake_provider: FakeProvider, db: Database, taskforce_id: UUID
) -> None:
    before = outcomes("signed in")
    answer = await sign_in(browser, fake_provider, f"{START}&next=/queue%3Fpage=2")
    assert (answer.status_code, answer.headers["location"]) == (303, "/queue?page=2")
    assert await proof(db, SessionKey.read(browser.cookies[SESSION_COOKIE])) == "provider"
    assert COOKIE not in browser.cookies
    assert outcomes("signed in") == before + 1
    assert (await browser.get("/account", headers=PAGE)).status_code == 200


async def test_a_session_that_the_browser_had_before_ends(
    browser: httpx.AsyncClient, fake_provider: FakeProvider, db: Database, taskforce_id: UUID
) -> None:
    await sign_in(browser, fake_provider)
    first = browser.cookies[SESSION_COOKIE]
    await sign_in(browser, fake_provider)
    assert browser.cookies[SESSION_COOKIE] != first
    assert await count(db, taskforce_id, "sessions") == 1


async def test_a_browser_whose_token_is_too_old_comes_back_without_a_detour(
    browser: httpx.AsyncClient, fake_provider: FakeProvider
) -> None:
    await sign_in(browser, fake_provider)
    back = await there(browser, fake_provider)
    browser.cookies.delete(TOKEN_COOKIE)
    browser.cookies.delete(RENEWED_COOKIE)
    answer = await browser.get(back, headers=CROSS_SITE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


async def test_the_cookie_lives_ten_minutes_and_is_hidden_from_scripts(
    browser: httpx.AsyncClient, fake_provider: FakeProvider
) -> None:
    answer = await pressed(browser)
    (cookie,) = (one for one in answer.headers.get_list("set-cookie") if one.startswith(COOKIE))
    assert COOKIE.startswith("__Host-")
    for attribute in ("Max-Age=600", "HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert attribute in cookie
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("next", ["https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example", "x"])
async def test_signing_in_never_leads_to_another_site(
    browser: httpx.AsyncClient, fake_provider: FakeProvider, next: str
) -> None:
    answer = await sign_in(browser, fake_provider, f"{START}&next={next}")
    assert answer.headers["location"] == "/"


async def test_a_callback_works_once(
    browser: httpx.AsyncClient, fake_provider: FakeProvider, db: Database, taskforce_id: UUID
) -> None:
    back = await there(browser, fake_provider)
    cookie = browser.cookies[COOKIE]
    assert (await browser.get(back, headers=CROSS_SITE)).status_code == 303
    browser.cookies.set(COOKIE, cookie, domain="localhost.local")
    again = await come(browser, back)
    assert again.status_code == 409
    assert "This sign-in is over" in again.text
    assert fake_provider.requests.count("token") == 1


async def test_a_callback_of_another_browsers_sign_in_is_refused(
    browser: httpx.AsyncClient, fake_provider: FakeProvider, db: Database, taskforce_id: UUID
) -> None:
    theirs = await there(browser, fake_provider)
    browser.cookies.clear()
    assert (await come(browser, theirs)).status_code == 409
    mine = await there(browser, fake_provider)
    assert (await come(browser, theirs)).status_code == 409
    assert "token" not in fake_provider.requests
    # The pending sign-in of this browser is not lost.
    assert (await browser.get(mine, headers=CROSS_SITE)).status_code == 303


@pytest.mark.parametrize("query", ["", "?code=x", "?state=", "?state=æ&code=x", "?error=access_denied&state=x"])
async def test_a_callback_without_a_pending_sign_in_is_refused(
    browser: httpx.AsyncClient, fake_provider: FakeProvider, query: str
) -> None:
    for _ in ("without", "with a cookie"):
        answer = await come(browser, f"/sign-in/provider/callback{query}")
        assert answer.status_code == 409
        assert SESSION_COOKIE not in browser.cookies
        await browser.get(START, headers=PAGE)


async def test_a_pending_sign_in_expires(browser: httpx.AsyncClient, fake_provider: FakeProvider, db: Database) -> None:
    back = await there(browser, fake_provider)
    async with db.system() as conn:
        await conn.execute("update provider_sign_ins set expires_at = $1", datetime.now(UTC) - timedelta(seconds=1))
    assert (await come(browser, back)).status_code == 409


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        ("access_denied", 403, "You were not signed in"),
        ("login_required", 403, "You were not signed in"),
        ("temporarily_unavailable", 503, "does not answer"),
        ("server_error", 503, "does not answer"),
        ("invalid_scope", 502, "cannot trust"),
        ("<script>", 502, "cannot trust"),
    ],
)
async def test_an_error_response_of_the_provider_is_explained(
    browser: httpx.AsyncClient, fake_provider: FakeProvider, error: str, status: int, words: str
) -> None:
    fake_provider.answer = {"error": error, "error_description": "Hanne is not welcome"}
    answer = await sign_in(browser, fake_provider, f"{START}&next=/queue&lang=en")
    assert answer.status_code == status
    assert words in answer.text
    assert "welcome" not in answer.text
    assert "<script>" not in answer.text
    assert 'href="/sign-in?next=%2Fqueue"' in answer.text


async def test_a_provider_that_is_down_is_reported_before_the_redirect(
    browser: httpx.AsyncClient, fake_provider: FakeProvider
) -> None:
    fake_provider.instead[".well-known/openid-configuration"] = Response(status_code=500)
    answer = await pressed(browser, f"{START}&next=/queue")
    answer = await browser.get(f"{answer.headers['location']}&lang=en", headers=PAGE)
    assert answer.status_code == 503
    assert "does not answer" in answer.text
    as_program = await browser.post("/sign-in/provider", data={"taskforce": "struer"})
    assert as_program.json()["type"] == "/problems/provider-unavailable"


async def test_an_invalid_token_is_refused_counted_and_logged_without_its_content(
    browser: httpx.AsyncClient, fake_provider: FakeProvider, db: Database, taskforce_id: UUID
) -> None:
    fake_provider.claims = {"aud": "another"}
    before = outcomes("provider-not-believed")
    with capture_logs() as logs:
        answer = await sign_in(browser, fake_provider, f"{START}&lang=en")
    assert answer.status_code == 502
    assert "cannot trust" in answer.text
    assert outcomes("provider-not-believed") == before + 1
    (line,) = (one for one in logs if one["event"] == "provider.sign_in_refused")
    assert (line["outcome"], line["reason"]) == ("provider-not-believed", "audience")
    assert "hanne" not in str(logs).lower()
    assert "a-code" not in str(logs)
    assert SESSION_COOKIE not in browser.cookies
    assert await count(db, taskforce_id, "people") == 0


async def test_a_clock_difference_is_reported(browser: httpx.AsyncClient, fake_provider: FakeProvider) -> None:
    fake_provider.claims = {"iat": int(time.time()) + 300}
    answer = await sign_in(browser, fake_provider)
    assert answer.status_code == 502
    assert "Two clocks do not agree" in answer.text


async def test_the_page_for_a_person_without_a_role_says_whom_to_ask(
    browser: httpx.AsyncClient, fake_provider: FakeProvider, db: Database, taskforce_id: UUID
) -> None:
    fake_provider.claims = {"groups": ["Kantinen"]}
    answer = await sign_in(browser, fake_provider)
    assert answer.status_code == 403
    assert "Ask an administrator" in answer.text
    assert await count(db, taskforce_id, "people") == 0


async def test_the_page_for_a_case_worker_without_a_municipality_says_whom_to_ask(
    events_settings: EventsSettings, fake_provider: FakeProvider, db: Database
) -> None:
    groups = {
        "Jobcenter": GroupGrants(roles=frozenset({"caseworker"})),
        "Ikast": GroupGrants(municipality="0756"),
    }
    app = create_app(with_provider(events_settings, fake_provider.issuer, oidc_groups={"struer": groups}))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app), base_url="https://localhost:8080", event_hooks=AS_OUR_PAGES
        ) as browser,
    ):
        answer = await sign_in(browser, fake_provider)
    assert answer.status_code == 409
    assert "Your groups do not say which one is yours" in answer.text


async def test_the_sign_in_page_has_a_button_for_the_provider(
    browser: httpx.AsyncClient, fake_provider: FakeProvider
) -> None:
    page = (await browser.get("/sign-in?lang=en&next=/queue", headers=PAGE)).text
    assert "Sign in with Struer Kommune" in page
    assert 'method="post" action="/sign-in/provider"' in page
    assert 'name="taskforce" value="struer"' in page
    assert 'name="next" value="/queue"' in page
    assert fake_provider.requests == []
    mistyped = await browser.post("/sign-in/link", data={"email": "x", "next": "//elsewhere.example"}, headers=PAGE)
    assert "Struer Kommune" in mistyped.text
    assert "elsewhere" not in mistyped.text


async def test_each_taskforce_that_uses_the_provider_has_a_button(
    events_settings: EventsSettings, fake_provider: FakeProvider, db: Database
) -> None:
    groups = {"struer": GROUPS, "elsewhere": {}, "not-yet-registered": GROUPS}
    app = create_app(with_provider(events_settings, fake_provider.issuer, oidc_groups=groups))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app), base_url="https://localhost:8080", event_hooks=AS_OUR_PAGES
        ) as browser,
    ):
        page = (await browser.get("/sign-in", headers=PAGE)).text
        assert "Log ind med Struer Kommune: Struer" in page
        assert "Log ind med Struer Kommune: Elsewhere" in page
        assert "not-yet-registered" not in page
        assert (await come(browser, "/sign-in/provider?taskforce=not-yet-registered")).status_code == 404


async def test_without_a_provider_its_routes_are_not_found(events_settings: EventsSettings, db: Database) -> None:
    app = create_app(events_settings.model_copy(update={"demo_mode": False}))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app), base_url="https://localhost:8080", event_hooks=AS_OUR_PAGES
        ) as browser,
    ):
        assert "/sign-in/provider" not in (await browser.get("/sign-in", headers=PAGE)).text
        for path in (START, "/sign-in/provider/callback?code=x&state=y"):
            assert (await browser.get(path)).json()["type"] == "/problems/provider-not-offered"


async def test_a_taskforce_that_does_not_use_the_provider_is_not_signed_in_to(
    browser: httpx.AsyncClient, fake_provider: FakeProvider
) -> None:
    for slug in ("elsewhere", "nowhere", ""):
        assert (await come(browser, f"/sign-in/provider?taskforce={slug}")).status_code == 404
    assert fake_provider.requests == []


async def test_the_account_page_says_that_the_provider_opens_its_roles(
    browser: httpx.AsyncClient,
    fake_provider: FakeProvider,
    db: Database,
    taskforce_id: UUID,
    events_settings: EventsSettings,
) -> None:
    person = Person(uuid4(), "Hanne", "hanne@struer.example", frozenset({"member"}))
    await people.add_person(db, taskforce_id, person)
    fake_provider.claims = {"groups": ["Administratorer"]}
    await sign_in(browser, fake_provider)
    page = (await browser.get(f"/people/{person.id}?lang=en", headers=PAGE)).text
    assert "anew each time they sign in there: administrator" in page
    assert "opens with" not in (await browser.get("/account", headers=PAGE)).text
    key, who = await sessions.start(db, taskforce_id, person.id, proof="passkey", device="x")
    token = sign_token(events_settings.token_private_key.get_secret_value(), who, lifetime_seconds=60)
    browser.cookies.clear()
    for name, value in ((SESSION_COOKIE, key.text()), (TOKEN_COOKIE, token)):
        browser.cookies.set(name, value, domain="localhost.local")
    refused = await browser.get("/people?lang=en", headers=PAGE)
    assert refused.status_code == 403
    assert "says what opens it" in refused.text
    account = (await browser.get("/account?lang=en", headers=PAGE)).text
    assert "Your work here opens with Struer Kommune" in account
    assert "opens with a passkey" not in account


async def test_an_address_that_asks_too_often_waits(browser: httpx.AsyncClient, fake_provider: FakeProvider) -> None:
    transport: Any = browser._transport
    transport.app.state.rate_limiter = RateLimiter({"signing-in": {"address": Rate(2, 600)}})
    assert [(await pressed(browser)).status_code for _ in range(3)] == [200, 200, 429]


async def test_the_refusal_page_never_leads_to_another_site(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/sign-in/provider/refused?why=account-closed&next=//elsewhere.example", headers=PAGE)
    assert page.status_code == 403
    assert "/sign-in?next" not in page.text
    assert (await browser.get("/sign-in/provider/refused?why=nothing-of-ours", headers=PAGE)).status_code == 404
