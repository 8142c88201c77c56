"""Sessions: opening, renewing and ending them."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio

from services.events.app import create_app
from services.events.identity.administration import commands as people
from services.events.identity.administration.commands import add_person
from services.events.identity.people.domain import Person
from services.events.identity.sessions import commands, store
from services.events.identity.sessions.device import describe
from services.events.identity.sessions.domain import IDLE_TIMEOUT, MAX_LIFETIME, Session, SessionEnded, SessionKey
from shared.http.auth import COOKIE, RENEWED_COOKIE, SESSION_COOKIE, TokenVerifier

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.events.settings import EventsSettings
    from shared.db.database import Database

PAGE = {"accept": "text/html", "sec-fetch-mode": "navigate", "sec-fetch-site": "same-origin"}
BY_SCRIPT = {"sec-fetch-mode": "cors", "sec-fetch-site": "same-origin"}


@pytest_asyncio.fixture
async def signed_in(client: httpx.AsyncClient, karen: Person, taskforce_id: UUID) -> httpx.AsyncClient:
    """Karen's browser."""
    answer = await client.post("/sign-in", data={"role": "admin", "taskforce": str(taskforce_id)})
    assert answer.status_code == 303
    return client


def minute_passes(client: httpx.AsyncClient) -> None:
    """Expire the browser's token."""
    for name in (COOKIE, RENEWED_COOKIE):
        client.cookies.delete(name)


def key_of(client: httpx.AsyncClient) -> SessionKey:
    return SessionKey.read(client.cookies[SESSION_COOKIE])


async def aged(db: Database, key: SessionKey, *, by: timedelta) -> None:
    """Make the session older."""
    async with db.change(key.taskforce_id) as conn:
        await conn.execute(
            """
            update sessions
               set started_at = started_at - $2::interval,
                   used_at = used_at - $2::interval,
                   ends_at = ends_at - $2::interval
             where id = $1
            """,
            key.session_id,
            by,
        )


async def used_at(db: Database, key: SessionKey) -> datetime:
    async with db.read(key.taskforce_id) as conn:
        return (await store.load(conn, key, datetime.now(UTC))).used_at


async def test_a_token_lasts_a_minute_and_says_when_the_session_ends(
    signed_in: httpx.AsyncClient, events_settings: EventsSettings
) -> None:
    who = TokenVerifier(events_settings.token_jwks).verify(signed_in.cookies[COOKIE])
    assert 0 < who.expires_at - time.time() <= 60
    assert who.session_ends_at is not None
    assert abs(who.session_ends_at - who.expires_at - (IDLE_TIMEOUT.total_seconds() - 60)) < 5, "both begin now"
    assert who.session_id == key_of(signed_in).session_id


async def test_a_page_asked_for_after_a_minute_is_answered_after_a_new_token(signed_in: httpx.AsyncClient) -> None:
    minute_passes(signed_in)
    answer = await signed_in.get("/people?page_token=", headers=PAGE)
    assert (answer.status_code, answer.headers["location"]) == (
        307,
        "/session/renew?next=%2Fpeople%3Fpage_token%3D",
    )
    answer = await signed_in.get(answer.headers["location"], headers=PAGE)
    assert (answer.status_code, answer.headers["location"]) == (307, "/people?page_token=")
    assert COOKIE in signed_in.cookies


@pytest.mark.parametrize("path", ["/people/%3Fpage%23top?page_token=%25", "/people/100%25", "/people/sm%C3%A5job"])
async def test_a_renewal_leads_back_to_the_very_address(signed_in: httpx.AsyncClient, path: str) -> None:
    minute_passes(signed_in)
    answer = await signed_in.get(path, headers=PAGE)
    answer = await signed_in.get(answer.headers["location"], headers=PAGE)
    assert (answer.status_code, answer.headers["location"]) == (307, path)


async def test_what_somebody_typed_for_longer_than_a_minute_is_not_lost(signed_in: httpx.AsyncClient) -> None:
    minute_passes(signed_in)
    form = {"id": str(uuid4()), "name": "Bodil", "email": "bodil@struer.example", "roles": "member", "language": "da"}
    answer = await signed_in.post("/people", data=form, headers=PAGE, follow_redirects=True)
    assert [step.status_code for step in answer.history] == [307, 307, 303]
    assert "Bodil" in answer.text


