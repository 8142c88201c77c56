"""A phone's camera for tests in Chromium."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

CAMERA: Final = """
navigator.mediaDevices.getUserMedia = async () => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 640 });
  const context = canvas.getContext("2d");
  const stream = canvas.captureStream();
  setInterval(() => {
    context.fillRect(0, 0, 640, 640);
    if (window.seen) context.drawImage(window.seen, 60, 60, 520, 520);
  }, 50);
  return stream;
};
"""
"""A script for `Page.add_init_script`: the camera sees what it was last held over."""


async def hold_over(page: Page, what: Locator) -> None:
    """Hold the page's camera over something that another page shows."""
    picture = f"data:image/png;base64,{b64encode(await what.screenshot()).decode()}"
    await page.evaluate("(src) => (window.seen = Object.assign(new Image(), { src })) && undefined", picture)
