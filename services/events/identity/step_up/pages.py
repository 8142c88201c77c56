"""The page that asks somebody to show again who they are, and goes on with what they were doing."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from services.events.access import Settings
from services.events.identity.passkeys import commands
from services.events.identity.passkeys.pages import Party, device_of, secret_of, session_of, with_secret
from services.events.identity.passkeys.schemas import Made
from services.events.identity.people.domain import PersonNotFound
from services.events.identity.sessions import commands as sessions
from services.events.identity.sessions.cookies import give_session, key_in
from services.events.identity.sessions.domain import SessionOver
from services.events.identity.step_up.queries import ways
from services.events.register import queries
from shared.http.auth import STEP_UP_SECONDS, NotAllowed, StepUpRequired
from shared.http.authentication import step_up_required
from shared.http.dependencies import Anybody, AnyPerson, Db
from shared.http.policy import concerns
from shared.http.problems import Negotiation, Problem, respond, safe_next
from shared.http.rate_limits import ASKING_DEVICES, limited
from shared.ui.csrf_field import FIELD
from shared.ui.pages import render

if TYPE_CHECKING:
    from fastapi import FastAPI

    from services.events.settings import EventsSettings
    from shared.db.database import Database
    from shared.http.auth import Principal

router = APIRouter(include_in_schema=False)

_log = structlog.get_logger(__name__)


@router.get("/account/prove")
@concerns()
async def prove_page(request: Request, who: AnyPerson, db: Db, settings: Settings, next: str | None = None) -> Response:
    """The page by itself, for what a script was about to do.

    Args:
        next: the local path to go on to.
    """
    return await _asked(request, db, settings, who, next=safe_next(next, default="/account"))


@router.post("/account/prove/options")
@concerns()
@limited(ASKING_DEVICES)
async def ask_to_prove(request: Request, who: AnyPerson, db: Db, party: Party) -> Response:
    """What the browser's script gives to the device."""
    browser = secret_of(request)
    options = await commands.ask_to_prove(
        db, party, who, session_id=session_of(who), browser=browser, now=datetime.now(UTC)
    )
    return with_secret(JSONResponse(options), browser)


@router.post("/account/prove")
@concerns()
async def prove(
    *, request: Request, who: AnyPerson, db: Db, settings: Settings, party: Party, signed: Made
) -> Response:
    """Believe what the device has signed: somebody is signed in anew, and the session before ends."""
    key, principal = await commands.prove(
        db,
        party,
        who,
        signed.credential,
        session_id=session_of(who),
        browser=secret_of(request),
        device=device_of(request),
        now=datetime.now(UTC),
    )
    with suppress(SessionOver):
        await sessions.end(db, key_in(request))
    response = JSONResponse({"proven": True})
    give_session(response, settings, key, principal)
    return response


@router.get("/account/proven")
@concerns()
async def say_proven(request: Request, _who: Anybody) -> Response:
    """Back to the other window."""
    return render(request, "step_up_done.html")


async def _asked(
    request: Request,
    db: Database,
    settings: EventsSettings,
    who: Principal,
    *,
    next: str = "",
    fields: list[tuple[str, str]] | None = None,
    status_code: int = 200,
) -> Response:
    """The page.

    Args:
        next: where to go on to, if that is a page.
        fields: what to send again to the address that was asked, if it is a form.
    """
    async with db.system() as conn:
        slug = (await queries.taskforce(conn, who.taskforce)).slug
    async with db.read(who.taskforce) as conn:
        theirs = await ways(conn, who.taskforce, who.person, who.session_id)
    provider = settings.provider
    context: dict[str, Any] = {
        "passkey": theirs.passkey,
        "provider": provider.name if theirs.provider and provider is not None and slug in provider.groups else None,
        "email": theirs.email,
        "next": next,
        "fields": fields,
        "back": _came_from(request),
        "minutes": STEP_UP_SECONDS // 60,
    }
    return render(request, "step_up.html", status_code=status_code, **context)


def _came_from(request: Request) -> str:
    """The page of ours with the form that was sent; the front page where that is not said."""
    parts = urlsplit(request.headers.get("referer", ""))
    here = urlsplit(str(request.app.state.settings.public_url)).netloc
    return safe_next(parts.path) if parts.netloc in {here, request.url.netloc} else "/"


async def _on_step_up_required(request: Request, _error: Exception) -> Response:
    """Ask for it, on a page that holds what was sent: it is written down nowhere, and in no address."""
    who: Principal = request.state.principal
    _log.info("proof.asked_for", who=who.subject, route=getattr(request.scope.get("route"), "path", None))
    if not Negotiation.of(request).html or who.session_id is None:
        return respond(request, step_up_required())
    form = await request.form()
    fields = [(name, value) for name, value in form.multi_items() if isinstance(value, str) and name != FIELD]
    problem = step_up_required()
    try:
        response = await _asked(
            request,
            request.app.state.database,
            request.app.state.settings,
            who,
            fields=fields,
            status_code=problem.status,
        )
    except (PersonNotFound, NotAllowed):
        return respond(request, Problem(401))
    response.headers.update(problem.headers)
    return response


def install(app: FastAPI) -> None:
    """Ask on a page, where a page can be shown."""
    app.add_exception_handler(StepUpRequired, _on_step_up_required)
