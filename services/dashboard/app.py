"""The dashboard's web application: figures, pages, streams and the public board."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from services.dashboard.board import pages as board
from services.dashboard.board import staff_pages as board_of_staff
from services.dashboard.board.public_figure import PublicFigures
from services.dashboard.board.schedule import schedule_of
from services.dashboard.board.store import CHANNEL as RELEASES
from services.dashboard.bridge import api as bridge_api
from services.dashboard.bridge import pages as bridge_pages
from services.dashboard.exports import pages as exports
from services.dashboard.lists import api as lists_api
from services.dashboard.lists import pages as lists_pages
from services.dashboard.meeting import evening, projector
from services.dashboard.meeting import pages as meetings
from services.dashboard.overview import api, pages
from services.dashboard.pack import pages as pack
from services.dashboard.privacy.subjects import SUBJECT_DATA
from services.dashboard.read_model.projections import CHANNEL
from services.dashboard.settings import DashboardSettings
from services.dashboard.targets import api as target_api
from services.dashboard.targets import pages as target_pages
from shared.db.database import Database, listen
from shared.http.app import create_web_app
from shared.http.streams import Changes, StreamLimits
from shared.privacy.routes import subject_routes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from fastapi import FastAPI

_PLANS = {"plan_cache_mode": "force_custom_plan"}
"""Every statement is planned for its own days and moments. PostgreSQL may keep one plan for any of them, by which a
bridge between two moments reads every pledge and hire."""
_DESCRIPTION = """\
What has been pledged and what became of it: the taskforce's figures, as of any day and as known at any moment.

Job types are never added together: every figure is one number for each of them. Figures are read models, made from
what the other services have published, usually within a tenth of a second.
"""


def create_app(settings: DashboardSettings | None = None) -> FastAPI:
    """Make the application; without settings they are read from the environment."""
    settings = settings or DashboardSettings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        database = await Database.connect(settings, name="dashboard-app", server_settings=_PLANS)
        limits = StreamLimits(
            members=settings.streams,
            boards=settings.board_streams,
            account=settings.streams_per_account,
            address=settings.streams_per_address,
        )
        changes = Changes(limits)
        board_changes = Changes(limits)
        app.state.database = database
        app.state.changes = changes
        app.state.board_changes = board_changes
        app.state.before_shutdown = [changes.close, board_changes.close]
        app.state.public_figures = PublicFigures(database, board_changes, schedule_of(settings))
        tasks = [
            asyncio.create_task(
                changes.follow(listen(settings, CHANNEL, name="dashboard-listen")), name="dashboard listen"
            ),
            asyncio.create_task(changes.watch_the_day(), name="dashboard midnight"),
            asyncio.create_task(
                board_changes.follow(listen(settings, RELEASES, name="dashboard-listen")), name="dashboard releases"
            ),
        ]
        try:
            yield
        finally:
            changes.close()
            board_changes.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await database.close()

    app = create_web_app(
        title="Tilsagn dashboard",
        service="dashboard",
        settings=settings,
        lifespan=lifespan,
        description=_DESCRIPTION,
        tags={"figures": "The figures, what they mean, and when to read them again."},
    )
    # Before the pages of lists, whose path would take the ending as a part of the measure's code.
    app.include_router(exports.router)
    app.include_router(api.router)
    app.include_router(board.router)
    app.include_router(board_of_staff.router)
    app.include_router(pages.router)
    app.include_router(bridge_api.router)
    app.include_router(bridge_pages.router)
    app.include_router(lists_api.router)
    app.include_router(lists_pages.router)
    app.include_router(target_api.router)
    app.include_router(target_pages.router)
    app.include_router(evening.router)
    app.include_router(meetings.router)
    app.include_router(projector.router)
    app.include_router(pack.router)
    app.include_router(subject_routes(SUBJECT_DATA))
    return app
