"""As whom a principal changes hires. Who may call a route is declared at the route."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from services.pledges.hires.domain import HireEditor
from shared.http.auth import Principal, require

HireRevoker = Annotated[Principal, Depends(require("caseworker", "coordinator"))]


def edits_hires_as(principal: Principal) -> HireEditor:
    """Return as whom the principal changes hires."""
    return HireEditor(principal.person_id, principal.municipality, coordinator=principal.has("coordinator"))
