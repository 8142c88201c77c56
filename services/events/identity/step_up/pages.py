"""The step-up page, which goes on with the request that needed it."""

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
from services.events.identity.passkeys.schemas import CredentialIn
from services.events.identity.people.domain import PersonNotFound
from services.events.identity.sessions import commands as sessions
from services.events.identity.sessions.cookies import session_key_of, set_session_cookies
from services.events.identity.sessions.domain import SessionEnded
from services.events.identity.step_up.queries import load_step_up_options
from services.events.register import queries
from shared.http.auth import STEP_UP_SECONDS, NotAllowed, StepUpRequired
from shared.http.authentication import step_up_required
from shared.http.dependencies import Anybody, AnyPerson, Db
from shared.http.policy import concerns
from shared.http.problems import Negotiation, Problem, respond
from shared.http.rate_limits import ASKING_DEVICES, limited
from shared.ui.csrf_field import FIELD
from shared.ui.local_paths import own_path, referring_path, safe_next
from shared.ui.pages import render
from shared.ui.posted_form import posted_form

if TYPE_CHECKING:
    from fastapi import FastAPI

    from services.events.settings import EventsSettings
    from shared.db.database import Database
    from shared.http.auth import Principal

router = APIRouter(include_in_schema=False)

_log = structlog.get_logger(__name__)


@router.get("/account/prove")
@concerns()
async def show_page(request: Request, who: AnyPerson, db: Db, settings: Settings, next: str | None = None) -> Response:
    """The step-up page, for a request of a script.

    Args:
        next: the local path to go on to.
    """
    return await _page(request, db, settings, who, next=safe_next(next, default="/account"))


@router.post("/account/prove/options")
@concerns()
@limited(ASKING_DEVICES)
async def step_up_options(request: Request, who: AnyPerson, db: Db, party: Party) -> Response:
    """The options for a step-up by passkey."""
    browser = secret_of(request)
    options = await commands.step_up_options(
        db, party, who, session_id=session_of(who), browser=browser, now=datetime.now(UTC)
    )
    return with_secret(JSONResponse(options), browser)


@router.post("/account/prove")
@concerns()
async def step_up(
    *, request: Request, who: AnyPerson, db: Db, settings: Settings, party: Party, signed: CredentialIn
) -> Response:
    """Step up by an assertion: opens a new session and ends the previous one."""
    key, principal = await commands.step_up(
        db,
        party,
        who,
        signed.credential,
        session_id=session_of(who),
        browser=secret_of(request),
        device=device_of(request),
        now=datetime.now(UTC),
    )
    with suppress(SessionEnded):
        await sessions.end(db, session_key_of(request))
    response = JSONResponse({"proven": True})
    set_session_cookies(response, settings, key, principal)
    return response


@router.get("/account/proven")
@concerns()
async def show_done(request: Request, _who: Anybody) -> Response:
    """The page that says to return to the first window."""
    return render(request, "step_up_done.html")


async def _page(
    request: Request,
    db: Database,
    settings: EventsSettings,
    who: Principal,
    *,
    next: str = "",
    fields: list[tuple[str, str]] | None = None,
    status_code: int = 200,
) -> Response:
    """Return the step-up page.

    Args:
        next: the local path to go on to, for a page.
        fields: the fields to send again, for a form.
    """
    async with db.system() as conn:
        slug = (await queries.taskforce(conn, who.taskforce)).slug
    async with db.read(who.taskforce) as conn:
        theirs = await load_step_up_options(conn, who.taskforce, who.person, who.session_id)
    provider = settings.provider
    context: dict[str, Any] = {
        "passkey": theirs.passkey,
        "provider": provider.name if theirs.provider and provider is not None and slug in provider.groups else None,
        "email": theirs.email,
        "next": next,
        "fields": fields,
        "action": own_path(request),
        "back": _referring_path(request, settings),
        "minutes": STEP_UP_SECONDS // 60,
    }
    return render(request, "step_up.html", status_code=status_code, **context)


def _referring_path(request: Request, settings: EventsSettings) -> str:
    """Return the path of the page that led here; the front page if there is none."""
    path = referring_path(request, urlsplit(settings.public_url).netloc)
    return (path or "/").partition("?")[0]


async def _on_step_up_required(request: Request, _error: Exception) -> Response:
    """Answer with the step-up page. It holds the fields that were sent; they are stored nowhere else."""
    who: Principal = request.state.principal
    _log.info("step_up.required", who=who.subject, route=getattr(request.scope.get("route"), "path", None))
    if not Negotiation.of(request).html or who.session_id is None:
        return respond(request, step_up_required())
    form = await posted_form(request)
    fields = [(name, value) for name, value in form.multi_items() if isinstance(value, str) and name != FIELD]
    problem = step_up_required()
    try:
        response = await _page(
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
    """Answer `StepUpRequired` with the page where the client accepts HTML."""
    app.add_exception_handler(StepUpRequired, _on_step_up_required)
