"""Pages for staff: a company's link, and what a company has answered."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from services.pledges.company_page import links, queries, reviewing, store
from services.pledges.company_page.access import COMPANY_ANSWER, COMPANY_LINK
from services.pledges.company_page.refusals import AnswerUnknown, NoSuchCompany
from services.pledges.company_page.reviewing import AnswerReviewer
from services.pledges.company_page.tokens import write_token
from services.pledges.company_page.words import CHECKPOINT_ANSWERS
from services.pledges.hires.access import edits_hires_as
from services.pledges.pledges.access import ContactReader
from services.pledges.pledges.dependencies import limits, settings
from services.pledges.pledges.forms import uuid_or_none
from services.pledges.pledges.rendering import render
from services.pledges.pledges.words import COMPANY_ANSWERS
from shared.http.dependencies import Db
from shared.http.policy import concerns
from shared.i18n.translations import gettext as _

if TYPE_CHECKING:
    from services.pledges.company_page.domain import CompanyLink

router = APIRouter(prefix="/pledges", include_in_schema=False)


@router.get("/company-links/{company_id:uuid}")
@concerns(COMPANY_LINK)
async def show_link(
    company_id: UUID,
    request: Request,
    db: Db,
    principal: ContactReader,
    pledge: Annotated[str, Query(max_length=60)] = "",
) -> Response:
    """Show the link of a company, or the button that makes one. `pledge`: where the reader comes from."""
    async with db.read(principal.taskforce) as conn:
        company = await queries.company(conn, principal.taskforce, company_id)
        link = await store.link_in_use(conn, principal.taskforce, company_id)
    if company is None:
        raise NoSuchCompany
    return render(
        request,
        "company_link.html",
        company=company,
        link=link,
        works=link is not None and link.works(datetime.now(UTC)),
        address=_address(request, link),
        pledge_id=uuid_or_none(pledge),
        person_id=principal.person_id,
    )


@router.post("/company-links/{company_id:uuid}")
@concerns(COMPANY_LINK)
async def make_link(company_id: UUID, db: Db, principal: ContactReader) -> Response:
    """Make a link for a company, or let the one that works last 90 days from now."""
    await links.issue_link(db, principal.taskforce, company_id, by=principal.person)
    return RedirectResponse(f"/pledges/company-links/{company_id}", 303)


@router.post("/company-links/{company_id:uuid}/revoke")
@concerns(COMPANY_LINK)
async def revoke_link(company_id: UUID, db: Db, principal: ContactReader) -> Response:
    """Revoke the link of a company."""
    await links.revoke_link(db, principal.taskforce, company_id, by=principal.person)
    return RedirectResponse(f"/pledges/company-links/{company_id}", 303)


def _address(request: Request, link: CompanyLink | None) -> str | None:
    """Return the address of a link; None where there is none."""
    if link is None:
        return None
    token = write_token(link.taskforce_id, link.id, key=settings(request).request_key)
    return f"{settings(request).public_url}/company/{token}"


@router.get("/company-answers/{answer_id:uuid}")
@concerns(COMPANY_ANSWER)
async def show_answer(answer_id: UUID, request: Request, db: Db, principal: ContactReader) -> Response:
    """Show what a company has answered, and what can be done with it."""
    async with db.read(principal.taskforce) as conn:
        answer = await queries.answer(conn, principal.taskforce, answer_id)
    if answer is None:
        raise AnswerUnknown
    return render(
        request,
        "company_answer.html",
        answer=answer,
        answered=_(COMPANY_ANSWERS[answer.kind]),
        answer_words=_(CHECKPOINT_ANSWERS[answer.answer]) if answer.answer else None,
        person_id=principal.person_id,
        other_municipality=answer.hire_municipality not in {None, principal.municipality},
    )


@router.post("/company-answers/{answer_id:uuid}/seen")
@concerns(COMPANY_ANSWER)
async def see_answer(answer_id: UUID, db: Db, principal: ContactReader) -> Response:
    """Tick an answer off."""
    by = AnswerReviewer(principal.person, edits_hires_as(principal))
    await reviewing.see_answer(db, principal.taskforce, answer_id, by=by)
    return RedirectResponse("/queue", 303)


@router.post("/company-answers/{answer_id:uuid}/undo")
@concerns(COMPANY_ANSWER)
async def undo_answer(answer_id: UUID, request: Request, db: Db, principal: ContactReader) -> Response:
    """Undo an answer."""
    by = AnswerReviewer(principal.person, edits_hires_as(principal))
    await reviewing.undo_answer(db, principal.taskforce, answer_id, by=by, limits=limits(request))
    return RedirectResponse(f"/pledges/company-answers/{answer_id}", 303)
