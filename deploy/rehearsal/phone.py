"""One phone of the evening: a browser of its own, which types what a person would type and reads what the page says."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Protocol

from playwright.async_api import expect

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Page

    from deploy.rehearsal.plan import TypedPledge

DEVICE: Final[dict[str, Any]] = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
    "locale": "da-DK",
}
"""Playwright's options for a context."""
NEW_PLEDGE: Final = "/pledges/new"
_PATIENCE_MS: Final = 30_000


class Link(Protocol):
    """A phone's link to the network."""

    async def cut(self) -> None:
        """Take the network away."""

    async def heal(self) -> None:
        """Bring it back."""


class BrowserLink:
    """A link that the browser itself takes away: every request fails at once."""

    def __init__(self, context: BrowserContext) -> None:
        self._context = context

    async def cut(self) -> None:
        """Take the network away."""
        await self._context.set_offline(True)

    async def heal(self) -> None:
        """Bring it back."""
        await self._context.set_offline(False)


@dataclass
class Phone:
    """A phone at the event.

    Attributes:
        number: from 1.
        origin: the origin by which the phone reaches the installation.
        typed: what was typed on it, with the time.
    """

    number: int
    origin: str
    context: BrowserContext
    page: Page
    typed: list[tuple[TypedPledge, datetime]] = field(default_factory=list)

    @classmethod
    async def switch_on(cls, browser: Browser, number: int, origin: str) -> Phone:
        """Return a phone with a fresh browser profile."""
        context = await browser.new_context(**DEVICE)
        return cls(number, origin, context, await context.new_page())

    async def scan(self, pass_path: str) -> None:
        """Open the event's pass, as its QR code does, and wait until the intake works without a network.

        Args:
            pass_path: the path of the pass's link.
        """
        await self.page.goto(f"{self.origin}{pass_path}")
        await self.page.evaluate("navigator.serviceWorker.ready.then(() => true)")

    async def practise(self) -> None:
        """Open the intake for practice: what is typed never counts."""
        await self.page.goto(f"{self.origin}{NEW_PLEDGE}?practice=true")

    async def type(self, pledge: TypedPledge) -> None:
        """Fill in the form and press the button. Returns when the page has taken the pledge."""
        page = self.page
        await page.locator("[name='company.name']").fill(pledge.company.name)
        await page.locator("[name=positions]").fill(str(pledge.positions))
        await page.locator(f"[name=hours][value='{pledge.hours}']").check(force=True)
        if pledge.own_hours is not None:
            await page.locator("[name='own.start']").fill(pledge.own_hours[0])
            await page.locator("[name='own.to']").fill(pledge.own_hours[1])
        await page.locator("[name='contact.name']").fill(pledge.contact_name)
        await page.locator("[name='contact.phone']").fill(pledge.contact_phone or "")
        await page.locator("[name='contact.email']").fill(pledge.contact_email or "")
        for task in pledge.tasks:
            await page.locator(f"[name=tasks][value='{task}']").check(force=True)
        await page.locator(f"[name=job_type][value='{pledge.job_type}']").check(force=True)
        self.typed.append((pledge, datetime.now(UTC)))
        await page.get_by_role("button", name="Send tilsagnet").click()
        await expect(page.locator("[name='company.name']")).to_have_value("", timeout=_PATIENCE_MS)

    async def reopen(self, context: BrowserContext) -> None:
        """Open the intake in another context of the same profile, with or without a network."""
        self.context = context
        self.page = await context.new_page()
        await self.page.goto(f"{self.origin}{NEW_PLEDGE}")

    async def switch_off(self) -> None:
        """Close the browser profile."""
        await self.context.close()
