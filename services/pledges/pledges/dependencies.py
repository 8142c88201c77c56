"""What routes need of the application: the database, the settings, the limits of pledges and hires."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.pledges.pledges.domain import Limits

if TYPE_CHECKING:
    from fastapi import Request

    from services.pledges.settings import PledgesSettings
    from shared.db.database import Database


def database(request: Request) -> Database:
    """Return the service's database, as the service's own role."""
    database: Database = request.app.state.database
    return database


def settings(request: Request) -> PledgesSettings:
    """Return the service's settings."""
    settings: PledgesSettings = request.app.state.settings
    return settings


def limits(request: Request) -> Limits:
    """Return what this installation allows."""
    return Limits(settings(request).positions_max, settings(request).weekly_hours_max)
