"""The pledges service's web application."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from services.pledges.imports import pages as import_pages
from services.pledges.intake import pages as intake_pages
from services.pledges.pledges import api
from services.pledges.pledges import pages as pledge_pages
from services.pledges.pledges.guest_access import Intake
from services.pledges.privacy.subjects import SUBJECT_DATA
from services.pledges.queue import pages as queue_pages
from services.pledges.settings import PledgesSettings
from shared.db.database import Database
from shared.http.app import LARGEST_UPLOAD, create_web_app
from shared.privacy.routes import subject_routes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from fastapi import FastAPI

DESCRIPTION = """
Log companies' pledges and confirm the hires that come of them.

Every writing request carries an `Idempotency-Key` of your own making. Repeat it, with the same body, until you have an
answer: a pledge that was answered with 201 exists exactly once, for ever.
"""


def create_app(settings: PledgesSettings | None = None) -> FastAPI:
    """Make the application; without settings they are read from the environment."""
    settings = settings or PledgesSettings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.database = await Database.connect(settings, name="pledges-app")
        intake = await Database.connect(settings, name="pledges-intake", url=settings.intake_database_url)
        app.state.narrow_databases = {"intake": intake}
        app.state.intake_of_people = Intake.of(app.state.database)
        app.state.intake_of_guests = Intake.of(intake)
        try:
            yield
        finally:
            await app.state.database.close()
            await intake.close()

    app = create_web_app(
        title="Tilsagn: pledges",
        service="pledges",
        settings=settings,
        lifespan=lifespan,
        larger_bodies={"/pledges/import": LARGEST_UPLOAD},
        description=DESCRIPTION,
    )
    app.include_router(api.router)
    app.include_router(api.internal)
    for pages in (intake_pages, import_pages, queue_pages, pledge_pages):
        app.include_router(pages.router, include_in_schema=False)
    app.include_router(subject_routes(SUBJECT_DATA))
    return app
