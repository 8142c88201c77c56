"""Magic links: one use, ten minutes, one browser, and no hint of who has an account."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from services.events.app import create_app
from services.events.identity.administration import commands as people
from services.events.identity.administration.commands import add_person
from services.events.identity.magic_links import commands
from services.events.identity.magic_links.domain import (
    LIFETIME,
    MAX_MAILS,
    MAX_PER_BROWSER,
    MAX_PER_NETWORK,
    MAX_PER_PERSON,
    LinkCode,
    LinkExpired,
)
from services.events.identity.magic_links.pages import ANSWER_SECONDS, BROWSER_COOKIE
from services.events.identity.magic_links.timing import FixedDelay
from services.events.identity.people.domain import Person
from services.events.identity.people.store import lock_people
from shared.http.auth import COOKIE, RENEWED_COOKIE, SESSION_COOKIE, TokenVerifier
from shared.http.rate_limiter import RateLimiter
from shared.http.rate_limits import Rate
from tests.events.conftest import NoDelay, published
from tests.support.browsing import AS_OUR_PAGES, signs_nobody_in
from tests.support.waiting import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from fastapi import FastAPI

    from services.events.settings import EventsSettings
    from shared.db.database import Database

PAGE = {"accept": "text/html", "sec-fetch-site": "same-origin", "sec-fetch-mode": "navigate"}


@pytest_asyncio.fixture
async def karen(db: Database, taskforce_id: UUID) -> Person:
    """A member who is an administrator, too."""
    karen = Person(uuid4(), "Karen Kjær", "Karen@struer.example", frozenset({"admin", "member"}))
    await add_person(db, taskforce_id, karen)
    return karen


@pytest_asyncio.fixture
async def app(events_settings: EventsSettings, karen: Person) -> AsyncIterator[FastAPI]:
    """The service without demo mode."""
    app = create_app(events_settings.model_copy(update={"demo_mode": False}))
    async with app.router.lifespan_context(app):
        app.state.link_delay = NoDelay()
        yield app


def browser_at(app: FastAPI, hooks: Mapping[str, list[Callable[..., Any]]]) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app)
    return httpx.AsyncClient(transport=transport, base_url="https://localhost:8080", event_hooks=hooks)


@pytest_asyncio.fixture
async def browser(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that continues only after the background work of its request."""

    async def until_done(_: httpx.Response) -> None:
        await app.state.link_delay.close(patience_seconds=PATIENCE_SECONDS)

    async with browser_at(app, {**AS_OUR_PAGES, "response": [until_done]}) as client:
        yield client


async def requested(db: Database) -> list[UUID]:
    """Return the ids of the published link requests, in order."""
    return [UUID(facts["request_id"]) for name, facts in await published(db) if name == "SignInLinkRequested"]


async def link(browser: httpx.AsyncClient, db: Database, taskforce_id: UUID, **form: str) -> str:
    """Request a link in this browser, and return its path as the courier gets it."""
    answer = await browser.post("/sign-in/link", data={"email": "karen@struer.example"} | form, headers=PAGE)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in/sent")
    mail = await commands.make_link(db, taskforce_id, (await requested(db))[-1])
    assert (mail.email, mail.name) == ("Karen@struer.example", "Karen Kjær")
    return f"/sign-in/link/{mail.code.text()}"


async def aged(db: Database, taskforce_id: UUID, by: timedelta) -> None:
    async with db.change(taskforce_id) as conn:
        await conn.execute("update link_requests set asked_at = asked_at - $1::interval", by)


