"""As whom a principal changes hires. Who may call a route is declared at the route."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.pledges.hires.domain import HireEditor

if TYPE_CHECKING:
    from shared.http.auth import Principal


def edits_hires_as(principal: Principal) -> HireEditor:
    """Return as whom the principal changes hires."""
    return HireEditor(principal.person_id, principal.municipality, coordinator=principal.has("coordinator"))
