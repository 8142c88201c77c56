"""The internal route for the notifications service: a call list, asked for when it is mailed. The gateway does not
expose it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from services.pledges.call_list import queries
from services.pledges.call_list.access import CALL
from services.pledges.call_list.schemas import CallListOut, CallOut
from services.pledges.register import queries as register
from shared.http.auth import Principal, require_service
from shared.http.dependencies import Db
from shared.http.policy import concerns
from shared.http.problems import Problem
from shared.i18n.translations import Language, use_language

if TYPE_CHECKING:
    from services.pledges.call_list.queries import CallLine

router = APIRouter(prefix="/internal/pledges/v1/call-lists", include_in_schema=False)


@router.get("/{event_id}")
@concerns(CALL)
async def read_call_list(
    event_id: UUID,
    taskforce: UUID,
    db: Db,
    _principal: Annotated[Principal, Depends(require_service("notifications"))],
    person: UUID | None = None,
    language: Language = "da",
) -> CallListOut:
    """Return the calls after an event that a person is still to make; without a person, those that nobody makes yet.

    404 for an event that is not known.
    """
    async with db.read(taskforce) as conn:
        event = await register.event(conn, taskforce, event_id)
        lines = await queries.call_list(conn, taskforce, event_id, caller=person, unassigned=person is None)
    if event is None:
        raise Problem(404)
    with use_language(language, service="pledges"):
        return CallListOut(event=event.title, calls=[_call(line) for line in lines if not line.call.ticked_off])


def _call(line: CallLine) -> CallOut:
    pledge, contact = line.pledge, line.pledge.contact
    return CallOut(
        company=pledge.company.name,
        contact=contact.name if contact else None,
        phone=contact.phone if contact else None,
        email=contact.email if contact else None,
        job_type=pledge.job_type,
        positions=pledge.positions,
        hours_from=pledge.weekly_hours.start,
        hours_to=pledge.weekly_hours.to,
        tasks=pledge.task_labels,
        again_on=line.call.again_on,
    )
