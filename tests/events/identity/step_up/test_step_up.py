"""Step-up: which routes need it, by which methods, and that the request is kept."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from services.events.identity.administration import commands as people
from services.events.identity.magic_links import commands as links
from services.events.identity.magic_links.pages import BROWSER_COOKIE
from services.events.identity.people.domain import Person
from services.events.identity.sessions import commands as sessions
from services.events.identity.sessions.domain import SessionEnded
from shared.http.auth import COOKIE, STEP_UP_SECONDS, Principal, TokenVerifier, sign_token
from shared.http.policy import operations
from shared.secrets import read_secret
from tests.events.conftest import API
from tests.events.identity.authenticator import Device
from tests.events.identity.browsing import BY_SCRIPT, HOST, ORIGIN, PAGE, Browser, count, kind, passkey_ids, proof
from tests.support.taskforces import TASKFORCE

if TYPE_CHECKING:
    import httpx
    from fastapi import FastAPI

    from services.events.identity.sessions.domain import Proof
    from services.events.settings import EventsSettings
    from shared.db.database import Database

STEP_UP_ROUTES: Final = {
    # Credentials and sessions.
    "POST /account/passkeys/options",
    "POST /account/passkeys",
    "POST /account/passkeys/{passkey_id:uuid}/remove",
    "POST /account/sessions/{session_id:uuid}/end",
    "POST /account/sessions/end-others",
    # Permissions.
    "POST /people",
    "POST /people/{person_id:uuid}",
    "POST /people/{person_id:uuid}/deactivate",
    "POST /people/{person_id:uuid}/reactivate",
    "POST /people/{person_id:uuid}/enrolment-code",
    f"POST {API}/people",
    f"PUT {API}/people/{{person_id}}",
    f"POST {API}/people/{{person_id}}/deactivate",
    f"POST {API}/people/{{person_id}}/reactivate",
    "POST /personal-data/erasures",
    "POST /api-keys",
    "POST /api-keys/{key_id:uuid}/revoke",
    "POST /api-keys/{key_id:uuid}/take-over",
}
"""The routes that need step-up."""
KAREN = Person(uuid4(), "Karen Bestyrer", "karen@struer.example", frozenset({"admin"}))
EVA = Person(uuid4(), "Eva Damsgaard", "eva@struer.example", frozenset({"member"}))
NEW = {"id": str(uuid4()), "name": 'Æ "Ø" <b>', "email": "ny@struer.example", "roles": ["member", "auditor"]}


@pytest_asyncio.fixture
async def db(db: Database) -> Database:
    """With two administrators and a member."""
    for person in (KAREN, EVA, Person(uuid4(), "Bo", "bo@struer.example", frozenset({"admin"}))):
        await people.add_person(db, TASKFORCE, person)
    return db


@pytest.fixture
def browser(app: FastAPI, db: Database, events_settings: EventsSettings) -> Browser:
    return Browser(app, db, events_settings)


async def passes(browser: Browser, seconds: float = STEP_UP_SECONDS + 5) -> None:
    """Let time pass since the last proof."""
    key = browser.key()
    async with browser.db.change(TASKFORCE) as conn:
        await conn.execute(
            "update sessions set proved_at = proved_at - $2::interval where id = $1",
            key.session_id,
            timedelta(seconds=seconds),
        )
    _, who = await sessions.renew(browser.db, key, by_person=False)
    use_token(browser, who)


def use_token(browser: Browser, who: Principal) -> None:
    """Set the browser's token."""
    token = sign_token(browser.settings.token_private_key.get_secret_value(), who, lifetime_seconds=60)
    browser.client.cookies.delete(COOKIE, domain=HOST)
    browser.client.cookies.set(COOKIE, token, domain=HOST)


async def with_passkey(browser: Browser, person: Person, signed_in_by: Proof = "passkey") -> None:
    """Sign in a person who has a passkey, with an old proof."""
    await browser.signed_in(TASKFORCE, person, "passkey")
    assert (await browser.enrol()).status_code == 200
    if signed_in_by != "passkey":
        await browser.signed_in(TASKFORCE, person, signed_in_by)
    await passes(browser)


async def post(browser: Browser, path: str, **form: object) -> httpx.Response:
    return await browser.client.post(path, data=form, headers=PAGE)


async def step_up(browser: Browser) -> httpx.Response:
    """Step up with the device's passkey."""
    options = (await browser.send("/account/prove/options", {})).json()
    return await browser.send("/account/prove", {"credential": browser.device.sign(options)})


def test_the_policy_lists_the_routes_that_need_step_up(app: FastAPI) -> None:
    assert {one.name for one in operations(app.routes) if one.needs_step_up} == STEP_UP_ROUTES