async def test_only_a_persons_own_actions_extend_the_session(signed_in: httpx.AsyncClient, db: Database) -> None:
    key = key_of(signed_in)
    for path, headers, counts in (
        ("/dashboard/figures", BY_SCRIPT, False),
        ("/dashboard/projector/figures", BY_SCRIPT, True),
        ("/pledges/evening/1/figures", BY_SCRIPT, True),
        ("/meetings/1/projector?step=2", BY_SCRIPT, True),
        ("/meetings/1", BY_SCRIPT, False),
        ("/people", PAGE, True),
    ):
        await aged(db, key, by=timedelta(minutes=5))
        before = await used_at(db, key)
        minute_passes(signed_in)
        await signed_in.get("/session/renew", params={"next": path}, headers=headers)
        assert COOKIE in signed_in.cookies
        assert (await used_at(db, key) > before) == counts, path


@pytest.mark.parametrize("gone", [IDLE_TIMEOUT, MAX_LIFETIME])
async def test_a_session_ends_when_its_time_is_up(signed_in: httpx.AsyncClient, db: Database, gone: timedelta) -> None:
    key = key_of(signed_in)
    if gone == MAX_LIFETIME:
        await aged(db, key, by=MAX_LIFETIME - timedelta(minutes=1))
        async with db.change(key.taskforce_id) as conn:
            await store.touch(conn, key.taskforce_id, key.session_id, datetime.now(UTC))
        session, _ = await commands.renew(db, key, by_person=True)
        assert session.ends_at - datetime.now(UTC) < timedelta(minutes=1), "it is not extended beyond its end"
        gone = timedelta(minutes=1)
    await aged(db, key, by=gone)
    minute_passes(signed_in)
    answer = await signed_in.get("/people", headers=PAGE, follow_redirects=True)
    assert [step.status_code for step in answer.history] == [307, 307, 303]
    assert str(answer.url).endswith("/sign-in?next=%2Fpeople")
    assert SESSION_COOKIE not in signed_in.cookies


async def test_a_write_after_the_session_has_ended_changes_nothing_and_says_so(
    signed_in: httpx.AsyncClient, db: Database
) -> None:
    await aged(db, key_of(signed_in), by=IDLE_TIMEOUT)
    minute_passes(signed_in)
    form = {"id": str(uuid4()), "name": "Bodil", "email": "bodil@struer.example", "roles": "member", "language": "da"}
    taskforce_id = key_of(signed_in).taskforce_id
    answer = await signed_in.post("/people", data=form, headers=PAGE, follow_redirects=True)
    assert answer.status_code == 401
    async with db.read(taskforce_id) as conn:
        assert await conn.fetchval("select count(*) from people where name = 'Bodil'") == 0


async def test_a_deactivated_person_is_signed_out_everywhere_with_the_next_token(
    signed_in: httpx.AsyncClient, db: Database, karen: Person, taskforce_id: UUID
) -> None:
    await people.deactivate_person(db, taskforce_id, karen.id)
    assert (await signed_in.get("/people", headers=PAGE)).status_code == 200, "until the token is a minute old"
    minute_passes(signed_in)
    answer = await signed_in.get("/people", headers=PAGE, follow_redirects=True)
    assert "/sign-in" in str(answer.url)


async def test_a_role_that_is_taken_away_is_gone_with_the_next_token(
    signed_in: httpx.AsyncClient, db: Database, karen: Person, taskforce_id: UUID
) -> None:
    member = Person(karen.id, karen.name, karen.email, frozenset({"member"}))
    await people.change_person(db, taskforce_id, member)
    minute_passes(signed_in)
    assert (await signed_in.get("/people", headers=PAGE, follow_redirects=True)).status_code == 403
    assert (await signed_in.get("/events", headers=PAGE)).status_code == 200


