"""The page of a company, for the staff."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from services.pledges.companies import queries
from services.pledges.companies.cursors import LatestFirst
from services.pledges.companies.refusals import CompanyNotFound
from services.pledges.companies.timeline import KINDS, timeline
from services.pledges.pledges.access import CONTACT, HIRE, PLEDGE, ContactReader
from services.pledges.pledges.rendering import address, render
from services.pledges.register.access import COMPANY
from shared.fields.copenhagen import COPENHAGEN
from shared.http.dependencies import Db
from shared.http.paging import PageToken, cut
from shared.http.policy import concerns
from shared.i18n.translations import gettext as _
from shared.product.vocabulary import END_REASONS

router = APIRouter(prefix="/companies", include_in_schema=False)

_PAGE = 30


@router.get("/{company_id:uuid}")
@concerns(COMPANY, PLEDGE, CONTACT, HIRE)
async def show_company(
    *,
    company_id: UUID,
    request: Request,
    db: Db,
    principal: ContactReader,
    kind: Annotated[str, Query(max_length=20)] = "",
    page_token: PageToken = None,
) -> Response:
    """Show a company of the register: whom to ring, where it stands, and everything that happened with it."""
    taskforce, today = principal.taskforce, datetime.now(COPENHAGEN).date()
    chosen = kind if kind in KINDS else ""
    async with db.read(taskforce) as conn:
        company = await queries.company(conn, taskforce, company_id)
        if company is None:
            raise CompanyNotFound
        summary = await queries.summary(conn, taskforce, company_id, today=today)
        contacts = await queries.business_contacts(conn, taskforce, company_id)
        ours = await queries.our_contact(conn, taskforce, company_id)
        rows = await timeline(
            conn,
            taskforce,
            company_id,
            kind=chosen or None,
            today=today,
            after=LatestFirst.read(page_token),
            limit=_PAGE + 1,
        )
    entries, last = cut(rows, _PAGE)
    path, token = f"/companies/{company_id}", None
    if last is not None:
        token = LatestFirst(on=last.on, at=last.at, part=last.part, id=last.id).token()
    return render(
        request,
        "company.html",
        company=company,
        summary=summary,
        contacts=contacts,
        ours=ours,
        entries=entries,
        further=page_token is not None,
        next_href=address(path, [("kind", chosen), ("page_token", token)]) if token else None,
        kinds=[("", _("Everything"), path)]
        + [(code, _(one.label), address(path, [("kind", code)])) for code, one in KINDS.items()],
        chosen=chosen,
        today=today,
        end_reasons=END_REASONS,
        me=principal.person_id,
    )
