"""Who may do what in the register. Every route names one of these or `shared.http.auth.public`; nothing else passes."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Depends, Request

from services.events.settings import EventsSettings
from shared.db.database import Database
from shared.http.auth import Principal, proven, public, require, require_service, somebody
from shared.http.policy import EVERYBODYS, NOTHING, OF_THE_TASKFORCE, OWN, Thing

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

AnyPerson = Annotated[Principal, Depends(somebody)]
"""Sees and changes their own account, whatever their roles."""

ProvenAdministrator = Annotated[Principal, Depends(proven(require("admin")))]
"""Changes who may do what: people, their roles, and keys of programs."""

ProvenPerson = Annotated[Principal, Depends(proven(somebody))]
"""Changes how they sign in, and where they are signed in."""

EVENT: Final = Thing(
    "event",
    by_role={"coordinator": OF_THE_TASKFORCE | {"draft"}, "admin": OF_THE_TASKFORCE | {"draft"}},
)
CHECK_IN: Final = Thing("who has come", of=EVENT, by_role={"caseworker": NOTHING, "facilitator": NOTHING})
COMPANY: Final = Thing("company")
PERSON: Final = Thing("person")
SUBJECT: Final = Thing("somebody whose data are held")
ERASURE_ORDER: Final = Thing("order to erase somebody")
ERASURE: Final = Thing("line of the ledger of erasures")
DEADLINES: Final = Thing("what is past its deadline")
SESSION: Final = Thing("session", own="of the person who asks", reach=OWN)
PASSKEY: Final = Thing("passkey", own="of the person who asks", reach=OWN)
LINK_REQUEST: Final = Thing("link that was asked for")
LINK: Final = Thing("link to sign in with", reach=EVERYBODYS)
"""The code of one: whoever has it may use it, in the browser in which it was asked for."""
SETUP: Final = Thing("first administrator's link", reach=EVERYBODYS)
"""The code of one: whoever has it may use it."""
API_KEY: Final = Thing("API key")
PASS: Final = Thing("event pass", reach=EVERYBODYS)
"""The code of one: whoever has it may use it."""

Anybody = Annotated[Principal | None, Depends(public)]


async def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


async def _settings(request: Request) -> EventsSettings:
    settings: EventsSettings = request.app.state.settings
    return settings


Db = Annotated[Database, Depends(_database)]
Settings = Annotated[EventsSettings, Depends(_settings)]
