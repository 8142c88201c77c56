"""Who asks: the token of every request is read once, before any route sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import structlog
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse

from shared.auth import (
    RENEWED_COOKIE,
    SESSION_COOKIE,
    InvalidToken,
    NotAllowed,
    NotSignedIn,
    TokenVerifier,
    read_principal,
)
from shared.web.i18n import gettext as _
from shared.web.problems import Problem, respond

if TYPE_CHECKING:
    from fastapi import FastAPI, Request
    from fastapi.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

    from shared.auth import Principal


RENEWAL = "/session/renew"
"""Where a browser is sent for a new token; `events` answers there."""

_NEVER_RENEWED = (RENEWAL, "/sign-out", "/assets/", "/.well-known/", "/livez", "/readyz", "/metrics", "/internal/")

_log = structlog.get_logger(__name__)


class Identity:
    """Sets `request.state.principal`: the token's bearer, or None. A bad bearer token is answered 401.

    A person's token lasts a minute, their session longer: a browser that has a session and no token that is good is
    sent to have it renewed, by a redirect that keeps the method and the body, and comes back with what it wanted.

    Args:
        token_jwks: the public keys, as the JSON text of a JWK set.
    """

    def __init__(self, app: ASGIApp, token_jwks: str) -> None:
        self.app = app
        self.verifier = TokenVerifier(token_jwks)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            connection = HTTPConnection(scope)
            try:
                principal = read_principal(connection, self.verifier)
            except InvalidToken as error:
                raise Problem(401, headers={"www-authenticate": 'Bearer error="invalid_token"'}) from error
            if principal is None and _could_be_renewed(connection):
                await _to_renewal(connection)(scope, receive, send)
                return
            scope.setdefault("state", {})["principal"] = principal
        await self.app(scope, receive, send)


def _could_be_renewed(connection: HTTPConnection) -> bool:
    return SESSION_COOKIE in connection.cookies and not connection.url.path.startswith(_NEVER_RENEWED)


def _to_renewal(connection: HTTPConnection) -> Response:
    """The way to a new token.

    Raises:
        Problem: 503, it has one that it was given a moment ago: the clocks of two machines differ.
    """
    if RENEWED_COOKIE in connection.cookies:
        _log.error("identity.clocks_differ")
        raise Problem(
            503,
            "clocks-differ",
            _("Two of the servers do not agree what time it is"),
            _("Tell whoever runs the installation. Nothing was changed."),
            headers={"retry-after": "10"},
        )
    url = connection.url
    target = f"{RENEWAL}?next={quote(url.path + (f'?{url.query}' if url.query else ''), safe='')}"
    return RedirectResponse(target, 307)


async def _on_not_signed_in(request: Request, _error: Exception) -> Response:
    return respond(request, Problem(401, headers={"www-authenticate": "Bearer"}))


async def _on_not_allowed(request: Request, _error: Exception) -> Response:
    principal: Principal | None = getattr(request.state, "principal", None)
    if principal is not None and principal.withheld:
        return respond(
            request,
            Problem(
                403,
                "passkey-needed",
                _("This needs a passkey"),
                _("Your work here opens with a passkey only, and you signed in without one. See “My account”."),
            ),
        )
    return respond(request, Problem(403))


def install(app: FastAPI) -> None:
    """Makes the refusals of `shared.auth.require` answer as problems."""
    app.add_exception_handler(NotSignedIn, _on_not_signed_in)
    app.add_exception_handler(NotAllowed, _on_not_allowed)
