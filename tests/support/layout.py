"""The screens that pages are shown on, and whether a page fits them: `await assert_fits(page)`.

The behaviour of a page is tested on one screen. Only the layout depends on the screen and is checked on each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.support.axe import assert_accessible

if TYPE_CHECKING:
    from playwright.async_api import Page

NARROW: Final = (320, 700)
PHONE: Final = (390, 844)
TABLET: Final = (768, 1024)
DESKTOP: Final = (1280, 900)
"""Width and height in CSS pixels: `await page_at(*PHONE)`."""


async def assert_no_sideways_scrolling(page: Page, *screens: tuple[int, int]) -> None:
    """Fail if the page in its present state is wider than one of the screens. The screen of the page stays the same."""
    present = page.viewport_size
    assert present is not None
    for width, height in screens:
        await page.set_viewport_size({"width": width, "height": height})
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, f"{page.url} at {width} pixels"
    await page.set_viewport_size(present)


async def assert_fits(page: Page, *screens: tuple[int, int]) -> None:
    """Fail if the page in its present state is not accessible, or wider than a screen: a phone's or a desktop's."""
    await assert_accessible(page)
    await assert_no_sideways_scrolling(page, *(screens or (PHONE, DESKTOP)))
