"""The internal route for the notifications service: the link to put into a mail. The gateway does not expose it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.events.access import LINK_REQUEST, NotificationsService
from services.events.identity.magic_links import commands
from services.events.identity.magic_links.domain import LinkExpired
from services.events.identity.magic_links.schemas import LinkToSend
from services.events.identity.people.domain import PersonNotFound
from shared.http.dependencies import Db
from shared.http.policy import concerns

router = APIRouter(prefix="/internal/events/v1/sign-in-links", include_in_schema=False)


@router.post("/{request_id}")
@concerns(LINK_REQUEST)
async def make_link(
    _service: NotificationsService, db: Db, request_id: UUID, taskforce: Annotated[UUID, Query()]
) -> LinkToSend:
    """Make the requested link, when its mail is sent. 404 if the request is unknown, used or expired."""
    try:
        mail = await commands.make_link(db, taskforce, request_id)
    except LinkExpired as error:
        raise PersonNotFound from error
    return LinkToSend(
        email=mail.email, name=mail.name, language=mail.language, path=f"/sign-in/link/{mail.code.text()}"
    )
