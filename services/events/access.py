"""The service's access rules: dependencies that say who may call a route, and the resources that routes concern.

Every route names one of these dependencies; a route without one is refused at start.
"""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Depends, Request

from services.events.settings import EventsSettings
from shared.http.auth import Principal, require, require_service, stepped_up
from shared.http.policy import ALL_TASKFORCES, NOTHING, OF_THE_TASKFORCE, OWN, Resource

Planner = Annotated[Principal, Depends(require("coordinator", "admin"))]
"""Plans events, registers companies, issues and revokes passes, sets targets."""


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
"""An `EventReader`, or a program whose API key has the scope `events:read`."""

CompanyReader = Annotated[Principal, Depends(require("member", "coordinator", "caseworker", "admin"))]
"""Reads companies, including the names of personally owned ones."""

AgreementMaker = Annotated[Principal, Depends(require("coordinator", "caseworker", "admin"))]
"""Makes standing agreements with companies."""


def opens_companies(principal: Principal) -> bool:
    """Whether the principal may open the page of a company, which the pledges service has for the staff."""
    return principal.has("coordinator", "caseworker", "admin")


TargetReader = Annotated[
    Principal, Depends(require("member", "coordinator", "caseworker", "facilitator", "admin", "auditor"))
]
"""Reads targets. A `Planner` sets them."""

ColleagueReader = Annotated[Principal, Depends(require("coordinator", "caseworker", "admin"))]
"""Reads the names of the people who use the product, nothing else of them."""

Administrator = Annotated[Principal, Depends(require("admin"))]
"""Reads and adds people."""

Overseer = Annotated[Principal, Depends(require("admin", "auditor"))]
"""Reads overdue deletions and the erasure ledger. Neither shows whose data it is."""

NotificationsService = Annotated[Principal, Depends(require_service("notifications"))]
"""The notifications service, never a person."""

DashboardService = Annotated[Principal, Depends(require_service("dashboard"))]
"""The dashboard service, never a person."""

SteppedUpAdministrator = Annotated[Principal, Depends(stepped_up(require("admin")))]
"""Changes people, their roles and API keys. Needs step-up."""

EVENT: Final = Resource(
    "event",
    by_role={"coordinator": OF_THE_TASKFORCE | {"draft"}, "admin": OF_THE_TASKFORCE | {"draft"}},
)
CHECK_IN: Final = Resource("check-in", of=EVENT, by_role={"caseworker": NOTHING, "facilitator": NOTHING})
REGISTRATION: Final = Resource("registration", of=EVENT, by_role={"caseworker": NOTHING, "facilitator": NOTHING})
DECISION: Final = Resource("decision")
OWN_DECISION: Final = Resource(
    "decision to carry out",
    own="for which the caller is responsible",
    reach=OWN,
    by_role={"coordinator": OF_THE_TASKFORCE, "admin": OF_THE_TASKFORCE},
)
"""A decision, for whoever reports that it is done."""
INVITATION: Final = Resource("invitation", reach=ALL_TASKFORCES)
"""The code of a company's invitation: whoever has it reads the event's public facts."""
COMPANY: Final = Resource("company")
TARGET: Final = Resource("target")
PERSON: Final = Resource("person")
SUBJECT: Final = Resource("data subject")
ERASURE_ORDER: Final = Resource("erasure order")
ERASURE: Final = Resource("erasure ledger entry")
DEADLINES: Final = Resource("overdue deletion")
SESSION: Final = Resource("session", own="of the caller", reach=OWN)
PASSKEY: Final = Resource("passkey", own="of the caller", reach=OWN)
LINK_REQUEST: Final = Resource("magic link request")
MAGIC_LINK: Final = Resource("magic link", reach=ALL_TASKFORCES)
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
