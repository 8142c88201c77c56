"""Who may see the figures. Every route declares one of these dependencies."""

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
"""Every role of the taskforce's people. Guests with an event pass see only the pledge form."""

Viewer = Annotated[Principal, Depends(require(*VIEWERS))]
"""A person who may see the figures."""
Reporter = Annotated[Principal, Depends(require("coordinator", "caseworker", "admin"))]
"""Who may fetch the half-yearly report: it has small counts of hires, which are persons."""
ApiViewer = Annotated[Principal, Depends(require(*VIEWERS, "figures:read"))]
"""A `Viewer`, or a program whose API key has the scope `figures:read`."""

BoardReleaser = Annotated[Principal, Depends(require("coordinator"))]
"""A person who may release the public board's number."""


def sees_figures(principal: Principal) -> bool:
    """Whether the principal is an `ApiViewer`."""
    return principal.has(*VIEWERS, "figures:read")


def sees_health(principal: Principal) -> bool:
    """Whether the principal may know how many people have left a job for their health.

    Who knows a workplace and the day on which somebody left it could learn from the figures of that day why. So only
    those see it who read hires, too: see `services/pledges`.
    """
    return principal.has("coordinator", "caseworker", "admin")


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


Settings = Annotated[DashboardSettings, Depends(_settings)]
