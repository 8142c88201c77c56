"""What the other services may ask, on addresses that no gateway leads to."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.events.access import PERSON, Db, OtherService
from services.events.people import queries
from services.events.people.queries import Address
from shared.policy import about

router = APIRouter(prefix="/internal/events/v1")


@router.get("/people/{person_id}/address")
@about(PERSON)
async def read_address(service: OtherService, db: Db, person_id: UUID, taskforce: Annotated[UUID, Query()]) -> Address:
    """Where to write to somebody, asked at the moment of sending. 404: nowhere, any more."""
    async with db.read(taskforce) as conn:
        return await queries.address(conn, taskforce, person_id)
