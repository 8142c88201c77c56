"""Access to every route of the service: who may call it, and which resources it concerns.

Every route names one of these dependencies; a route without one is refused at start.
"""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Depends, Request

from services.events.settings import EventsSettings
from shared.http.auth import Principal, require, require_service, stepped_up
from shared.http.policy import ALL_TASKFORCES, NOTHING, OF_THE_TASKFORCE, OWN, Resource

Planner = Annotated[Principal, Depends(require("coordinator", "admin"))]
"""Plans events, registers companies, issues and revokes passes."""


def is_planner(principal: Principal) -> bool:
    """Whether the principal is a `Planner`. Only planners see drafts."""
    return principal.has("coordinator", "admin")


def is_door_keeper(principal: Principal) -> bool:
    """Whether the principal is a `DoorKeeper`. Only door keepers see check-ins."""
    return principal.has("member", "coordinator", "admin")


DoorKeeper = Annotated[Principal, Depends(require("member", "coordinator", "admin"))]
"""Checks companies in, and searches the register for that."""

EventReader = Annotated[Principal, Depends(require("member", "coordinator", "caseworker", "facilitator", "admin"))]
"""Reads events, except drafts."""

EventApiReader = Annotated[
    Principal, Depends(require("member", "coordinator", "caseworker", "facilitator", "admin", "events:read"))
]
"""The same, and programs whose key has the scope."""

CompanyReader = Annotated[Principal, Depends(require("member", "coordinator", "caseworker", "admin"))]
"""Reads companies, including the names of personally owned ones."""

Administrator = Annotated[Principal, Depends(require("admin"))]
"""Reads and adds people."""

Overseer = Annotated[Principal, Depends(require("admin", "auditor"))]
"""Reads deadlines and the log of erasures. Neither shows whose data it was."""

NotificationsService = Annotated[Principal, Depends(require_service("notifications"))]
"""The notifications service, never a person."""

SteppedUpAdministrator = Annotated[Principal, Depends(stepped_up(require("admin")))]
"""Changes people, their roles and API keys. Needs step-up."""

EVENT: Final = Resource(
    "event",
    by_role={"coordinator": OF_THE_TASKFORCE | {"draft"}, "admin": OF_THE_TASKFORCE | {"draft"}},
)
CHECK_IN: Final = Resource("who has come", of=EVENT, by_role={"caseworker": NOTHING, "facilitator": NOTHING})
COMPANY: Final = Resource("company")
PERSON: Final = Resource("person")
SUBJECT: Final = Resource("somebody whose data are held")
ERASURE_ORDER: Final = Resource("order to erase somebody")
ERASURE: Final = Resource("line of the ledger of erasures")
DEADLINES: Final = Resource("what is past its deadline")
SESSION: Final = Resource("session", own="of the person who asks", reach=OWN)
PASSKEY: Final = Resource("passkey", own="of the person who asks", reach=OWN)
LINK_REQUEST: Final = Resource("link that was asked for")
MAGIC_LINK: Final = Resource("link to sign in with", reach=ALL_TASKFORCES)
"""A magic link's code: valid for anybody who has it, in the browser that requested it."""
FIRST_ADMIN_LINK: Final = Resource("first administrator's link", reach=ALL_TASKFORCES)
"""The code of the first administrator's link: valid for anybody who has it."""
API_KEY: Final = Resource("API key")
PASS: Final = Resource("event pass", reach=ALL_TASKFORCES)
"""An event pass: valid for anybody who has it."""


async def _settings(request: Request) -> EventsSettings:
    settings: EventsSettings = request.app.state.settings
    return settings


Settings = Annotated[EventsSettings, Depends(_settings)]
