"""The events service's web application: the register's API and pages, passes, people and sign-in."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import structlog

from services.events import api, pages, refusals, well_known
from services.events.api_keys import pages as api_key_pages
from services.events.api_keys import token
from services.events.people import pages as people_pages
from services.events.people import sign_in
from services.events.people.links import pages as link_pages
from services.events.people.links.pages import ANSWER_SECONDS, asking_for_one
from services.events.people.links.timing import EvenAnswers
from services.events.people.oidc import pages as provider_pages
from services.events.people.oidc.provider import Provider
from services.events.people.passkeys import pages as passkey_pages
from services.events.people.passkeys.ceremony import RelyingParty
from services.events.people.proof import pages as proof_pages
from services.events.people.sessions import pages as session_pages
from services.events.people.setup import pages as setup_pages
from services.events.personal_data import pages as personal_data_pages
from services.events.personal_data.others import Others
from services.events.settings import EventsSettings
from shared.db.database import Database
from shared.http.app import LARGEST_UPLOAD, create_web_app
from shared.http.authentication import RENEWAL

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from fastapi import FastAPI

_log = structlog.get_logger(__name__)

_DESCRIPTION = """\
Who takes part and when they meet: the taskforce's companies, employer events and who turned up at them, event
passes, and people with their roles.

Ids are made by whoever asks: sending the same again is answered the same again, and something else under an id
that is in use is refused with 409. Events carry a version in their `ETag`; transitions take `If-Match`.
"""


def create_app(settings: EventsSettings | None = None) -> FastAPI:
    """Make the application; without settings they are read from the environment."""
    settings = settings or EventsSettings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.database = await Database.connect(settings, name="events-app")
        app.state.link_answers = EvenAnswers(ANSWER_SECONDS)
        app.state.link_limits = asking_for_one(settings.rate_limits_times)
        try:
            async with Others(settings) as app.state.others:
                yield
        finally:
            await app.state.link_answers.close()
            await app.state.database.close()

    app = create_web_app(
        title="Tilsagn events",
        service="events",
        settings=settings,
        lifespan=lifespan,
        # A browser whose token is too old brings along what it was sending to another service.
        larger_bodies={RENEWAL: LARGEST_UPLOAD},
        description=_DESCRIPTION,
    )
    app.state.relying_party = RelyingParty.at(settings.public_url)
    app.state.provider = Provider(settings.provider) if settings.provider else None
    if settings.provider and not (settings.provider.acr_values or settings.provider.amr_values):
        _log.warning("provider.strength_not_asked")
    refusals.install(app)
    proof_pages.install(app)
    app.include_router(api.router)
    app.include_router(token.router)
    app.include_router(pages.router)
    app.include_router(api_key_pages.router)
    app.include_router(people_pages.router)
    app.include_router(sign_in.router)
    app.include_router(session_pages.router)
    app.include_router(passkey_pages.router)
    app.include_router(proof_pages.router)
    app.include_router(provider_pages.router)
    app.include_router(link_pages.router)
    app.include_router(setup_pages.router)
    app.include_router(personal_data_pages.router)
    app.include_router(well_known.router)
    return app
