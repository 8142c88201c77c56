"""The people of the taskforce, for its administrators."""

from __future__ import annotations

from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from services.events.access import Administrator, Db
from services.events.api.people import PersonIn
from services.events.people import commands, queries
from services.events.people.queries import PeopleByName
from shared.web.forms import blank, read_form
from shared.web.navigation import ROLE_LABELS
from shared.web.pages import render
from shared.web.paging import PageToken, cut

router = APIRouter(prefix="/people", include_in_schema=False)

_PER_PAGE = 50


@router.get("")
async def show_people(request: Request, principal: Administrator, db: Db, page_token: PageToken = None) -> Response:
    """Who takes part, and as what."""
    async with db.read(principal.taskforce) as conn:
        rows = await queries.people(conn, principal.taskforce, after=PeopleByName.read(page_token), limit=_PER_PAGE + 1)
    page, last = cut(rows, _PER_PAGE)
    further = f"/people?page_token={PeopleByName(sort_name=last.sort_name, id=last.id).token()}" if last else None
    return render(request, "people.html", people=page, further=further, labels=ROLE_LABELS)


@router.get("/new")
async def new_person(request: Request, principal: Administrator) -> Response:
    """An empty form."""
    form = blank(id=str(uuid4()), language="da")
    return render(request, "person_new.html", form=form, labels=ROLE_LABELS)


@router.post("")
async def add_person(request: Request, principal: Administrator, db: Db) -> Response:
    """Let somebody take part."""
    form = await read_form(request, PersonIn)
    if form.data is None:
        return render(request, "person_new.html", status_code=422, form=form, labels=ROLE_LABELS)
    await commands.add_person(db, principal.taskforce, form.data.person())
    return RedirectResponse("/people", 303)
