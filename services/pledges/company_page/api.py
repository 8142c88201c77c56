"""The internal route for the notifications service: a company's link, asked for when a mail is sent. The gateway does
not expose it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request

from services.pledges.company_page.links import link_for_contact
from services.pledges.company_page.schemas import CompanyLinkOut
from services.pledges.company_page.tokens import write_token
from services.pledges.pledges.access import PLEDGE
from services.pledges.pledges.dependencies import settings
from shared.http.auth import Principal, require_service
from shared.http.dependencies import Db
from shared.http.policy import concerns
from shared.http.problems import Problem

router = APIRouter(prefix="/internal/pledges/v1/pledges", include_in_schema=False)


@router.post("/{pledge_id}/company-link")
@concerns(PLEDGE)
async def link_of_contact(
    pledge_id: UUID,
    taskforce: UUID,
    request: Request,
    db: Db,
    _principal: Annotated[Principal, Depends(require_service("notifications"))],
) -> CompanyLinkOut:
    """Return the link of the company for a mail to the pledge's contact, with its full lifetime.

    404 where the contact may not have it: the company is not in the register, or nobody of the staff knows the contact.
    """
    link = await link_for_contact(db, taskforce, pledge_id)
    if link is None:
        raise Problem(404)
    token = write_token(link.taskforce_id, link.id, key=settings(request).request_key)
    return CompanyLinkOut(path=f"/company/{token}")
