"""Routes of sessions: renewing the token, extending, ending and signing out."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from services.events.access import SESSION, Settings
from services.events.identity.sessions import commands
from services.events.identity.sessions.cookies import delete_cookies, session_key_of, set_token_cookie
from services.events.identity.sessions.domain import NoSession, SessionEnded
from shared.http.app import LARGEST_UPLOAD
from shared.http.authentication import is_activity
from shared.http.dependencies import Anybody, AnyPerson, Db, SteppedUpPerson
from shared.http.policy import concerns
from shared.http.rate_limits import READING, limited
from shared.http.request_guards import drain
from shared.product.services import RENEWAL_PATH
from shared.ui.local_paths import safe_next

router = APIRouter(include_in_schema=False)

_ANY_METHOD: Final = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]


@router.api_route(RENEWAL_PATH, methods=_ANY_METHOD)
@concerns()
@limited(READING)
async def renew(
    request: Request, who: Anybody, db: Db, settings: Settings, next: Annotated[str, Query(max_length=4000)] = "/"
) -> Response:
    """Set a new token and redirect back with the same method and body.

    If the session has ended, its cookies are deleted, and the page answers as to a signed-out visitor. A guest keeps
    the event pass.
    """
    target = safe_next(next)
    response = RedirectResponse(target, 307)
    try:
        # A gateway may fail if the body is not read.
        await drain(request.receive, LARGEST_UPLOAD)
        by_person = is_activity(request.method, request.headers, target)
        _session, principal = await commands.renew(
            db, session_key_of(request), by_person=by_person, allow_demonstration=settings.demo_mode
        )
    except SessionEnded:
        delete_cookies(response, keep_token=who is not None and who.has("event_pass"))
        return response
    set_token_cookie(response, settings, principal, noted=by_person)
    return response


@router.post("/session/extend")
@concerns()
async def extend(request: Request, who: AnyPerson, db: Db, settings: Settings) -> Response:
    """Extend the session. Returns when it ends, in Unix seconds."""
    if who.session_id is None:
        raise NoSession
    session, principal = await commands.renew(
        db, session_key_of(request), by_person=True, allow_demonstration=settings.demo_mode
    )
    response = JSONResponse({"ends_at": int(session.ends_at.timestamp())})
    set_token_cookie(response, settings, principal, noted=True)
    return response


@router.post("/account/sessions/{session_id:uuid}/end")
@concerns(SESSION)
async def end_session(who: SteppedUpPerson, db: Db, session_id: UUID) -> Response:
    """End one of one's own sessions."""
    await commands.end_session(db, who.taskforce, who.person, session_id)
    return RedirectResponse("/account", 303)


@router.post("/account/sessions/end-others")
@concerns()
async def end_other_sessions(who: SteppedUpPerson, db: Db) -> Response:
    """End all of one's own sessions except this one."""
    await commands.end_other_sessions(db, who.taskforce, who.person, but=who.session_id)
    return RedirectResponse("/account", 303)


@router.post("/sign-out")
@concerns()
async def sign_out(request: Request, _who: Anybody, db: Db, settings: Settings) -> Response:
    """End the session and delete its cookies. Works without a session, too."""
    ended = None
    with suppress(SessionEnded):
        ended = await commands.end(db, session_key_of(request))
    there = settings.provider is not None and ended is not None and ended.proof == "provider"
    response = RedirectResponse("/sign-out/provider" if there else "/sign-in", 303)
    delete_cookies(response)
    return response
