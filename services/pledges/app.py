"""The pledges service's web application."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from services.pledges.batch_grid import pages as batch_grid_pages
from services.pledges.call_list import api as call_list_api
from services.pledges.call_list import pages as call_list_pages
from services.pledges.catalogue import pages as catalogue_pages
from services.pledges.companies import pages as companies_pages
from services.pledges.companies.outreach import list_pages as outreach_list_pages
from services.pledges.companies.outreach import pages as outreach_pages
from services.pledges.company_page import adjustment_pages
from services.pledges.company_page import api as company_page_api
from services.pledges.company_page import pages as company_page_pages
from services.pledges.company_page import staff_pages as company_page_staff_pages
from services.pledges.consumer import CHANNEL
from services.pledges.corrections import api as corrections_api
from services.pledges.corrections import pages as corrections_pages
from services.pledges.duplicates import api as duplicates_api
from services.pledges.duplicates import pages as duplicates_pages
from services.pledges.evening import api as evening_api
from services.pledges.evening import pages as evening_pages
from services.pledges.hires import api as hires_api
from services.pledges.hires import pages as hires_pages
from services.pledges.hour_rules import api as hour_rules_api
from services.pledges.hour_rules import pages as hour_rules_pages
from services.pledges.hour_rules import rule_pages as hour_rules_rule_pages
from services.pledges.imports import pages as imports_pages
from services.pledges.imports.hires import pages as imports_hires_pages
from services.pledges.imports.participants import pages as imports_participants_pages
from services.pledges.intake import api as intake_api
from services.pledges.intake import guest_pages, shell_pages
from services.pledges.intake import pages as intake_pages
from services.pledges.mails import pages as mails_pages
from services.pledges.matching import api as matching_api
from services.pledges.matching import pages as matching_pages
from services.pledges.participants import api as participants_api
from services.pledges.participants import editing_pages as participants_editing_pages
from services.pledges.participants import pages as participants_pages
from services.pledges.participants import target_group_pages
from services.pledges.participants.access import connect_with_sight_of_all
from services.pledges.participants.found_jobs import pages as found_job_pages
from services.pledges.participants.profile_cards import own_pages, public_pages
from services.pledges.participants.profile_cards import staff_pages as profile_card_pages
from services.pledges.pledges import api as pledges_api
from services.pledges.pledges import pages as pledges_pages
from services.pledges.pledges.guest_access import Intake
from services.pledges.positions import api as positions_api
from services.pledges.positions import pages as positions_pages
from services.pledges.privacy.subjects import SUBJECT_DATA
from services.pledges.queue import api as queue_api
from services.pledges.queue import note_pages as queue_note_pages
from services.pledges.queue import pages as queue_pages
from services.pledges.queue import search_pages as queue_search_pages
from services.pledges.settings import PledgesSettings
from services.pledges.withdrawals import api as withdrawals_api
from services.pledges.withdrawals import pages as withdrawals_pages
from shared.db.database import OUTBOX_CHANNEL, Database, listen
from shared.http.app import LARGEST_UPLOAD, create_web_app
from shared.http.streams import Changes, StreamLimits
from shared.privacy.routes import subject_routes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from fastapi import FastAPI

DESCRIPTION = """
Log companies' pledges and confirm the hires that come from them.

Every writing request carries an `Idempotency-Key` of your own making. Repeat it, with the same body, until you have an
answer: a pledge that was answered with 201 exists exactly once, for ever.
"""

_PHOTOS_AT_ONCE = 2
"""Photos that are decoded at the same time, each with up to 200 MB."""


def create_app(settings: PledgesSettings | None = None) -> FastAPI:
    """Return the application. Without settings they are read from the environment."""
    settings = settings or PledgesSettings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.database = await Database.connect(settings, name="pledges-app")
        intake = await Database.connect(settings, name="pledges-intake", url=settings.intake_database_url)
        participants = await Database.connect(
            settings, name="pledges-participants", url=settings.participants_database_url
        )
        app.state.participants_database = participants
        everybody = await connect_with_sight_of_all(settings, name="pledges-privacy")
        app.state.subjects_database = everybody
        app.state.other_databases = {"intake": intake, "participants": participants}
        app.state.intake_for_people = Intake.of(app.state.database)
        app.state.intake_for_guests = Intake.of(intake)
        # What the app has changed wakes the relay; what the worker has been told of events has a channel of its own.
        changes = Changes(
            StreamLimits(
                members=settings.streams,
                boards=settings.streams,
                account=settings.streams_per_account,
                address=settings.streams_per_address,
            )
        )
        app.state.changes = changes
        app.state.photo_slots = asyncio.Semaphore(_PHOTOS_AT_ONCE)
        app.state.before_shutdown = [changes.close]
        tasks = [
            asyncio.create_task(changes.follow(listen(settings, channel, name=f"pledges-listen-{channel}")))
            for channel in (OUTBOX_CHANNEL, CHANNEL)
        ]
        try:
            yield
        finally:
            changes.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await app.state.database.close()
            await intake.close()
            await participants.close()
            await everybody.close()

    app = create_web_app(
        title="Tilsagn: pledges",
        service="pledges",
        settings=settings,
        lifespan=lifespan,
        larger_bodies={
            "/pledges/import": LARGEST_UPLOAD,
            "/participants/import": LARGEST_UPLOAD,
            "/participants/photos/": LARGEST_UPLOAD,
        },
        description=DESCRIPTION,
        tags={"pledges": "Pledges, their positions, and the hires that come of them."},
    )
    for routes in (
        intake_api,
        evening_api,
        pledges_api,
        corrections_api,
        withdrawals_api,
        positions_api,
        duplicates_api,
        hires_api,
        hour_rules_api,
        participants_api,
        queue_api,
        matching_api,
    ):
        app.include_router(routes.router)
    app.include_router(pledges_api.internal)
    app.include_router(call_list_api.router)
    app.include_router(company_page_api.router)
    for pages in (
        guest_pages,
        shell_pages,
        intake_pages,
        batch_grid_pages,
        evening_pages,
        imports_pages,
        imports_hires_pages,
        imports_participants_pages,
        queue_pages,
        queue_note_pages,
        queue_search_pages,
        call_list_pages,
        catalogue_pages,
        companies_pages,
        adjustment_pages,
        company_page_pages,
        company_page_staff_pages,
        outreach_list_pages,
        outreach_pages,
        mails_pages,
        hires_pages,
        participants_pages,
        found_job_pages,
        participants_editing_pages,
        target_group_pages,
        hour_rules_rule_pages,
        hour_rules_pages,
        profile_card_pages,
        own_pages,
        public_pages,
        matching_pages,
        duplicates_pages,
        corrections_pages,
        withdrawals_pages,
        positions_pages,
        pledges_pages,
    ):
        app.include_router(pages.router)
    app.include_router(subject_routes(SUBJECT_DATA))
    return app
