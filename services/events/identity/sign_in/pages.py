"""The sign-in page: by role in a demonstration, otherwise the login options."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from services.events.access import Settings
from services.events.identity.login_options.pages import show_login_options
from services.events.identity.people import store
from services.events.identity.people.domain import PersonNotFound
from services.events.identity.people.queries import names_by_role
from services.events.identity.sessions import commands as sessions
from services.events.identity.sessions.cookies import end_previous_session, set_session_cookies
from services.events.identity.sessions.device import describe
from services.events.register import queries
from shared.http.dependencies import Anybody, Db
from shared.http.policy import concerns
from shared.http.problems import Problem
from shared.http.rate_limits import SIGNING_IN, limited
from shared.i18n.translations import gettext as _
from shared.product.roles import ROLE_LABELS, PersonRole
from shared.ui.forms import blank, read_form
from shared.ui.local_paths import safe_next
from shared.ui.pages import render

if TYPE_CHECKING:
    from services.events.register.domain import Taskforce

router = APIRouter(include_in_schema=False)

_FIRST_PAGE: Final = {"coordinator": "/events", "caseworker": "/queue", "admin": "/people"}
"""The first page after sign-in, by role. The other roles start at the overview."""


class DemoSignIn(BaseModel):
    """The form that signs in by role."""

    role: PersonRole
    taskforce: UUID
    next: Annotated[str, Field(max_length=2000)] | None = None


@router.get("/sign-in")
@concerns()
async def choose_role(request: Request, _who: Anybody, db: Db, settings: Settings, next: str | None = None) -> Response:
    """The sign-in page."""
    if not settings.demo_mode:
        return await show_login_options(request, db, settings, blank(), next=safe_next(next, default=""))
    async with db.system() as conn:
        taskforces = await queries.taskforces(conn)
    choices: list[tuple[Taskforce, dict[str, str]]] = []
    for taskforce in taskforces:
        async with db.read(taskforce.id) as conn:
            names = await names_by_role(conn, taskforce.id)
        choices.append((taskforce, {role: names[role] for role in ROLE_LABELS if role in names}))
    return render(request, "sign_in.html", choices=choices, labels=ROLE_LABELS, next=safe_next(next, default=""))


@router.get("/sign-in/as/{role}")
@concerns()
async def confirm_role(
    *,
    request: Request,
    _who: Anybody,
    db: Db,
    settings: Settings,
    role: PersonRole,
    taskforce: str | None = None,
    next: str | None = None,
) -> Response:
    """The page with a button that signs in by one role. The sign-in itself is a POST.

    Args:
        taskforce: its slug; by default the first one by name in which a person has the role.
    """
    if not settings.demo_mode:
        return RedirectResponse("/sign-in", 303)
    async with db.system() as conn:
        taskforces = await queries.taskforces(conn)
    for chosen in taskforces:
        if taskforce in {None, chosen.slug}:
            async with db.read(chosen.id) as conn:
                with suppress(PersonNotFound):
                    person = await store.first_in_role(conn, chosen.id, role)
                    break
    else:
        raise PersonNotFound
    return render(
        request,
        "sign_in_as.html",
        taskforce=chosen,
        role=role,
        label=ROLE_LABELS[role],
        person=person,
        next=safe_next(next, default=""),
    )


@router.post("/sign-in")
@concerns()
@limited(SIGNING_IN)
async def sign_in(request: Request, _who: Anybody, db: Db, settings: Settings) -> Response:
    """Sign in by role, in a demonstration only, as the person who has had the role longest."""
    if not settings.demo_mode:
        raise Problem(403, "sign-in-closed", _("Nobody signs in by role here"), _("That is for demonstrations only."))
    form = await read_form(request, DemoSignIn)
    if form.data is None:
        raise Problem(422, detail=_("Choose a role on the sign-in page."))
    choice = form.data
    async with db.read(choice.taskforce) as conn:
        person = await store.first_in_role(conn, choice.taskforce, choice.role)
    key, principal = await sessions.start(
        db,
        choice.taskforce,
        person.id,
        proof="demonstration",
        device=describe(request.headers.get("user-agent", "")),
    )
    response = RedirectResponse(safe_next(choice.next, default=_FIRST_PAGE.get(choice.role, "/")), 303)
    await end_previous_session(request, db)
    set_session_cookies(response, settings, key, principal)
    return response
