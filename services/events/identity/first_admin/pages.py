"""The page behind the first administrator's link."""

from __future__ import annotations

from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel

from services.events.access import FIRST_ADMIN_LINK, Settings
from services.events.identity.first_admin import commands
from services.events.identity.people.domain import AddressTaken, Person
from services.events.identity.sessions.cookies import end_previous_session, set_session_cookies
from services.events.identity.sessions.device import describe
from services.events.register import queries
from shared.fields.email import Email
from shared.fields.text import Name
from shared.http.dependencies import Anybody, Db
from shared.http.policy import concerns
from shared.http.rate_limits import SIGNING_IN, limited
from shared.http.refusals import problem_of
from shared.i18n.translations import current_language
from shared.ui.forms import Form, blank, read_form
from shared.ui.pages import render

router = APIRouter(prefix="/sign-in/setup", include_in_schema=False)


class FirstAdministrator(BaseModel):
    """The form: name and e-mail address of the first administrator."""

    name: Name
    email: Email


@router.get("/{code}")
@concerns(FIRST_ADMIN_LINK)
@limited(SIGNING_IN)
async def show_form(request: Request, _who: Anybody, db: Db, code: str) -> Response:
    """The form for the first administrator."""
    return await _render_form(request, db, code, blank())


@router.post("/{code}")
@concerns(FIRST_ADMIN_LINK)
@limited(SIGNING_IN)
async def become_first_administrator(
    request: Request, _who: Anybody, db: Db, settings: Settings, code: str
) -> Response:
    """Become the first administrator."""
    form = await read_form(request, FirstAdministrator)
    if form.data is None:
        return await _render_form(request, db, code, form, status_code=422)
    person = Person(
        uuid4(), form.data.name, form.data.email, frozenset({"admin", "coordinator"}), language=current_language()
    )
    try:
        key, principal = await commands.become_first_administrator(
            db, code, person, device=describe(request.headers.get("user-agent", ""))
        )
    except AddressTaken as refusal:
        return await _render_form(
            request, db, code, form.refused({"email": problem_of(refusal).detail or ""}), status_code=422
        )
    response = RedirectResponse("/account", 303)
    await end_previous_session(request, db)
    set_session_cookies(response, settings, key, principal)
    return response


async def _render_form(
    request: Request, db: Db, code: str, form: Form[FirstAdministrator], *, status_code: int = 200
) -> Response:
    taskforce_id = await commands.check_first_admin_link(db, code)
    async with db.system() as conn:
        taskforce = await queries.taskforce(conn, taskforce_id)
    return render(request, "first_admin.html", status_code=status_code, form=form, code=code, taskforce=taskforce)