async def test_a_link_signs_in_by_its_button_and_not_by_a_get(
    browser: httpx.AsyncClient, db: Database, karen: Person, taskforce_id: UUID, events_settings: EventsSettings
) -> None:
    path = await link(browser, db, taskforce_id, next="/events?q=1")
    for _ in range(3):
        page = await browser.get(path, headers=PAGE)
        assert page.status_code == 200
        assert signs_nobody_in(page)
    answer = await browser.post(path, headers=PAGE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/events?q=1")
    who = TokenVerifier(events_settings.token_jwks).verify(browser.cookies[COOKIE])
    assert who.person_id == karen.id
    assert who.roles == {"member"}, "no power by a mail alone"
    assert (await browser.get("/events", headers=PAGE)).status_code == 200
    assert (await browser.get("/people", headers=PAGE)).status_code == 403


async def test_a_link_works_once(browser: httpx.AsyncClient, db: Database, taskforce_id: UUID) -> None:
    path = await link(browser, db, taskforce_id)
    cookies = dict(browser.cookies)
    assert (await browser.post(path, headers=PAGE)).status_code == 303
    browser.cookies.clear()
    browser.cookies.update(cookies)
    answer = await browser.post(path, headers=PAGE)
    assert (answer.status_code, "set-cookie" in answer.headers) == (409, False)
    assert "Linket virker ikke længere" in answer.text
    assert re.search(r'href="/sign-in">\s*Bed om et nyt link', answer.text), "the next thing to do, not the front page"


async def test_the_account_page_says_what_opens_withheld_roles(
    browser: httpx.AsyncClient, db: Database, taskforce_id: UUID
) -> None:
    path = await link(browser, db, taskforce_id)
    answer = await browser.post(path, headers=PAGE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    page = (await browser.get("/account", headers=PAGE)).text
    assert "Dit arbejde her kræver en adgangsnøgle" in page
    assert "Karen Kjær" in page, "who one is"
    assert "Karen@struer.example" in page
    assert "administrator · medlem" in page, "all that one is, also what is not open"


async def test_every_sign_in_and_refusal_is_logged_without_the_link(
    browser: httpx.AsyncClient, db: Database, karen: Person, taskforce_id: UUID
) -> None:
    path = await link(browser, db, taskforce_id)
    with capture_logs() as logged:
        for _ in "12":
            await browser.post(path, headers=PAGE)
    opened, refused = [one for one in logged if one["event"] in {"sign_in.succeeded", "request.refused"}]
    assert (opened["event"], opened["who"]) == ("sign_in.succeeded", f"person:{karen.id}")
    assert (refused["event"], refused["reason"]) == ("request.refused", "link-over")
    assert path.rpartition("/")[2] not in str(logged)


async def test_a_link_works_for_ten_minutes(browser: httpx.AsyncClient, db: Database, taskforce_id: UUID) -> None:
    path = await link(browser, db, taskforce_id)
    await aged(db, taskforce_id, LIFETIME)
    assert (await browser.post(path, headers=PAGE)).status_code == 409
    with pytest.raises(LinkExpired):
        await commands.make_link(db, taskforce_id, (await requested(db))[-1])


async def test_a_link_is_refused_in_another_browser_and_still_works_in_its_own(
    browser: httpx.AsyncClient, db: Database, taskforce_id: UUID
) -> None:
    path = await link(browser, db, taskforce_id)
    own = browser.cookies[BROWSER_COOKIE]
    for other in ("", "x", ("A" if own[0] != "A" else "B") + own[1:], "ø" * 43):
        browser.cookies.clear()
        headers = httpx.Headers(PAGE | {"cookie": f"{BROWSER_COOKIE}={other}"}, encoding="utf-8")
        answer = await browser.post(path, headers=headers)
        assert answer.status_code == 403, other
        assert "i en anden browser" in answer.text
        assert SESSION_COOKIE not in browser.cookies
    browser.cookies.set(BROWSER_COOKIE, own)
    assert (await browser.post(path, headers=PAGE)).status_code == 303


@pytest.mark.parametrize("change", ["secret", "request", "taskforce"])
async def test_an_altered_link_opens_nothing(
    browser: httpx.AsyncClient, db: Database, taskforce_id: UUID, other_taskforce_id: UUID, change: str
) -> None:
    code = LinkCode.read((await link(browser, db, taskforce_id)).rpartition("/")[2])
    altered = {
        "secret": LinkCode(code.taskforce_id, code.request_id, bytes(32)),
        "request": LinkCode(code.taskforce_id, uuid4(), code.secret),
        "taskforce": LinkCode(other_taskforce_id, code.request_id, code.secret),
    }[change]
    assert (await browser.post(f"/sign-in/link/{altered.text()}", headers=PAGE)).status_code == 409


@pytest.mark.parametrize("code", ["x", "A" * 85, "A" * 86, "A" * 400, "%C3%B8", "..%2F..%2Fetc"])
async def test_an_invalid_link_opens_nothing(browser: httpx.AsyncClient, code: str) -> None:
    answer = await browser.post(f"/sign-in/link/{code}", headers=PAGE)
    assert answer.status_code in {404, 409}
    assert SESSION_COOKIE not in browser.cookies


async def test_known_and_unknown_addresses_get_the_same_answer_in_the_same_time(
    app: FastAPI, browser: httpx.AsyncClient, db: Database
) -> None:
    app.state.link_delay = FixedDelay(ANSWER_SECONDS)
    answers = {}
    for email in ("KAREN@struer.example", "ingen@struer.example", "karen@elsewhere.example"):
        began = time.monotonic()
        answer = await browser.post("/sign-in/link", data={"email": email}, headers=PAGE)
        took = time.monotonic() - began
        browser.cookies.clear()
        assert took >= ANSWER_SECONDS
        headers = {name: value for name, value in answer.headers.items() if "-id" not in name and name != "set-cookie"}
        answers[email] = (answer.status_code, answer.content, headers)
    assert len({repr(one) for one in answers.values()}) == 1
    assert len(await requested(db)) == 1


async def test_slow_work_for_a_known_address_does_not_delay_the_answer(
    app: FastAPI, db: Database, taskforce_id: UUID
) -> None:
    app.state.link_delay = FixedDelay(ANSWER_SECONDS)
    async with browser_at(app, AS_OUR_PAGES) as browser, db.change(taskforce_id) as conn:
        await lock_people(conn, taskforce_id)  # until both have their answers
        for email in ("karen@struer.example", "ingen@struer.example"):
            answer = await browser.post("/sign-in/link", data={"email": email}, headers=PAGE)
            assert answer.status_code == 303
        assert await requested(db) == []
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await requested(db):
            await asyncio.sleep(0.02)


async def test_a_request_during_an_outage_is_refused(
    events_settings: EventsSettings,
) -> None:
    nowhere = "postgresql://nobody@127.0.0.1:9/nothing"
    app = create_app(events_settings.model_copy(update={"demo_mode": False, "database_url": nowhere}))
    async with app.router.lifespan_context(app), browser_at(app, AS_OUR_PAGES) as client:
        answer = await client.post("/sign-in/link", data={"email": "karen@struer.example"}, headers=PAGE)
    assert answer.status_code == 503


async def test_a_deactivated_person_gets_no_link_and_cannot_use_one(
    browser: httpx.AsyncClient, db: Database, karen: Person, taskforce_id: UUID
) -> None:
    await add_person(db, taskforce_id, Person(uuid4(), "Bo", "bo@struer.example", frozenset({"admin"})))
    path = await link(browser, db, taskforce_id)
    await browser.post("/sign-in/link", data={"email": karen.email}, headers=PAGE)
    waiting = (await requested(db))[-1]
    await people.deactivate_person(db, taskforce_id, karen.id)
    assert (await browser.post(path, headers=PAGE)).status_code == 409
    with pytest.raises(LinkExpired):
        await commands.make_link(db, taskforce_id, waiting)
    before = len(await requested(db))
    await browser.post("/sign-in/link", data={"email": karen.email}, headers=PAGE)
    assert len(await requested(db)) == before


async def test_the_number_of_mails_to_a_person_is_limited(
    browser: httpx.AsyncClient, db: Database, taskforce_id: UUID
) -> None:
    for _ in range(MAX_PER_BROWSER + 2):
        answer = await browser.post("/sign-in/link", data={"email": "karen@struer.example"}, headers=PAGE)
        assert answer.status_code == 303
    assert len(await requested(db)) == MAX_PER_BROWSER
    for _ in range(MAX_MAILS):
        await commands.make_link(db, taskforce_id, (await requested(db))[-1])
    with pytest.raises(LinkExpired):
        await commands.make_link(db, taskforce_id, (await requested(db))[-1])


async def test_requests_of_a_stranger_do_not_lock_the_person_out(
    browser: httpx.AsyncClient, db: Database, taskforce_id: UUID
) -> None:
    for _ in range(MAX_PER_BROWSER + 2):
        await browser.post("/sign-in/link", data={"email": "karen@struer.example"}, headers=PAGE)
    before = len(await requested(db))
    browser.cookies.clear()  # another browser
    assert (await browser.post(await link(browser, db, taskforce_id), headers=PAGE)).status_code == 303
    assert len(await requested(db)) == before + 1
    for number in range(MAX_PER_PERSON):
        browser.cookies.clear()
        await asks_from(browser, f"198.51.100.{number}")
    assert len(await requested(db)) == MAX_PER_PERSON


async def test_requests_from_one_network_without_cookies_do_not_lock_the_person_out(
    browser: httpx.AsyncClient, db: Database
) -> None:
    statuses = []
    for number in range(MAX_PER_PERSON):
        browser.cookies.clear()
        statuses.append(await asks_from(browser, f"2001:db8:1:2::{number}"))
        # An unknown address is counted the same; otherwise the answer would reveal it.
        assert (await asks_from(browser, f"2001:db8:1:2::{number}", "nobody@struer.example")) == statuses[-1]
    assert [status for status, _ in statuses] == [303] * MAX_PER_NETWORK + [429] * (MAX_PER_PERSON - MAX_PER_NETWORK)
    assert len(await requested(db)) == MAX_PER_NETWORK
    browser.cookies.clear()
    assert (await asks_from(browser, "2001:db8:1:3::1"))[0] == 303
    assert len(await requested(db)) == MAX_PER_NETWORK + 1


async def asks_from(
    browser: httpx.AsyncClient, address: str, email: str = "Karen@struer.example"
) -> tuple[int, str | None]:
    """Request a link from a network address. Returns the status and the rate limit headers."""
    transport: Any = browser._transport
    transport.client = (address, 123)
    answer = await browser.post("/sign-in/link", data={"email": email}, headers=PAGE)
    return answer.status_code, answer.headers.get("ratelimit-policy")


async def test_a_new_address_ends_sessions_and_links_of_the_old_one(
    browser: httpx.AsyncClient, db: Database, karen: Person, taskforce_id: UUID
) -> None:
    path = await link(browser, db, taskforce_id)
    waiting = await link(browser, db, taskforce_id)
    assert (await browser.post(path, headers=PAGE)).status_code == 303
    await people.change_person(db, taskforce_id, replace(karen, email="k@struer.example"))
    for name in (COOKIE, RENEWED_COOKIE):
        browser.cookies.delete(name)
    assert (await browser.get("/events", headers=PAGE, follow_redirects=True)).url.path == "/sign-in"
    assert (await browser.post(waiting, headers=PAGE)).status_code == 409


async def test_signing_in_again_ends_the_session_before(
    browser: httpx.AsyncClient, db: Database, taskforce_id: UUID
) -> None:
    for _ in range(2):
        assert (await browser.post(await link(browser, db, taskforce_id), headers=PAGE)).status_code == 303
    async with db.read(taskforce_id) as conn:
        assert await conn.fetchval("select count(*) from sessions") == 1


async def test_every_link_of_a_repeated_mail_works_until_one_is_used(
    browser: httpx.AsyncClient, db: Database, taskforce_id: UUID
) -> None:
    first = await link(browser, db, taskforce_id)
    again = await commands.make_link(db, taskforce_id, (await requested(db))[-1])
    assert (await browser.post(first, headers=PAGE)).status_code == 303
    assert (await browser.post(f"/sign-in/link/{again.code.text()}", headers=PAGE)).status_code == 409


async def test_no_secret_is_published_or_kept(browser: httpx.AsyncClient, db: Database, taskforce_id: UUID) -> None:
    code = LinkCode.read((await link(browser, db, taskforce_id)).rpartition("/")[2])
    async with db.read(taskforce_id) as conn:
        kept = str([dict(row) for row in await conn.fetch("select * from link_requests")])
    messages = str(await published(db))
    for secret in (code.secret, code.secret.hex(), code.text(), browser.cookies[BROWSER_COOKIE], "karen@struer"):
        assert str(secret) not in kept
        assert str(secret) not in messages


async def test_an_invalid_address_is_shown_again_with_its_error(browser: httpx.AsyncClient) -> None:
    answer = await browser.post("/sign-in/link", data={"email": "karen", "next": "/queue"}, headers=PAGE)
    assert answer.status_code == 422
    assert 'value="karen"' in answer.text
    assert 'value="/queue"' in answer.text


async def test_too_many_requests_say_when_to_retry(browser: httpx.AsyncClient) -> None:
    transport: Any = browser._transport
    transport.app.state.rate_limiter = RateLimiter({"signing-in": {"address": Rate(3, 600)}}, clock=lambda: 0.0)
    answers = [await browser.post("/sign-in/link", data={"email": "a@b.dk"}, headers=PAGE) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [303, 303, 303, 429]
    assert 0 < int(answers[-1].headers["retry-after"]) <= 600
    assert answers[-1].headers["ratelimit"] == '"signing-in-address";r=0;t=200'
    assert answers[-1].headers["ratelimit-policy"] == '"signing-in-address";q=3;w=600'


async def test_expired_requests_are_deleted(browser: httpx.AsyncClient, db: Database, taskforce_id: UUID) -> None:
    await link(browser, db, taskforce_id)
    await aged(db, taskforce_id, LIFETIME)
    await link(browser, db, taskforce_id)
    async with db.read(taskforce_id) as conn:
        assert await conn.fetchval("select count(*) from link_requests") == 1


async def test_a_link_never_leads_to_another_site(browser: httpx.AsyncClient, db: Database, taskforce_id: UUID) -> None:
    path = await link(browser, db, taskforce_id, next="https://evil.example/")
    assert (await browser.post(path, headers=PAGE)).headers["location"] == "/account"


def test_a_code_is_read_as_it_was_written() -> None:
    code = LinkCode(uuid4(), uuid4(), bytes(range(32)))
    assert LinkCode.read(code.text()) == code
