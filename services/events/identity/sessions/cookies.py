"""What a browser is given when somebody signs in, and what is taken away when they sign out."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

import structlog

from services.events.identity.sessions import commands
from services.events.identity.sessions.domain import LONGEST, SessionKey, SessionOver
from shared.http.auth import ACTIVITY_RECORDED, COOKIE, RENEWED_COOKIE, SESSION_COOKIE, TOKEN_SECONDS, sign_token

if TYPE_CHECKING:
    from fastapi import Request
    from fastapi.responses import Response

    from services.events.settings import EventsSettings
    from shared.db.database import Database
    from shared.http.auth import Principal

_RENEWED_SECONDS: Final = 5

_log = structlog.get_logger(__name__)


def key_in(request: Request) -> SessionKey:
    """The session that the browser says it has. Raises `SessionOver` where it has none."""
    return SessionKey.read(request.cookies.get(SESSION_COOKIE, ""))


async def end_former(request: Request, db: Database) -> None:
    """End the session that this browser has had until now: it is about to be given another one."""
    with suppress(SessionOver):
        await commands.end(db, key_in(request))


def give_session(response: Response, settings: EventsSettings, key: SessionKey, principal: Principal) -> None:
    """Give the browser its session, and its first token: somebody has signed in."""
    _log.info(
        "sign_in.succeeded",
        who=principal.subject,
        taskforce=str(principal.taskforce_id),
        session=str(key.session_id),
        roles=sorted(principal.roles),
        withheld=principal.withheld,
    )
    _set(response, SESSION_COOKIE, key.text(), int(LONGEST.total_seconds()))
    give_token(response, settings, principal, noted=True)


def give_token(response: Response, settings: EventsSettings, principal: Principal, *, noted: bool) -> None:
    """Give the browser a token for the next minute.

    Args:
        noted: whether it has been noted with it that the person is at work.
    """
    token = sign_token(settings.token_private_key.get_secret_value(), principal, lifetime_seconds=TOKEN_SECONDS)
    _set(response, COOKIE, token, TOKEN_SECONDS)
    _set(response, RENEWED_COOKIE, ACTIVITY_RECORDED if noted else "renewed", _RENEWED_SECONDS)


def take_all(response: Response) -> None:
    """Leave the browser with nothing."""
    for name in (SESSION_COOKIE, COOKIE, RENEWED_COOKIE):
        response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="lax")


def _set(response: Response, name: str, value: str, seconds: int) -> None:
    response.set_cookie(name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="lax")
