"""What routes need of the application's settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.pledges.pledges.domain import Limits
from services.pledges.pledges.lapsing import LapseRules

if TYPE_CHECKING:
    from fastapi import Request

    from services.pledges.settings import PledgesSettings


def settings(request: Request) -> PledgesSettings:
    """Return the service's settings."""
    settings: PledgesSettings = request.app.state.settings
    return settings


def limits(request: Request) -> Limits:
    """Return what this installation allows of a pledge and a hire."""
    chosen = settings(request)
    return Limits(
        positions=chosen.positions_max,
        weekly_hours=chosen.weekly_hours_max,
        pass_positions=chosen.pass_positions_max,
        guest_positions=chosen.guest_positions_max,
    )


def lapse_rules(request: Request) -> LapseRules:
    """Return when pledges lapse in this installation."""
    chosen = settings(request)
    return LapseRules(after=chosen.lapse_after_days, warning=chosen.lapse_warning_days)
