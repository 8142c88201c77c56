"""The accessibility check of the browser tests sees a violation, names it, and leaves out what it is told to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.axe import assert_accessible

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Page

pytestmark = pytest.mark.browser


async def test_a_violation_fails_with_the_rule_and_the_element(page_at: Callable[..., Awaitable[Page]]) -> None:
    page = await page_at()
    image = '<img id="logo" src="data:,">'
    await page.set_content(f'<html lang="en"><title>A page</title><main><h1>A page</h1>{image}</main></html>')
    for _again in range(2):
        with pytest.raises(AssertionError, match=r"image-alt \(critical\).*\n +#logo"):
            await assert_accessible(page)
    await assert_accessible(page, ignore=("image-alt",))
