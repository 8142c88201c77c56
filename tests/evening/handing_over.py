"""A phone that has no network hands its pledge over to another one by a QR code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.async_api import expect

from tests.support.camera import hold_over

if TYPE_CHECKING:
    from deploy.rehearsal.phone import Phone
    from deploy.rehearsal.plan import TypedPledge

_PATIENCE_MS = 60_000


async def hand_over(giving: Phone, taking: Phone, pledge: TypedPledge) -> None:
    """Type a pledge on one phone, and take it over with the other. Returns when the other one has got its receipt.

    Args:
        giving: has no network.
        taking: has one, and a camera (`tests.support.camera`).
    """
    await giving.type(pledge)
    await giving.page.get_by_role("button", name=f"Overdrag: {pledge.company.name}").first.click()
    await taking.page.get_by_role("button", name="Hent fra en anden telefon").click()
    await hold_over(taking.page, giving.page.get_by_role("img", name="Kode 1 af 1"))
    await expect(taking.page.get_by_text("1 tilsagn er hentet.")).to_be_visible(timeout=_PATIENCE_MS)
    await taking.page.get_by_role("dialog").get_by_role("button", name="Luk").click()
    await giving.page.get_by_role("button", name="Den anden telefon har det").click()
