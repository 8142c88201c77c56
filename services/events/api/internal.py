"""What the service that writes the mails may ask, on addresses that no gateway leads to."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from services.events.access import LINK_REQUEST, PERSON, Courier, Db
from services.events.people import queries
from services.events.people.domain import Language, PersonNotFound
from services.events.people.links import commands as links
from services.events.people.links.domain import LinkOver
from services.events.people.queries import Address
from shared.http.policy import about

router = APIRouter(prefix="/internal/events/v1")


@router.get("/people/{person_id}/address")
@about(PERSON)
async def read_address(_courier: Courier, db: Db, person_id: UUID, taskforce: Annotated[UUID, Query()]) -> Address:
    """Where to write to somebody, asked at the moment of sending. 404: nowhere, any more."""
    async with db.read(taskforce) as conn:
        return await queries.address(conn, taskforce, person_id)


class LinkToSend(BaseModel):
    """A mail to write: to whom, and the path of the link in it."""

    email: str
    name: str
    language: Language
    path: str


@router.post("/sign-in-links/{request_id}")
@about(LINK_REQUEST)
async def make_link(_courier: Courier, db: Db, request_id: UUID, taskforce: Annotated[UUID, Query()]) -> LinkToSend:
    """Make the link that somebody has asked for, at the moment of sending. 404: nobody waits for it any more."""
    try:
        mail = await links.make_link(db, taskforce, request_id)
    except LinkOver as error:
        raise PersonNotFound from error
    return LinkToSend(
        email=mail.email, name=mail.name, language=mail.language, path=f"/sign-in/link/{mail.code.text()}"
    )
