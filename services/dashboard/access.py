"""Who may see the figures, and how a route gets what it needs of the running app."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from fastapi import Depends, Request

from services.dashboard.settings import DashboardSettings
from shared.http.auth import Principal, require
from shared.http.policy import ALL_TASKFORCES, NOTHING, Resource
from shared.product.roles import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

VIEWERS: Sequence[Role] = ("member", "coordinator", "caseworker", "facilitator", "admin", "auditor")
"""Everybody of the taskforce. A guest with an event pass sees nothing but the form they came for."""

Viewer = Annotated[Principal, Depends(require(*VIEWERS))]
"""Sees the figures."""
ApiViewer = Annotated[Principal, Depends(require(*VIEWERS, "figures:read"))]
"""The same, and programs with a key for it."""


def sees_figures(principal: Principal) -> bool:
    """Whether they are an `ApiViewer`."""
    return principal.has(*VIEWERS, "figures:read")


FIGURES: Final = Resource(
    "figures",
    by_role={
        "event_pass": NOTHING,
        "service": NOTHING,
        "events:read": NOTHING,
        "pledges:read": NOTHING,
        "nobody": NOTHING,
    },
)
BOARD: Final = Resource("public board", reach=ALL_TASKFORCES)


async def _settings(request: Request) -> DashboardSettings:
    settings: DashboardSettings = request.app.state.settings
    return settings


TheSettings = Annotated[DashboardSettings, Depends(_settings)]
