"""The accessibility check of the browser tests reports a violation by name, and skips the ignored rules."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.support.axe import assert_accessible

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Page, Route

pytestmark = pytest.mark.browser


async def test_a_violation_fails_with_the_rule_and_the_element(page_at: Callable[..., Awaitable[Page]]) -> None:
    page = await page_at()
    image = '<img id="logo" src="data:,">'
    await page.set_content(f'<html lang="en"><title>A page</title><main><h1>A page</h1>{image}</main></html>')
    for _again in range(2):
        with pytest.raises(AssertionError, match=r"image-alt \(critical\).*\n +#logo"):
            await assert_accessible(page)
    await assert_accessible(page, ignore=("image-alt",))


@pytest.mark.parametrize("leads_to", ["another page", "itself"])
async def test_a_page_that_is_replaced_while_it_is_checked_is_not_taken_for_the_next_one(
    page_at: Callable[..., Awaitable[Page]], leads_to: str
) -> None:
    page = await page_at()
    leaving = "<script>axe = {run: () => { location = '/next'; return new Promise(() => {}); }}</script>"
    image = '<img id="logo" src="data:,">'
    pages = {
        "/first": leaving,
        "/next": leaving if leads_to == "itself" else image,
    }

    async def answer(route: Route) -> None:
        body = pages[urlsplit(route.request.url).path]
        html = f'<!doctype html><html lang="en"><title>A page</title><main><h1>A page</h1>{body}</main></html>'
        await route.fulfill(content_type="text/html", body=html)

    await page.route("**", answer)
    await page.goto("http://localhost/first")
    expected = (
        r"/next was replaced each time"
        if leads_to == "itself"
        else r"/next has accessibility violations.*\n.*image-alt"
    )
    with pytest.raises(AssertionError, match=expected):
        await assert_accessible(page)
