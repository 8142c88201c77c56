"""The internal routes for the notifications service: e-mail addresses of people. The gateway does not expose them."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.events.access import PERSON, NotificationsService
from services.events.identity.people import queries
from services.events.identity.people.queries import Address
from shared.http.dependencies import Db
from shared.http.policy import concerns

router = APIRouter(prefix="/internal/events/v1", include_in_schema=False)


@router.get("/people/{person_id}/address")
@concerns(PERSON)
async def read_address(
    _service: NotificationsService, db: Db, person_id: UUID, taskforce: Annotated[UUID, Query()]
) -> Address:
    """The person's e-mail address, asked for when a mail is sent. 404 if there is no such active person."""
    async with db.read(taskforce) as conn:
        return await queries.address(conn, taskforce, person_id)


@router.get("/coordinator/address")
@concerns(PERSON)
async def read_coordinators_address(
    _service: NotificationsService, db: Db, taskforce: Annotated[UUID, Query()]
) -> Address:
    """The address of the coordinator who was added first, for what concerns nobody in particular; 404 without one."""
    async with db.read(taskforce) as conn:
        return await queries.coordinators_address(conn, taskforce)
