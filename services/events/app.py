"""The web application of the events service."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import structlog

from services.events.calendar.api import attendance as attendance_api
from services.events.calendar.api import events as event_api
from services.events.calendar.api import passes as pass_api
from services.events.calendar.door import api as door_api
from services.events.calendar.door import pages as offline_door_pages
from services.events.calendar.meetings import api as meeting_api
from services.events.calendar.meetings import pages as meeting_pages
from services.events.calendar.meetings.decisions import api as decision_api
from services.events.calendar.meetings.decisions import pages as decision_pages
from services.events.calendar.pages import door as door_pages
from services.events.calendar.pages import events as event_pages
from services.events.calendar.pages import passes as pass_pages
from services.events.calendar.registrations import api as registration_api
from services.events.calendar.registrations import pages as registration_pages
from services.events.identity import well_known
from services.events.identity.account import pages as account_pages
from services.events.identity.administration import api as person_api
from services.events.identity.administration import pages as person_pages
from services.events.identity.api_keys import pages as api_key_pages
from services.events.identity.first_admin import pages as first_admin_pages
from services.events.identity.magic_links import api as magic_link_api
from services.events.identity.magic_links import pages as magic_link_pages
from services.events.identity.magic_links.pages import ANSWER_SECONDS, address_limits
from services.events.identity.magic_links.timing import FixedDelay
from services.events.identity.oidc import pages as oidc_pages
from services.events.identity.oidc.provider import Provider
from services.events.identity.passkeys import pages as passkey_pages
from services.events.identity.passkeys.ceremony import RelyingParty
from services.events.identity.people import api as address_api
from services.events.identity.people import pages as name_pages
from services.events.identity.sessions import pages as session_pages
from services.events.identity.sign_in import pages as sign_in_pages
from services.events.identity.step_up import pages as step_up_pages
from services.events.identity.tokens import api as token_api
from services.events.privacy import pages as privacy_pages
from services.events.privacy.other_services import OtherServicesClient
from services.events.register import api as company_api
from services.events.register import pages as company_pages
from services.events.register.agreements import pages as agreement_pages
from services.events.settings import EventsSettings
from services.events.targets import api as target_api
from services.events.targets import pages as target_pages
from shared.db.database import Database
from shared.http.app import LARGEST_UPLOAD, create_web_app
from shared.product.services import RENEWAL_PATH

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from fastapi import FastAPI

_ROUTES = (
    company_api,
    event_api,
    attendance_api,
    door_api,
    pass_api,
    registration_api,
    meeting_api,
    decision_api,
    target_api,
    person_api,
    address_api,
    name_pages,
    magic_link_api,
    token_api,
    pass_pages,
    event_pages,
    door_pages,
    offline_door_pages,
    registration_pages,
    meeting_pages,
    decision_pages,
    company_pages,
    agreement_pages,
    target_pages,
    api_key_pages,
    person_pages,
    sign_in_pages,
    session_pages,
    account_pages,
    passkey_pages,
    step_up_pages,
    oidc_pages,
    magic_link_pages,
    first_admin_pages,
    privacy_pages,
    well_known,
)
"""Modules with a `router`, in the order in which routes are matched and documented."""

_log = structlog.get_logger(__name__)

_DESCRIPTION = """\
Who takes part and when they meet: the taskforce's companies, employer events and who turned up at them, event
passes, and people with their roles.

Clients choose ids: a repeated request gets the same answer, and something else under an id
that is in use is refused with 409. `Idempotency-Key` is optional for that reason; a key that was used for something
else is refused with 422. Events carry a version in their `ETag`; transitions take `If-Match`.
"""


_TAGS = {
    "events": "Events, from the plan to the end of the evening.",
    "registrations": "Which companies are expected at an event.",
    "attendance": "Which companies have come to an event.",
    "meetings": "Meetings of the taskforce: the agenda, the minutes, and the times of the figures.",
    "decisions": "Decisions of meetings, and what became of them.",
    "passes": "Event passes, with which guests log pledges.",
    "companies": "The register of companies.",
    "targets": "What the taskforce wants to reach.",
    "people": "Accounts and their roles.",
    "token": "Tokens for programs with an API key.",
}


def create_app(settings: EventsSettings | None = None) -> FastAPI:
    """Return the application. Without settings they are read from the environment."""
    settings = settings or EventsSettings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.database = await Database.connect(settings, name="events-app")
        app.state.link_delay = FixedDelay(ANSWER_SECONDS)
        app.state.link_limits = address_limits(settings.rate_limits_times)
        try:
            async with OtherServicesClient(settings) as app.state.others:
                yield
        finally:
            await app.state.link_delay.close()
            await app.state.database.close()

    app = create_web_app(
        title="Tilsagn events",
        service="events",
        settings=settings,
        lifespan=lifespan,
        # A browser with an expired token sends along the body that was meant for another service.
        larger_bodies={RENEWAL_PATH: LARGEST_UPLOAD},
        description=_DESCRIPTION,
        tags=_TAGS,
    )
    app.state.relying_party = RelyingParty.at(settings.public_url)
    app.state.provider = Provider(settings.provider) if settings.provider else None
    if settings.provider and not (settings.provider.acr_values or settings.provider.amr_values):
        _log.warning("provider.strength_not_checked")
    step_up_pages.install(app)
    for routes in _ROUTES:
        app.include_router(routes.router)
    return app
