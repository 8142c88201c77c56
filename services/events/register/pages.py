"""HTML pages of companies."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID, uuid4

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from services.events.access import COMPANY, CompanyReader, Planner, is_planner, opens_companies
from services.events.register import commands, queries
from services.events.register.domain import CompanyNotFound
from services.events.register.queries import ByName
from services.events.register.schemas import CompanyIn
from shared.fields.text import SearchText
from shared.http.dependencies import Db
from shared.http.paging import PageToken, cut
from shared.http.policy import concerns
from shared.ui.forms import blank, read_form
from shared.ui.pages import render

router = APIRouter(prefix="/companies", include_in_schema=False)

_PER_PAGE = 50


@router.get("")
@concerns(COMPANY)
async def show_companies(
    *,
    request: Request,
    principal: CompanyReader,
    db: Db,
    q: SearchText = "",
    members: Annotated[bool, Query(description="only member companies")] = False,
    registered: UUID | None = None,
    cleared: UUID | None = None,
    page_token: PageToken = None,
) -> Response:
    """List or search the companies.

    Args:
        registered: a company that has just been added, for a message.
        cleared: a company that has just been cleared, for a message.
    """
    text, taskforce = q.strip(), principal.taskforce
    async with db.read(taskforce) as conn:
        rows = await queries.companies(
            conn,
            taskforce,
            text=text,
            member=True if members else None,
            after=ByName.read(page_token),
            limit=_PER_PAGE + 1,
        )
        added = changed = None
        with suppress(CompanyNotFound):
            added = await queries.company(conn, taskforce, registered) if registered else None
            changed = await queries.company(conn, taskforce, cleared) if cleared else None
    page, last = cut(rows, _PER_PAGE)
    further = None
    if last:
        token = ByName(id=last.id).token()
        chosen = {"q": text, **({"members": "true"} if members else {}), "page_token": token}
        further = f"/companies?{urlencode(chosen)}"
    return render(
        request,
        "companies.html",
        companies=page,
        further=further,
        q=text,
        members=members,
        added=added,
        cleared=changed,
        is_planner=is_planner(principal),
        opens=opens_companies(principal),
    )


@router.get("/new")
@concerns()
async def new_company(request: Request, principal: Planner, db: Db) -> Response:
    """The form for a new company, with the taskforce's own municipality filled in."""
    async with db.read(principal.taskforce) as conn:
        taskforce = await queries.taskforce(conn, principal.taskforce)
    return render(request, "company_new.html", form=blank(id=str(uuid4()), municipality=taskforce.municipality))


@router.post("")
@concerns(COMPANY)
async def register_company(request: Request, principal: Planner, db: Db) -> Response:
    """Register a company."""
    form = await read_form(request, CompanyIn)
    if form.data is None:
        return render(request, "company_new.html", status_code=422, form=form)
    await commands.register_company(db, principal.taskforce, form.data.company())
    return RedirectResponse(f"/companies?registered={form.data.id}", 303)


@router.post("/clear/{company_id:uuid}")
@concerns(COMPANY)
async def clear_company(principal: Planner, db: Db, company_id: UUID) -> Response:
    """Record that a company is not personally owned, so that its name may be published."""
    await commands.clear_company(db, principal.taskforce, company_id)
    return RedirectResponse(f"/companies?cleared={company_id}", 303)
