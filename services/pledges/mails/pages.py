"""The page of a mail that did not arrive: why, whom to ring, and that somebody has seen to it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from services.pledges.mails import commands, queries
from services.pledges.mails.refusals import MailNotFound
from services.pledges.mails.words import notice_text, reason_text
from services.pledges.pledges.access import CONTACT, PLEDGE, REVIEWERS
from services.pledges.pledges.rendering import render
from shared.http.auth import Principal, require
from shared.http.dependencies import Db
from shared.http.policy import concerns

router = APIRouter(prefix="/queue/mails/{mail_id:uuid}", include_in_schema=False)

_MailHandler = Annotated[Principal, Depends(require("caseworker", "coordinator"))]


@router.get("")
@concerns(PLEDGE, CONTACT)
async def show_mail(mail_id: UUID, request: Request, db: Db, principal: _MailHandler) -> Response:
    """Show a mail that did not arrive."""
    async with db.read(principal.taskforce) as conn:
        mail = await queries.undelivered_mail(conn, principal.taskforce, mail_id)
    if mail is None:
        raise MailNotFound
    return render(
        request,
        "undelivered_mail.html",
        mail=mail,
        notice=notice_text(mail.notice),
        reason=reason_text(mail.reason),
        corrects=principal.has(*REVIEWERS),
        me=principal.person_id,
    )


@router.post("/handled")
@concerns(PLEDGE)
async def handle_mail(mail_id: UUID, db: Db, principal: _MailHandler) -> Response:
    """Take the mail off the work list."""
    await commands.handle_mail(db, principal.taskforce, mail_id, by=principal.person)
    return RedirectResponse(f"/queue/mails/{mail_id}", 303)


@router.post("/reopen")
@concerns(PLEDGE)
async def reopen_mail(mail_id: UUID, db: Db, principal: _MailHandler) -> Response:
    """Put the mail back on the work list."""
    await commands.reopen_mail(db, principal.taskforce, mail_id)
    return RedirectResponse(f"/queue/mails/{mail_id}", 303)
