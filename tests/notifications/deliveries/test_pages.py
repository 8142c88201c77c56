"""The list of mails, and the mails themselves, as a person meets them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from playwright.async_api import expect

from services.notifications.app import create_app
from tests.notifications.messages import hire, pledge, taskforce
from tests.support.axe import assert_accessible
from tests.support.serving import serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from uuid import UUID

    from playwright.async_api import Page

    from services.notifications.settings import NotificationsSettings
    from tests.notifications.conftest import Harness
    from tests.notifications.mail_server import MailServer

    PageAt = Callable[..., Awaitable[Page]]

pytestmark = pytest.mark.browser

OVERFLOW = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest_asyncio.fixture
async def url(notifications_settings: NotificationsSettings) -> AsyncIterator[str]:
    app = create_app(notifications_settings)
    async with app.router.lifespan_context(app), serving(app) as url:
        yield url


@pytest.mark.parametrize("language", ["da", "en"])
async def test_the_list_is_accessible_and_fits_every_width(
    harness: Harness,
    mail_server: MailServer,
    url: str,
    page_at: PageAt,
    token: Callable[..., str],
    taskforce_id: UUID,
    language: str,
) -> None:
    sent, refused, late = pledge(taskforce_id), pledge(taskforce_id), pledge(taskforce_id, ago=timedelta(days=3))
    good_news = hire(taskforce_id)
    harness.set_contact(sent)
    harness.set_contact(refused, email="nobody@firma.example")
    mail_server.recipients["nobody@firma.example"] = "550 Unknown"
    signed_in = {"extra_http_headers": {"authorization": f"Bearer {token('coordinator')}"}}
    small, large = await page_at(320, 640, **signed_in), await page_at(1280, 900, **signed_in)
    await large.goto(f"{url}/notifications?lang={language}")
    await assert_accessible(large)
    await harness.consume(sent, refused, late, good_news)
    async with harness.courier():
        await harness.settled(taskforce_id)
    for page in (small, large):
        await page.goto(f"{url}/notifications?lang={language}")
        assert await page.locator(".list-rows > li").count() == 3
        about = await page.locator(".list-rows > li .list-row-meta a").all_inner_texts()
        assert {text.split()[-1] for text in about} == {
            str(one.pledge_id)[:8].upper() for one in (sent, refused, good_news)
        }
        await assert_accessible(page)
        assert not await page.evaluate(OVERFLOW)
    await large.get_by_role("link", name="ikke sendt" if language == "da" else "not sent").click()
    await expect(large.locator(".list-rows > li")).to_have_count(2)
    await large.get_by_text("ingen mail sendes" if language == "da" else "no mail is sent").click()
    await large.get_by_role("link", name="Vis historikken" if language == "da" else "Show the history").click()
    await expect(large.locator(".list-rows > li")).to_have_count(1)


async def test_mails_are_accessible_fit_a_phone_and_fetch_nothing(
    harness: Harness,
    mail_server: MailServer,
    page_at: PageAt,
    taskforce_id: UUID,
) -> None:
    thanks, news = pledge(taskforce_id, job_type="loentilskud"), hire(taskforce_id)
    harness.set_contact(thanks, company="Fjordens" * 12)
    harness.set_logger(news, name="Annegrethes" * 9)
    await harness.consume(taskforce(taskforce_id, "Taskforcen" * 12), thanks, news)
    async with harness.courier():
        await harness.settled(taskforce_id)
    page = await page_at(320, 640)
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    for mail in mail_server.accepted:
        await page.set_content(mail.text("html"))
        await assert_accessible(page, ignore=MAIL)
        assert not await page.evaluate(OVERFLOW)
    assert len(mail_server.accepted) == 2
    assert requested == []


MAIL = ("region", "landmark-one-main")
"""A mail has no landmarks: the program that shows it has its own."""