async def test_a_magic_link_does_not_open_privileged_roles(db: Database, karen: Person, taskforce_id: UUID) -> None:
    for proof, roles in (("link", {"member"}), ("setup", {"member"}), ("passkey", {"admin", "member"})):
        _, who = await commands.start(db, taskforce_id, karen.id, proof=proof, device="")  # type: ignore[arg-type]
        assert who.roles == roles, proof


async def test_a_persons_sessions_are_listed_and_ended(
    signed_in: httpx.AsyncClient, db: Database, karen: Person, taskforce_id: UUID
) -> None:
    others = [
        (await commands.start(db, taskforce_id, karen.id, proof="demonstration", device=device))[0]
        for device in ("Safari, iPhone", "Edge, Windows", "Opera, Linux")
    ]
    page = (await signed_in.get("/account", headers=PAGE)).text
    for device in ("Safari, iPhone", "Edge, Windows", "Opera, Linux"):
        assert device in page
    await signed_in.post(f"/account/sessions/{others[0].session_id}/end", headers=PAGE)
    page = (await signed_in.get("/account", headers=PAGE)).text
    assert "Safari" not in page
    await signed_in.post("/account/sessions/end-others", headers=PAGE)
    page = (await signed_in.get("/account", headers=PAGE)).text
    assert "Edge" not in page
    for key in others:
        with pytest.raises(SessionEnded):
            await commands.renew(db, key, by_person=True)
    await commands.renew(db, key_of(signed_in), by_person=True)


async def test_another_persons_session_cannot_be_ended(
    signed_in: httpx.AsyncClient, db: Database, taskforce_id: UUID
) -> None:
    eva = Person(uuid4(), "Eva", "eva@struer.example", frozenset({"member"}))
    await add_person(db, taskforce_id, eva)
    key, _ = await commands.start(db, taskforce_id, eva.id, proof="passkey", device="")
    await signed_in.post(f"/account/sessions/{key.session_id}/end", headers=PAGE)
    await signed_in.post("/account/sessions/end-others", headers=PAGE)
    await commands.renew(db, key, by_person=True)


async def test_a_warned_person_can_stay_signed_in(signed_in: httpx.AsyncClient, db: Database) -> None:
    await aged(db, key_of(signed_in), by=IDLE_TIMEOUT - timedelta(minutes=2))
    answer = await signed_in.post("/session/extend", headers=BY_SCRIPT)
    assert answer.status_code == 200
    assert answer.json()["ends_at"] - time.time() > IDLE_TIMEOUT.total_seconds() / 2


@pytest.mark.parametrize(
    "value",
    [
        "",
        "x",
        "ø",
        "AAAA",
        "A" * 86,
        "A" * 400,
        '"; drop table sessions',
        SessionKey(UUID(int=1), UUID(int=2), bytes(32)).text(),
    ],
)
async def test_a_forged_session_cookie_opens_nothing(client: httpx.AsyncClient, value: str) -> None:
    headers = httpx.Headers(PAGE | {"cookie": f"{SESSION_COOKIE}={value}"}, encoding="utf-8")
    answer = await client.get("/session/renew", params={"next": "/people"}, headers=headers)
    assert (answer.status_code, answer.headers["location"]) == (307, "/people")
    assert COOKIE not in client.cookies


@pytest.mark.parametrize("session", [None, SessionKey(UUID(int=1), UUID(int=2), bytes(32)).text()])
async def test_a_guest_keeps_the_event_pass_when_there_is_no_session_to_renew(
    client: httpx.AsyncClient, token: Callable[..., str], session: str | None
) -> None:
    event_pass = token("event_pass", subject="pass:1", event_id=uuid4(), pass_generation=1)
    client.cookies.set(COOKIE, event_pass, domain="localhost.local")
    if session is not None:
        client.cookies.set(SESSION_COOKIE, session, domain="localhost.local")

    answer = await client.get("/session/renew", params={"next": "/pledges/new"}, headers=PAGE)

    assert (answer.status_code, answer.headers["location"]) == (307, "/pledges/new")
    assert dict(client.cookies) == {COOKIE: event_pass}


async def test_the_right_session_with_another_secret_opens_nothing(signed_in: httpx.AsyncClient, db: Database) -> None:
    key = key_of(signed_in)
    with pytest.raises(SessionEnded):
        await commands.renew(db, SessionKey(key.taskforce_id, key.session_id, bytes(32)), by_person=True)


