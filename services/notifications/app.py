"""The notifications service's web application: the list of deliveries, as page and as JSON."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from services.notifications.deliveries import api, pages
from services.notifications.privacy.subjects import SUBJECT_DATA
from services.notifications.settings import NotificationsSettings
from shared.db.database import Database
from shared.http.app import create_web_app
from shared.privacy.routes import subject_routes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from fastapi import FastAPI

_DESCRIPTION = """\
Which notices were sent to the taskforce's people and companies, when, and why others were not. The texts of mails,
names and addresses are not stored.
"""


def create_app(settings: NotificationsSettings | None = None) -> FastAPI:
    """Make the application; without settings they are read from the environment."""
    settings = settings or NotificationsSettings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.database = await Database.connect(settings, name="notifications-app")
        try:
            yield
        finally:
            await app.state.database.close()

    app = create_web_app(
        title="Tilsagn notifications",
        service="notifications",
        settings=settings,
        lifespan=lifespan,
        description=_DESCRIPTION,
        tags={"deliveries": "The mails that were sent, and when."},
    )
    app.include_router(api.router)
    app.include_router(pages.router)
    app.include_router(subject_routes(SUBJECT_DATA))
    return app
