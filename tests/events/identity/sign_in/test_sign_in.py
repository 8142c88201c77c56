"""Signing in by role in a demonstration, and the sign-in page otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio

from services.events.app import create_app
from services.events.identity.administration.commands import add_person
from services.events.identity.people.domain import Person
from shared.http.auth import TokenVerifier
from shared.http.csrf import COOKIE as CSRF_COOKIE
from tests.support.browsing import AS_OUR_PAGES, signs_nobody_in

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from services.events.settings import EventsSettings
    from shared.db.database import Database

PAGE = {"accept": "text/html"}


@pytest_asyncio.fixture
async def karen(db: Database, taskforce_id: UUID) -> Person:
    """The taskforce's case worker, who is also a member."""
    karen = Person(uuid4(), "Karen Kjær", "karen@struer.example", frozenset({"caseworker", "member"}), "0671")
    await add_person(db, taskforce_id, karen)
    return karen


@pytest_asyncio.fixture
async def closed(events_settings: EventsSettings, karen: Person) -> AsyncIterator[httpx.AsyncClient]:
    """The service without demo mode."""
    app = create_app(events_settings.model_copy(update={"demo_mode": False}))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app), base_url="https://localhost:8080", event_hooks=AS_OUR_PAGES
        ) as client,
    ):
        yield client


def choice(taskforce_id: UUID, **more: str) -> dict[str, str]:
    return {"role": "caseworker", "taskforce": str(taskforce_id)} | more


async def test_the_page_offers_the_roles_of_existing_people(client: httpx.AsyncClient, karen: Person) -> None:
    page = (await client.get("/sign-in", headers=PAGE)).text
    assert "Virksomhedskonsulent" in page
    assert karen.name in page
    assert "Revisor" not in page


async def test_opening_the_pages_signs_nobody_in(client: httpx.AsyncClient, karen: Person) -> None:
    for path in ("/sign-in", "/sign-in/as/caseworker", "/sign-in/as/caseworker?taskforce=struer&next=/queue"):
        answer = await client.get(path, headers=PAGE)
        assert answer.status_code == 200
        assert signs_nobody_in(answer)


async def test_the_button_signs_in_as_the_person_with_all_their_roles(
    client: httpx.AsyncClient, karen: Person, taskforce_id: UUID, events_settings: EventsSettings
) -> None:
    answer = await client.post("/sign-in", data=choice(taskforce_id))
    assert (answer.status_code, answer.headers["location"]) == (303, "/queue")
    who = TokenVerifier(events_settings.token_jwks).verify(client.cookies["__Host-tilsagn"])
    assert (who.person_id, who.taskforce_id, who.municipality) == (karen.id, taskforce_id, "0671")
    assert who.roles == {"caseworker", "member"}


async def test_the_cookies_are_kept_from_scripts_other_sites_and_plain_http(
    client: httpx.AsyncClient, karen: Person, taskforce_id: UUID
) -> None:
    given = (await client.post("/sign-in", data=choice(taskforce_id))).headers.get_list("set-cookie")
    ages = {"__Host-tilsagn-session": 12 * 3600, "__Host-tilsagn": 60, "__Host-tilsagn-renewed": 5}
    assert {cookie.partition("=")[0] for cookie in given} == set(ages)
    for cookie in given:
        _, *attributes = (part.strip().lower() for part in cookie.split(";"))
        age = ages[cookie.partition("=")[0]]
        assert set(attributes) == {"httponly", "secure", "samesite=lax", "path=/", f"max-age={age}"}


async def test_signing_out_ends_the_session(client: httpx.AsyncClient, karen: Person, taskforce_id: UUID) -> None:
    await client.post("/sign-in", data=choice(taskforce_id))
    kept = dict(client.cookies)
    assert (await client.get("/events", headers=PAGE)).status_code == 200
    answer = await client.post("/sign-out", headers={"sec-fetch-site": "same-origin"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert set(client.cookies) == {CSRF_COOKIE}
    assert (await client.get("/events", headers=PAGE)).status_code == 303
    client.cookies.set("__Host-tilsagn-session", kept["__Host-tilsagn-session"])
    renewed = await client.get("/session/renew", params={"next": "/events"}, headers=PAGE)
    assert "__Host-tilsagn=;" not in renewed.headers["set-cookie"]
    assert "__Host-tilsagn" not in client.cookies


@pytest.mark.parametrize("next", ["/companies?q=%C3%A6&members=true", "/events/new#form"])
async def test_signing_in_leads_back_to_the_requested_page(
    client: httpx.AsyncClient, karen: Person, taskforce_id: UUID, next: str
) -> None:
    answer = await client.post("/sign-in", data=choice(taskforce_id, next=next))
    assert answer.headers["location"] == next


@pytest.mark.parametrize(
    "next",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "queue",
        " //evil.example",
    ],
)
async def test_signing_in_never_leads_to_another_site(
    client: httpx.AsyncClient, karen: Person, taskforce_id: UUID, next: str
) -> None:
    answer = await client.post("/sign-in", data=choice(taskforce_id, next=next))
    assert (answer.status_code, answer.headers["location"]) == (303, "/queue")
    for page in ("/sign-in", "/sign-in/as/caseworker"):
        assert 'name="next"' not in (await client.get(page, params={"next": next}, headers=PAGE)).text


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({}, 422),
        ({"role": "event_pass"}, 422),
        ({"role": "service"}, 422),
        ({"role": "auditor"}, 404),
        ({"taskforce": str(uuid4())}, 404),
        ({"taskforce": "x"}, 422),
    ],
)
async def test_a_role_without_a_person_cannot_be_chosen(
    client: httpx.AsyncClient, karen: Person, taskforce_id: UUID, form: dict[str, str], status: int
) -> None:
    answer = await client.post("/sign-in", data=choice(taskforce_id) | form if form else {}, headers=PAGE)
    assert answer.status_code == status
    assert "set-cookie" not in answer.headers


async def test_another_site_cannot_start_a_sign_in(
    client: httpx.AsyncClient, karen: Person, taskforce_id: UUID
) -> None:
    answer = await client.post("/sign-in", data=choice(taskforce_id), headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


async def test_without_demo_mode_nobody_signs_in_by_role(closed: httpx.AsyncClient, taskforce_id: UUID) -> None:
    page = await closed.get("/sign-in?next=/queue", headers=PAGE)
    assert page.status_code == 200
    assert 'action="/sign-in/link"' in page.text
    assert 'value="/queue"' in page.text
    assert "Karen" not in page.text
    answer = await closed.get("/sign-in/as/caseworker", headers=PAGE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    answer = await closed.post("/sign-in", data=choice(taskforce_id), headers=PAGE)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


async def test_a_demonstration_says_so_on_its_pages(client: httpx.AsyncClient, closed: httpx.AsyncClient) -> None:
    assert "demo-banner" in (await client.get("/sign-in", headers=PAGE)).text
    assert "demo-banner" not in (await closed.get("/sign-in", headers=PAGE)).text
