"""The first administrator's link: works once, while no administrator can sign in."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from services.events.identity.administration.commands import add_person
from services.events.identity.first_admin import commands
from services.events.identity.first_admin.commands import LIFETIME, SetupLinkExpired
from services.events.identity.people.domain import Person
from shared.http.auth import COOKIE, SESSION_COOKIE, TokenVerifier
from shared.secrets import from_base64url, to_base64url
from tests.events.identity.browsing import with_passkey
from tests.support.browsing import signs_nobody_in

if TYPE_CHECKING:
    import httpx

    from services.events.settings import EventsSettings
    from shared.db.database import Database

PAGE = {"accept": "text/html", "sec-fetch-site": "same-origin", "sec-fetch-mode": "navigate"}
WHO = {"name": "Bent Sivkær", "email": "bent@struer.example"}


async def link(db: Database, taskforce_id: UUID) -> str:
    path = await commands.make_first_admin_link(db, taskforce_id)
    assert path is not None
    return path


async def test_the_link_makes_a_first_administrator_once(
    client: httpx.AsyncClient, db: Database, taskforce_id: UUID, events_settings: EventsSettings
) -> None:
    path = await link(db, taskforce_id)
    for _ in range(2):
        page = await client.get(path, headers=PAGE)
        assert page.status_code == 200
        assert "Struer" in page.text
        assert signs_nobody_in(page)
    answer = await client.post(path, data=WHO, headers=PAGE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    who = TokenVerifier(events_settings.token_jwks).verify(client.cookies[COOKIE])
    assert "admin" not in who.roles, "not before they have shown more than a link"
    async with db.read(taskforce_id) as conn:
        rows = await conn.fetch(
            "select name, role from people join person_roles on person_id = people.id order by role"
        )
        assert [tuple(row) for row in rows] == [("Bent Sivkær", "admin"), ("Bent Sivkær", "coordinator")]
    client.cookies.clear()
    for method in ("GET", "POST"):
        assert (await client.request(method, path, data=WHO, headers=PAGE)).status_code == 409
    assert SESSION_COOKIE not in client.cookies


async def test_an_administrator_without_a_passkey_can_use_another_link(
    client: httpx.AsyncClient, db: Database, taskforce_id: UUID, events_settings: EventsSettings
) -> None:
    """After a magic link, adding a passkey would need an enrolment code."""
    await client.post(await link(db, taskforce_id), data=WHO, headers=PAGE)
    first = TokenVerifier(events_settings.token_jwks).verify(client.cookies[COOKIE])
    client.cookies.clear()
    answer = await client.post(await link(db, taskforce_id), data=WHO, headers=PAGE)
    assert answer.status_code == 303
    again = TokenVerifier(events_settings.token_jwks).verify(client.cookies[COOKIE])
    assert (again.person, again.session_id == first.session_id) == (first.person, False)
    await with_passkey(db, taskforce_id, again.person)
    assert await commands.make_first_admin_link(db, taskforce_id) is None


async def test_only_the_latest_link_works(client: httpx.AsyncClient, db: Database, taskforce_id: UUID) -> None:
    first, latest = await link(db, taskforce_id), await link(db, taskforce_id)
    assert (await client.post(first, data=WHO, headers=PAGE)).status_code == 409
    assert (await client.post(latest, data=WHO, headers=PAGE)).status_code == 303


async def test_a_link_works_for_a_day(db: Database, taskforce_id: UUID) -> None:
    now = datetime.now(UTC)
    path = await commands.make_first_admin_link(db, taskforce_id, now=now - LIFETIME)
    assert path is not None
    with pytest.raises(SetupLinkExpired):
        await commands.check_first_admin_link(db, path.rpartition("/")[2], now=now)


async def test_concurrent_uses_of_a_link_make_one_administrator(db: Database, taskforce_id: UUID) -> None:
    code = (await link(db, taskforce_id)).rpartition("/")[2]
    people = [Person(uuid4(), name, f"{name}@struer.example", frozenset({"admin"})) for name in ("a", "b")]
    answers = await asyncio.gather(
        *(commands.become_first_administrator(db, code, person, device="") for person in people),
        return_exceptions=True,
    )
    assert sorted(isinstance(answer, SetupLinkExpired) for answer in answers) == [False, True]


async def test_a_link_is_void_once_an_administrator_can_sign_in(
    client: httpx.AsyncClient, db: Database, taskforce_id: UUID
) -> None:
    path = await link(db, taskforce_id)
    eva = Person(uuid4(), "Eva", "eva@struer.example", frozenset({"admin"}))
    await add_person(db, taskforce_id, eva)
    await with_passkey(db, taskforce_id, eva.id)
    assert (await client.post(path, data=WHO, headers=PAGE)).status_code == 409


async def test_an_incomplete_form_is_shown_again(client: httpx.AsyncClient, db: Database, taskforce_id: UUID) -> None:
    path = await link(db, taskforce_id)
    await add_person(db, taskforce_id, Person(uuid4(), "Eva", "bent@struer.example", frozenset({"member"})))
    for form in ({}, {"name": "Bent", "email": "bent"}, WHO):
        answer = await client.post(path, data=form, headers=PAGE)
        assert answer.status_code == 422
        assert SESSION_COOKIE not in client.cookies


@pytest.mark.parametrize("code", ["x", "A" * 64, "A" * 63, "A" * 300, "%C3%B8"])
async def test_an_invalid_link_opens_nothing(client: httpx.AsyncClient, db: Database, code: str) -> None:
    for method in ("GET", "POST"):
        answer = await client.request(method, f"/sign-in/setup/{code}", data=WHO, headers=PAGE)
        assert answer.status_code == 409


async def test_a_link_of_another_taskforce_makes_nobody_administrator_here(
    client: httpx.AsyncClient, db: Database, taskforce_id: UUID, other_taskforce_id: UUID
) -> None:
    packed = from_base64url((await link(db, other_taskforce_id)).rpartition("/")[2])
    assert packed is not None
    await link(db, taskforce_id)
    altered = to_base64url(taskforce_id.bytes + packed[16:])
    assert (await client.post(f"/sign-in/setup/{altered}", data=WHO, headers=PAGE)).status_code == 409
