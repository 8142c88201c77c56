"""Who reads the queue."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Final

from fastapi import Depends, Request

from services.pledges.pledges.access import REVIEWERS
from services.pledges.pledges.dependencies import settings
from services.pledges.queue.due import Ageing
from services.pledges.queue.queries import Reader
from shared.fields.copenhagen import COPENHAGEN
from shared.http.auth import Principal, require
from shared.http.policy import OWN, Resource

if TYPE_CHECKING:
    from shared.product.roles import Role

HANDOVER: Final = Resource("handover of cases", own="what the caller has made", by_role={"caseworker": OWN})

QUEUE_READERS: Final[tuple[Role, ...]] = ("caseworker", "coordinator")
QueueUser = Annotated[Principal, Depends(require(*QUEUE_READERS))]


def reader(request: Request, principal: Principal) -> Reader:
    """Return as whom the principal reads the queue now."""
    chosen = settings(request)
    return Reader(
        taskforce=principal.taskforce,
        person=principal.person,
        municipality=principal.municipality,
        today=datetime.now(COPENHAGEN).date(),
        ageing=Ageing(
            vacant=chosen.vacant_after_days,
            matched=chosen.matched_after_days,
            lapse=chosen.lapse_after_days,
            warning=chosen.lapse_warning_days,
        ),
        decides=principal.has(*REVIEWERS),
        confirms=principal.has("caseworker"),
    )
