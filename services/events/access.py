"""Who may do what in the register. Every route names one of these or `shared.http.auth.public`; nothing else passes."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Depends, Request

from services.events.settings import EventsSettings
from shared.http.auth import Principal, require, require_service, stepped_up
from shared.http.policy import ALL_TASKFORCES, NOTHING, OF_THE_TASKFORCE, OWN, Resource

Planner = Annotated[Principal, Depends(require("coordinator", "admin"))]
"""Plans events, registers companies, hands out and revokes passes."""


def plans(principal: Principal) -> bool:
    """Whether they are a `Planner`: only those see drafts."""
    return principal.has("coordinator", "admin")


def keeps_door(principal: Principal) -> bool:
    """Whether they are a `DoorKeeper`: only those see who has come."""
    return principal.has("member", "coordinator", "admin")


DoorKeeper = Annotated[Principal, Depends(require("member", "coordinator", "admin"))]
"""Checks companies in, and looks them up for that."""

EventReader = Annotated[Principal, Depends(require("member", "coordinator", "caseworker", "facilitator", "admin"))]
"""Sees when the taskforce meets, but for drafts."""

EventApiReader = Annotated[
    Principal, Depends(require("member", "coordinator", "caseworker", "facilitator", "admin", "events:read"))
]
"""The same, and programs with a key for it."""

CompanyReader = Annotated[Principal, Depends(require("member", "coordinator", "caseworker", "admin"))]
"""Sees the register of companies, names of personally owned ones included."""

Administrator = Annotated[Principal, Depends(require("admin"))]
"""Sees and adds people."""

Overseer = Annotated[Principal, Depends(require("admin", "auditor"))]
"""Sees that data are deleted in time, and what was erased; whose they were is in neither."""

Courier = Annotated[Principal, Depends(require_service("notifications"))]
"""The service that writes the mails, never a person."""

SteppedUpAdministrator = Annotated[Principal, Depends(stepped_up(require("admin")))]
"""Changes who may do what: people, their roles, and keys of programs."""

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
LINK: Final = Resource("link to sign in with", reach=ALL_TASKFORCES)
"""The code of one: whoever has it may use it, in the browser in which it was asked for."""
SETUP: Final = Resource("first administrator's link", reach=ALL_TASKFORCES)
"""The code of one: whoever has it may use it."""
API_KEY: Final = Resource("API key")
PASS: Final = Resource("event pass", reach=ALL_TASKFORCES)
"""The code of one: whoever has it may use it."""


async def _settings(request: Request) -> EventsSettings:
    settings: EventsSettings = request.app.state.settings
    return settings


Settings = Annotated[EventsSettings, Depends(_settings)]