async def test_a_session_of_another_taskforce_opens_nothing(
    signed_in: httpx.AsyncClient, db: Database, other_taskforce_id: UUID
) -> None:
    key = key_of(signed_in)
    with pytest.raises(SessionEnded):
        await commands.renew(db, SessionKey(other_taskforce_id, key.session_id, key.secret), by_person=True)


async def test_the_secret_is_not_in_the_database(signed_in: httpx.AsyncClient, db: Database) -> None:
    key = key_of(signed_in)
    async with db.read(key.taskforce_id) as conn:
        rows = str(await conn.fetch("select * from sessions"))
    assert key.secret.hex() not in rows
    assert repr(key.secret)[2:-1] not in rows


async def test_a_renewal_never_leads_to_another_site(signed_in: httpx.AsyncClient) -> None:
    for next in ("https://evil.example/", "//evil.example", "/\\evil.example"):
        answer = await signed_in.get("/session/renew", params={"next": next}, headers=PAGE)
        assert answer.headers["location"] == "/"


async def test_a_clock_difference_is_reported_without_a_redirect_loop(
    signed_in: httpx.AsyncClient, token: Callable[..., str]
) -> None:
    """The server's clock is minutes ahead of that of the signer, so every new token has expired."""
    signed_in.cookies.delete(COOKIE)
    signed_in.cookies.set(COOKIE, token("admin", lifetime_seconds=-240))
    answer = await signed_in.get("/people", headers=PAGE, follow_redirects=True)
    assert answer.status_code == 503
    assert answer.history == []


async def test_ended_sessions_are_deleted(
    signed_in: httpx.AsyncClient, db: Database, karen: Person, taskforce_id: UUID
) -> None:
    await aged(db, key_of(signed_in), by=IDLE_TIMEOUT)
    await commands.start(db, taskforce_id, karen.id, proof="passkey", device="")
    async with db.read(taskforce_id) as conn:
        assert await conn.fetchval("select count(*) from sessions") == 1


async def test_actions_in_one_tab_extend_the_session_while_another_renews_the_token(
    signed_in: httpx.AsyncClient, db: Database, token: Callable[..., str]
) -> None:
    """A live page renews the token each minute, and all tabs of the browser share the token."""
    key = key_of(signed_in)
    await aged(db, key, by=timedelta(minutes=20))
    minute_passes(signed_in)
    await signed_in.get("/session/renew", params={"next": "/api/dashboard/v1/stream"}, headers=BY_SCRIPT)
    assert (await signed_in.get("/people", headers=BY_SCRIPT)).status_code == 200, "what a page asks is no use"
    answer = await signed_in.get("/people", headers=PAGE)
    assert (answer.status_code, answer.headers["location"]) == (307, "/session/renew?next=%2Fpeople")
    answer = await signed_in.get("/people", headers=PAGE, follow_redirects=True)
    assert answer.status_code == 200
    assert datetime.now(UTC) - await used_at(db, key) < timedelta(minutes=10)
    signed_in.cookies.delete(RENEWED_COOKIE)
    assert (await signed_in.get("/people", headers=PAGE)).status_code == 200, "it has been noted"


async def test_the_projectors_fetch_after_its_stream_reconnects_extends_the_session(
    signed_in: httpx.AsyncClient, db: Database
) -> None:
    """The stream ends with the token and reconnects, and the page then fetches the figures."""
    key = key_of(signed_in)
    await aged(db, key, by=timedelta(minutes=20))
    minute_passes(signed_in)
    await signed_in.get("/session/renew", params={"next": "/api/dashboard/v1/stream"}, headers=BY_SCRIPT)
    answer = await signed_in.get("/dashboard/projector/figures", headers=BY_SCRIPT)
    assert answer.status_code == 307
    await signed_in.get(answer.headers["location"], headers=BY_SCRIPT)
    assert datetime.now(UTC) - await used_at(db, key) < timedelta(minutes=10)
    assert (await signed_in.get("/dashboard/projector/figures", headers=BY_SCRIPT)).status_code != 307


