"""The list of deliveries as JSON and as a page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, get_args
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
import pytest_asyncio

from services.notifications.app import create_app
from services.notifications.deliveries.pages import reason_text
from shared.contracts.events import SignInLinkRequested
from shared.http.auth import COOKIE, unclassified_routes
from shared.i18n.translations import use_language
from shared.product.roles import Role
from tests.notifications.messages import hire, invited, pledge

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from fastapi import FastAPI

    from services.notifications.settings import NotificationsSettings
    from tests.notifications.conftest import Harness
    from tests.notifications.mail_server import MailServer
    from tests.support.infrastructure import Databases

DELIVERIES = "/api/notifications/v1/deliveries"


@pytest_asyncio.fixture
async def app(notifications_settings: NotificationsSettings) -> AsyncIterator[FastAPI]:
    app = create_app(notifications_settings)
    async with app.router.lifespan_context(app):
        yield app


@pytest_asyncio.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8080") as client:
        yield client


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


@pytest.fixture
def coordinator(token: Callable[..., str]) -> dict[str, str]:
    return bearer(token("coordinator"))


async def some_of_each(harness: Harness, mail_server: MailServer, taskforce_id: UUID) -> None:
    """One delivery of every status that comes about within a second."""
    sent, hired, refused, late = (
        pledge(taskforce_id),
        hire(taskforce_id),
        pledge(taskforce_id),
        pledge(taskforce_id, ago=timedelta(days=3)),
    )
    harness.set_contact(sent)
    harness.set_logger(hired)
    harness.set_contact(refused, email="nobody@firma.example")
    mail_server.recipients["nobody@firma.example"] = "550 Unknown"
    await harness.consume(sent, hired, refused, late)
    async with harness.courier():
        await harness.settled(taskforce_id)
    await harness.consume(pledge(taskforce_id))


async def test_an_invitation_is_listed_for_programs_and_people(
    harness: Harness, client: httpx.AsyncClient, coordinator: dict[str, str], taskforce_id: UUID
) -> None:
    await harness.consume(invited(taskforce_id))

    listed = await client.get(DELIVERIES, headers=coordinator)
    page = await client.get("/notifications?lang=en", headers=coordinator | {"accept": "text/html"})

    assert [(one["rule"], one["pledge_id"]) for one in listed.json()["items"]] == [("invitation", None)]
    assert page.status_code == 200
    assert "to somebody who has an account" in page.text


async def test_a_notice_of_a_newer_release_is_listed_after_a_downgrade(
    harness: Harness,
    client: httpx.AsyncClient,
    coordinator: dict[str, str],
    taskforce_id: UUID,
    notifications_dsns: Databases,
) -> None:
    await harness.consume(pledge(taskforce_id), pledge(taskforce_id))
    owner = await asyncpg.connect(notifications_dsns.superuser_dsn("notifications"))
    await owner.execute(
        """
        update deliveries
           set rule = 'half_a_year_on', facts = '{"hire": 3}'
         where id = (select min(id::text)::uuid from deliveries)
        """
    )
    await owner.close()

    listed = await client.get(DELIVERIES, headers=coordinator)
    page = await client.get("/notifications?lang=en", headers=coordinator | {"accept": "text/html"})

    assert {one["rule"] for one in listed.json()["items"]} == {"pledge_received", "half_a_year_on"}
    assert page.status_code == 200
    assert "A mail that this release does not know" in page.text
    assert "Thanks to the company" in page.text


async def test_deliveries_are_listed_latest_first_page_by_page(
    harness: Harness, client: httpx.AsyncClient, coordinator: dict[str, str], taskforce_id: UUID
) -> None:
    messages = [pledge(taskforce_id) for _ in range(7)]
    for message in messages:
        await harness.consume(message)
    found: list[str] = []
    token: str | None = ""
    while token is not None:
        answer = await client.get(DELIVERIES, params={"page_size": 3, "page_token": token}, headers=coordinator)
        assert answer.status_code == 200
        found += [item["pledge_id"] for item in answer.json()["items"]]
        token = answer.json()["next_page_token"]
    assert found == [str(message.pledge_id) for message in reversed(messages)]


async def test_deliveries_are_filtered_by_status_and_rule(
    harness: Harness,
    mail_server: MailServer,
    client: httpx.AsyncClient,
    coordinator: dict[str, str],
    taskforce_id: UUID,
) -> None:
    await some_of_each(harness, mail_server, taskforce_id)

    async def ends(**params: str | list[str]) -> set[tuple[str, str, str | None]]:
        answer = await client.get(DELIVERIES, params=params, headers=coordinator)
        return {(item["rule"], item["status"], item["reason"]) for item in answer.json()["items"]}

    assert await ends() == {
        ("pledge_received", "sent", None),
        ("pledge_became_hire", "sent", None),
        ("pledge_received", "failed", "recipient_550"),
        ("pledge_received", "skipped", "too_old"),
        ("pledge_received", "waiting", None),
    }
    assert await ends(status=["failed", "skipped"]) == {
        ("pledge_received", "failed", "recipient_550"),
        ("pledge_received", "skipped", "too_old"),
    }
    assert await ends(rule="pledge_became_hire") == {("pledge_became_hire", "sent", None)}


async def test_no_response_holds_a_name_or_an_address(
    harness: Harness,
    mail_server: MailServer,
    client: httpx.AsyncClient,
    coordinator: dict[str, str],
    taskforce_id: UUID,
) -> None:
    await some_of_each(harness, mail_server, taskforce_id)
    for path in (DELIVERIES, "/notifications"):
        answer = await client.get(path, headers=coordinator | {"accept": "text/html"})
        assert answer.status_code == 200
        assert not any(personal in answer.text for personal in ("example", "Mette", "Bager", "Anne"))


async def test_another_taskforce_sees_nothing_of_it(
    harness: Harness,
    client: httpx.AsyncClient,
    token: Callable[..., str],
    taskforce_id: UUID,
    other_taskforce_id: UUID,
) -> None:
    await harness.consume(pledge(taskforce_id))
    answer = await client.get(DELIVERIES, headers=bearer(token("admin", taskforce_id=other_taskforce_id)))
    assert answer.json() == {"items": [], "next_page_token": None}


@pytest.mark.parametrize("path", [DELIVERIES, "/notifications"])
@pytest.mark.parametrize("role", get_args(Role))
async def test_only_coordinators_and_administrators_may_list_deliveries(
    client: httpx.AsyncClient, token: Callable[..., str], role: Role, path: str
) -> None:
    answer = await client.get(path, headers=bearer(token(role)))
    assert answer.status_code == (200 if role in {"coordinator", "admin"} else 403)


async def test_without_a_session_the_page_leads_to_the_sign_in(client: httpx.AsyncClient) -> None:
    assert (await client.get(DELIVERIES)).status_code == 401
    page = await client.get("/notifications?status=sent", headers={"accept": "text/html"})
    assert page.status_code == 303
    assert page.headers["location"] == "/sign-in?next=%2Fnotifications%3Fstatus%3Dsent"


@pytest.mark.parametrize(
    "params", [{"status": "lost"}, {"rule": "x"}, {"page_size": "0"}, {"page_token": "x"}, {"page_token": "e30"}]
)
async def test_bad_parameters_are_a_problem_that_names_them(
    client: httpx.AsyncClient, coordinator: dict[str, str], params: dict[str, str]
) -> None:
    answer = await client.get(DELIVERIES, params=params, headers=coordinator)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0]["pointer"].startswith(f"?{next(iter(params))}")


async def test_every_route_declares_who_may_call_it(app: FastAPI) -> None:
    assert unclassified_routes(app.routes) == []


async def test_the_page_is_in_both_languages(
    harness: Harness,
    mail_server: MailServer,
    client: httpx.AsyncClient,
    token: Callable[..., str],
    taskforce_id: UUID,
) -> None:
    await some_of_each(harness, mail_server, taskforce_id)
    client.cookies.set(COOKIE, token("coordinator"))
    danish = (await client.get("/notifications", headers={"accept": "text/html"})).text
    assert "Tak til virksomheden" in danish
    assert "Mailserveren afviser modtageren (kode 550)" in danish
    assert "3 småjob, 5–15 timer om ugen" in danish
    english = (await client.get("/notifications?lang=en", headers={"accept": "text/html"})).text
    assert "Thanks to the company" in english
    assert "The mail server refuses the recipient (code 550)" in english


async def test_the_next_page_continues_where_the_first_ended(
    harness: Harness, client: httpx.AsyncClient, coordinator: dict[str, str], taskforce_id: UUID
) -> None:
    await harness.consume(*(pledge(taskforce_id) for _ in range(51)))
    page = await client.get("/notifications?status=waiting", headers=coordinator | {"accept": "text/html"})
    assert page.text.count('class="list-row stacked-row"') == 50
    more = page.text.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
    assert more.startswith("/notifications?status=waiting&page_token=")
    rest = await client.get(more, headers=coordinator | {"accept": "text/html"})
    assert rest.text.count('class="list-row stacked-row"') == 1


@pytest.mark.parametrize(
    "reason",
    [
        "too_old",
        "no_address",
        "bad_address",
        "needs_smtputf8",
        "address_unavailable",
        "server_unreachable",
        "internal_error",
        "recipient_550",
        "message_554",
        "server_421",
    ],
)
def test_every_reason_has_words(reason: str) -> None:
    words = set()
    for language in ("da", "en"):
        with use_language(language, service="notifications"):
            words.add(reason_text(reason))
    assert len(words) == 2
    assert reason not in words


async def test_sign_in_links_are_not_listed(
    harness: Harness, client: httpx.AsyncClient, coordinator: dict[str, str], taskforce_id: UUID
) -> None:
    now = datetime.now(UTC)
    requested = SignInLinkRequested(
        taskforce_id=taskforce_id,
        version=1,
        recorded_at=now,
        request_id=uuid4(),
        person_id=uuid4(),
        expires_at=now + timedelta(minutes=10),
    )
    await harness.consume(requested, pledge(taskforce_id))
    listed = await client.get(DELIVERIES, headers=coordinator)
    assert [one["rule"] for one in listed.json()["items"]] == ["pledge_received"]
    page = await client.get("/notifications", headers=coordinator | {"accept": "text/html"})
    assert page.status_code == 200
    assert str(requested.person_id) not in page.text