@pytest.mark.parametrize("operation", sorted(STEP_UP_ROUTES))
async def test_an_old_proof_is_not_enough(browser: Browser, operation: str) -> None:
    await browser.signed_in(TASKFORCE, KAREN, "passkey")
    await passes(browser)
    method, path = operation.split()
    path = re.sub(r"\{\w+(:uuid)?\}", str(EVA.id), path)
    before = [await count(browser.db, TASKFORCE, table) for table in ("people", "person_roles", "sessions", "api_keys")]
    for headers in (BY_SCRIPT, PAGE):
        answer = await browser.client.request(method, path, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == ('Bearer error="insufficient_user_authentication", max_age="900"')
        if headers is BY_SCRIPT or path.startswith("/api/"):
            assert kind(answer) == "proof-needed"
            assert "15 minutter" in answer.json()["detail"]
        else:
            assert "Bekræft, at det er dig" in answer.text
    after = [await count(browser.db, TASKFORCE, table) for table in ("people", "person_roles", "sessions", "api_keys")]
    assert after == before


async def test_a_proof_within_a_quarter_of_an_hour_is_enough(browser: Browser) -> None:
    await browser.signed_in(TASKFORCE, KAREN, "passkey")
    await passes(browser, STEP_UP_SECONDS - 5)
    assert (await post(browser, "/account/sessions/end-others")).status_code == 303
    await passes(browser, 10)
    assert (await post(browser, "/account/sessions/end-others")).status_code == 401


async def test_a_missing_role_is_refused_before_step_up(browser: Browser) -> None:
    await browser.signed_in(TASKFORCE, EVA, "link")
    await passes(browser)
    answer = await post(browser, "/people", **NEW)
    assert answer.status_code == 403
    assert "Vis igen" not in answer.text


async def test_the_page_keeps_the_form_and_sends_it_after_the_step_up(browser: Browser) -> None:
    await with_passkey(browser, KAREN)
    before = browser.key()
    page = await post(browser, "/people", **NEW)
    kept = re.findall(r'<input type="hidden" name="(?!csrf_token)(\w+)" value="([^"]*)">', page.text)
    assert kept == [
        ("id", str(NEW["id"])),
        ("name", "Æ &#34;Ø&#34; &lt;b&gt;"),
        ("email", "ny@struer.example"),
        ("roles", "member"),
        ("roles", "auditor"),
    ]
    assert 'id="go-on" method="post" action="/people"' in page.text
    assert (await step_up(browser)).json() == {"proven": True}
    # The step-up opened a new session, so a stolen token of the previous one is useless.
    with pytest.raises(SessionEnded):
        await sessions.renew(browser.db, before, by_person=False)
    assert await proof(browser.db, browser.key()) == "passkey"
    assert (await post(browser, "/people", **NEW)).status_code == 303


async def test_the_kept_form_never_leads_to_another_site(browser: Browser) -> None:
    await with_passkey(browser, KAREN)
    page = (await browser.client.get("/account/prove?next=//elsewhere.example/x", headers=PAGE)).text
    assert 'id="go-on" href="/account"' in page
    page = (await browser.client.get("/account/prove?next=/account%23passkeys", headers=PAGE)).text
    assert 'id="go-on" href="/account#passkeys"' in page
    for elsewhere in (
        "https://elsewhere.example/people",
        "http://[",
        "//[",
        "https://localhost:8080//elsewhere.example",
    ):
        page = (await browser.client.post("/people", data=NEW, headers=PAGE | {"referer": elsewhere})).text
        assert '<a href="/">Fortryd</a>' in page, elsewhere


async def test_another_persons_passkey_does_not_step_up(browser: Browser, app: FastAPI) -> None:
    other = Browser(app, browser.db, browser.settings)
    await with_passkey(other, EVA)
    await with_passkey(browser, KAREN)
    options = (await browser.send("/account/prove/options", {})).json()
    answer = await browser.send("/account/prove", {"credential": other.device.sign(options)})
    assert (answer.status_code, kind(answer)) == (422, "passkey-of-another")
    assert (await post(browser, "/account/sessions/end-others")).status_code == 401


async def test_a_step_up_challenge_is_bound_to_browser_and_session_and_used_once(
    browser: Browser, app: FastAPI
) -> None:
    await with_passkey(browser, KAREN)
    options = (await browser.send("/account/prove/options", {})).json()
    signed = browser.device.sign(options)

    other = Browser(app, browser.db, browser.settings)
    await other.signed_in(TASKFORCE, KAREN, "link")
    assert kind(await other.send("/account/prove", {"credential": signed})) == "passkey-challenge-over"
    assert (await browser.send("/account/prove", {"credential": signed})).status_code == 200
    assert kind(await browser.send("/account/prove", {"credential": signed})) == "passkey-challenge-over"
    # An assertion for signing in, or for the previous session, is not accepted.
    to_sign_in = browser.device.sign(await browser.sign_in_options())
    assert kind(await browser.send("/account/prove", {"credential": to_sign_in})) == "passkey-challenge-over"
    options = (await browser.send("/account/prove/options", {})).json()
    await browser.signed_in(TASKFORCE, KAREN, "passkey")
    late = await browser.send("/account/prove", {"credential": browser.device.sign(options)})
    assert kind(late) == "passkey-challenge-over"


async def test_a_step_up_needs_user_verification(browser: Browser) -> None:
    await with_passkey(browser, KAREN)
    browser.device.verifies = False
    assert kind(await step_up(browser)) == "passkey-refused"
    assert (await post(browser, "/account/sessions/end-others")).status_code == 401


@pytest.mark.parametrize(
    ("person", "signed_in_by", "has_passkey", "offered"),
    [
        (KAREN, "passkey", True, {"passkey"}),
        # Only the method of the sign-in.
        (EVA, "link", True, {"passkey", "link"}),
        (EVA, "link", False, {"link"}),
        # The last passkey was removed.
        (EVA, "passkey", False, {"link"}),
    ],
)
async def test_the_page_offers_the_methods_that_the_person_has(
    browser: Browser, person: Person, signed_in_by: Proof, has_passkey: bool, offered: set[str]
) -> None:
    if has_passkey:
        await with_passkey(browser, person, signed_in_by)
    else:
        await browser.signed_in(TASKFORCE, person, signed_in_by)
        await passes(browser)
    page = (await post(browser, "/account/sessions/end-others")).text
    marks = {"passkey": 'data-passkey="prove"', "link": 'action="/sign-in/link"', "provider": "/sign-in/provider"}
    assert {way for way, mark in marks.items() if mark in page} == offered


async def test_a_magic_link_steps_up_if_there_is_no_other_method(browser: Browser) -> None:
    await browser.signed_in(TASKFORCE, EVA, "link")
    await passes(browser)
    before = browser.key()
    await post(browser, "/sign-in/link", email=EVA.email, next="/account/proven")
    async with browser.db.read(TASKFORCE) as conn:
        request_id: UUID = await conn.fetchval("select id from link_requests")
    code = (await links.make_link(browser.db, TASKFORCE, request_id)).code
    assert read_secret(browser.client.cookies[BROWSER_COOKIE])
    answer = await post(browser, f"/sign-in/link/{code.text()}")
    assert answer.headers["location"] == "/account/proven"
    assert "Fortsæt" in (await browser.client.get("/account/proven", headers=PAGE)).text
    with pytest.raises(SessionEnded):
        await sessions.renew(browser.db, before, by_person=False)
    assert (await post(browser, "/account/sessions/end-others")).status_code == 303


@pytest.mark.parametrize("signed_in_by", ["demonstration", "setup"])
async def test_a_principal_without_a_method_is_not_asked(browser: Browser, signed_in_by: Proof) -> None:
    await browser.signed_in(TASKFORCE, KAREN, signed_in_by)
    await passes(browser)
    assert (await browser.registration_options()).status_code == 200


async def test_a_session_without_a_time_of_proof_needs_step_up(browser: Browser) -> None:
    await browser.signed_in(TASKFORCE, KAREN, "passkey")
    async with browser.db.change(TASKFORCE) as conn:
        await conn.execute("update sessions set proved_at = null")
    await passes(browser)
    assert (await post(browser, "/account/sessions/end-others")).status_code == 401


def test_a_token_holds_the_time_of_proof(signing_key: str, events_settings: EventsSettings) -> None:
    verifier = TokenVerifier(events_settings.token_jwks)

    def read(**facts: object) -> Principal:
        principal = Principal("person:x", frozenset({"admin"}), TASKFORCE, **facts)  # type: ignore[arg-type]
        return verifier.verify(sign_token(signing_key, principal, lifetime_seconds=3600))

    assert read(session_id=uuid4(), proved_at=1000).proved_at == 1000
    assert not read(session_id=uuid4(), proved_at=1000).has_stepped_up
    # The session has the time of proof; a token for a program is made with the signing key.
    assert read(session_id=uuid4()).proved_at is None
    assert not read(session_id=uuid4()).has_stepped_up
    assert read().has_stepped_up


async def test_a_program_with_an_old_token_is_refused(
    client: httpx.AsyncClient, db: Database, signing_key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    principal = Principal(f"person:{KAREN.id}", frozenset({"admin"}), TASKFORCE)
    long_ago = time.time() - STEP_UP_SECONDS - 5
    with monkeypatch.context() as earlier:
        earlier.setattr("shared.http.auth.time.time", lambda: long_ago)
        token = sign_token(signing_key, principal, lifetime_seconds=8 * 3600)
    headers = {"authorization": f"Bearer {token}"}
    assert (await client.get(f"{API}/people", headers=headers)).status_code == 200
    answer = await client.post(f"{API}/people/{EVA.id}/deactivate", headers=headers)
    assert (answer.status_code, kind(answer)) == (401, "proof-needed")
    page = await client.post(f"/people/{EVA.id}/deactivate", headers=PAGE | headers)
    assert page.status_code == 401
    assert "go-on" not in page.text


async def test_adding_a_passkey_counts_as_a_proof(browser: Browser) -> None:
    await with_passkey(browser, EVA)
    browser.device = Device(ORIGIN)
    assert kind(await browser.enrol()) == "proof-needed"
    await browser.signed_in(TASKFORCE, EVA, "link")
    assert (await browser.enrol()).status_code == 200
    assert len(await passkey_ids(browser.db, TASKFORCE)) == 2
