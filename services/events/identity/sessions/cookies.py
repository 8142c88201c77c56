"""The cookies of a session: the session's secret and the current token."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

import structlog

from services.events.identity.sessions import commands
from services.events.identity.sessions.domain import MAX_LIFETIME, SessionEnded, SessionKey
from shared.http.auth import ACTIVITY_RECORDED, COOKIE, RENEWED_COOKIE, SESSION_COOKIE, TOKEN_SECONDS, sign_token

if TYPE_CHECKING:
    from fastapi import Request
    from fastapi.responses import Response

    from services.events.settings import EventsSettings
    from shared.db.database import Database
    from shared.http.auth import Principal

_RENEWED_SECONDS: Final = 5

_log = structlog.get_logger(__name__)


def session_key_of(request: Request) -> SessionKey:
    """Return the session key in the request's cookie. Raises `SessionEnded` if there is none."""
    return SessionKey.read(request.cookies.get(SESSION_COOKIE, ""))


async def end_previous_session(request: Request, db: Database) -> None:
    """End the session that this browser had, before it gets another one."""
    with suppress(SessionEnded):
        await commands.end(db, session_key_of(request))


def set_session_cookies(response: Response, settings: EventsSettings, key: SessionKey, principal: Principal) -> None:
    """Set the cookies of a new session, and log the sign-in."""
    _log.info(
        "sign_in.succeeded",
        who=principal.subject,
        taskforce=str(principal.taskforce_id),
        session=str(key.session_id),
        roles=sorted(principal.roles),
        withheld=principal.withheld,
    )
    _set(response, SESSION_COOKIE, key.text(), int(MAX_LIFETIME.total_seconds()))
    set_token_cookie(response, settings, principal, noted=True)


def set_token_cookie(response: Response, settings: EventsSettings, principal: Principal, *, noted: bool) -> None:
    """Set the cookie with a token of one minute.

    Args:
        noted: whether this renewal has recorded activity of the person.
    """
    token = sign_token(settings.token_private_key.get_secret_value(), principal, lifetime_seconds=TOKEN_SECONDS)
    _set(response, COOKIE, token, TOKEN_SECONDS)
    _set(response, RENEWED_COOKIE, ACTIVITY_RECORDED if noted else "renewed", _RENEWED_SECONDS)


def delete_cookies(response: Response, *, keep_token: bool = False) -> None:
    """Delete all cookies of the session.

    Args:
        keep_token: whether the token stays, because it is an event pass and belongs to no session.
    """
    for name in (SESSION_COOKIE, RENEWED_COOKIE) if keep_token else (SESSION_COOKIE, RENEWED_COOKIE, COOKIE):
        response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="lax")


def _set(response: Response, name: str, value: str, seconds: int) -> None:
    response.set_cookie(name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="lax")
