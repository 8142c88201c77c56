"""Sessions in the browser: renewing a token, staying signed in, the list of one's sessions, signing out."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from services.events.access import SESSION, Settings
from services.events.identity.sessions import commands
from services.events.identity.sessions.cookies import give_token, key_in, take_all
from services.events.identity.sessions.domain import NoSession, SessionOver
from shared.http.app import LARGEST_UPLOAD
from shared.http.authentication import is_activity
from shared.http.dependencies import Anybody, AnyPerson, Db, SteppedUpPerson
from shared.http.policy import concerns
from shared.http.problems import safe_next
from shared.http.rate_limits import READING, limited
from shared.http.request_guards import drain
from shared.product.services import RENEWAL_PATH

router = APIRouter(include_in_schema=False)

_ANY_METHOD: Final = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]


@router.api_route(RENEWAL_PATH, methods=_ANY_METHOD)
@concerns()
@limited(READING)
async def renew(
    request: Request, _who: Anybody, db: Db, settings: Settings, next: Annotated[str, Query(max_length=4000)] = "/"
) -> Response:
    """Give a browser whose session lives a new token, and send it back with its method and its body.

    One whose session is over is sent back without: what it wanted then answers whoever is signed out.
    """
    wanted = safe_next(next)
    response = RedirectResponse(wanted, 307)
    try:
        # A gateway between us may give up a body that nobody has read.
        await drain(request.receive, LARGEST_UPLOAD)
        by_person = is_activity(request.method, request.headers, wanted)
        _session, principal = await commands.renew(
            db, key_in(request), by_person=by_person, demonstrations=settings.demo_mode
        )
    except SessionOver:
        take_all(response)
        return response
    give_token(response, settings, principal, noted=by_person)
    return response


@router.post("/session/extend")
@concerns()
async def extend(request: Request, who: AnyPerson, db: Db, settings: Settings) -> Response:
    """Stay signed in: the answer says until when, in Unix seconds."""
    if who.session_id is None:
        raise NoSession
    session, principal = await commands.renew(db, key_in(request), by_person=True, demonstrations=settings.demo_mode)
    response = JSONResponse({"ends_at": int(session.ends_at.timestamp())})
    give_token(response, settings, principal, noted=True)
    return response


@router.post("/account/sessions/{session_id:uuid}/end")
@concerns(SESSION)
async def end_session(who: SteppedUpPerson, db: Db, session_id: UUID) -> Response:
    """End one of one's own sessions, wherever it is."""
    await commands.end_one(db, who.taskforce, who.person, session_id)
    return RedirectResponse("/account", 303)


@router.post("/account/sessions/end-others")
@concerns()
async def end_other_sessions(who: SteppedUpPerson, db: Db) -> Response:
    """End all of one's own sessions but this one."""
    await commands.end_others(db, who.taskforce, who.person, but=who.session_id)
    return RedirectResponse("/account", 303)


@router.post("/sign-out")
@concerns()
async def sign_out(request: Request, _who: Anybody, db: Db, settings: Settings) -> Response:
    """End the session, and leave the browser with nothing. Works signed out, too."""
    ended = None
    with suppress(SessionOver):
        ended = await commands.end(db, key_in(request))
    there = settings.provider is not None and ended is not None and ended.proof == "provider"
    response = RedirectResponse("/sign-out/provider" if there else "/sign-in", 303)
    take_all(response)
    return response