async def test_no_redirect_loop_near_the_end_of_a_session(signed_in: httpx.AsyncClient, db: Database) -> None:
    key = key_of(signed_in)
    await aged(db, key, by=MAX_LIFETIME - timedelta(minutes=10))
    async with db.change(key.taskforce_id) as conn:
        await store.touch(conn, key.taskforce_id, key.session_id, datetime.now(UTC))
    minute_passes(signed_in)
    answer = await signed_in.get("/people", headers=PAGE, follow_redirects=True)
    assert (answer.status_code, [step.status_code for step in answer.history]) == (200, [307, 307])
    assert (await signed_in.get("/people", headers=PAGE)).status_code == 200


async def test_a_form_sent_with_an_old_token_extends_the_session_and_is_complete(
    signed_in: httpx.AsyncClient, db: Database
) -> None:
    await aged(db, key_of(signed_in), by=timedelta(minutes=20))
    await signed_in.get("/session/renew", params={"next": "/api/dashboard/v1/stream"}, headers=BY_SCRIPT)
    signed_in.cookies.delete(RENEWED_COOKIE)
    form = {"id": str(uuid4()), "name": "Bodil", "email": "bodil@struer.example", "roles": "member", "language": "da"}
    answer = await signed_in.post("/people", data=form, headers=PAGE, follow_redirects=True)
    assert [step.status_code for step in answer.history] == [307, 307, 303]
    assert "Bodil" in answer.text


async def test_public_files_need_no_renewal(signed_in: httpx.AsyncClient) -> None:
    minute_passes(signed_in)
    for path in ("/board/struer", "/favicon.ico", "/.well-known/jwks.json"):
        assert (await signed_in.get(path, headers=PAGE)).status_code != 307, path


async def test_a_demonstration_session_ends_with_demo_mode(signed_in: httpx.AsyncClient, db: Database) -> None:
    with pytest.raises(SessionEnded):
        await commands.renew(db, key_of(signed_in), by_person=True, allow_demonstration=False)


async def test_a_demonstration_session_is_not_extended_without_demo_mode(
    signed_in: httpx.AsyncClient, events_settings: EventsSettings
) -> None:
    app = create_app(events_settings.model_copy(update={"demo_mode": False}))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app), base_url="https://localhost:8080", cookies=signed_in.cookies
        ) as client,
    ):
        answer = await client.post("/session/extend", headers=BY_SCRIPT)
    assert (answer.status_code, "set-cookie" in answer.headers) == (401, False)


async def test_many_tabs_renew_at_once(signed_in: httpx.AsyncClient, db: Database) -> None:
    key = key_of(signed_in)
    renewed = await asyncio.gather(*(commands.renew(db, key, by_person=True) for _ in range(10)))
    assert {who.session_id for _, who in renewed} == {key.session_id}


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36",
            "Chrome, Linux",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/131.0 Safari/537.36 Edg/131.0", "Edge, Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Safari/604",
            "Safari, iPhone",
        ),
        ("Mozilla/5.0 (Android 15; Mobile; rv:132.0) Gecko/132.0 Firefox/132.0", "Firefox, Android"),
        ("curl/8.5.0", ""),
        ("", ""),
        ("Karen Kjær <karen@struer.example> 010190-1234", ""),
    ],
)
def test_a_browser_is_described_by_name_and_system_only(user_agent: str, device: str) -> None:
    assert describe(user_agent) == device


def test_a_session_ends_at_the_earlier_of_its_two_ends() -> None:
    start = datetime(2026, 11, 24, 8, tzinfo=UTC)
    session = Session(uuid4(), uuid4(), "passkey", "", start, start, start + MAX_LIFETIME)
    assert session.ends_at == start + IDLE_TIMEOUT
    late = Session(
        uuid4(), uuid4(), "passkey", "", start, start + MAX_LIFETIME - IDLE_TIMEOUT / 2, start + MAX_LIFETIME
    )
    assert late.ends_at == start + MAX_LIFETIME
    assert not late.has_ended(late.ends_at - timedelta(seconds=1))
    assert late.has_ended(late.ends_at)
