"""Authentication middleware: reads the token of every request once, before any route."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import quote

import structlog
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse

from shared.http.auth import (
    ACTIVITY_RECORDED,
    RENEWED_COOKIE,
    SESSION_COOKIE,
    SESSION_IDLE_SECONDS,
    STEP_UP_SECONDS,
    InvalidToken,
    NotAllowed,
    NotAuthenticated,
    StepUpRequired,
    TokenVerifier,
    read_principal,
)
from shared.http.problems import Problem, respond
from shared.http.request_guards import drain
from shared.i18n.translations import gettext as _
from shared.product.services import RENEWAL_PATH, is_unattended
from shared.ui.local_paths import requested_path

if TYPE_CHECKING:
    from fastapi import FastAPI, Request
    from fastapi.responses import Response
    from starlette.datastructures import Headers
    from starlette.types import ASGIApp, Receive, Scope, Send

    from shared.http.auth import Principal


_WITHOUT_RENEWAL = (
    *(RENEWAL_PATH, "/sign-out", "/sign-in/provider", "/assets/", "/board", "/favicon.ico", "/.well-known/"),
    # A browser takes no script of a service worker from a redirect.
    *("/pledges/service-worker.js", "/pledges/shell/", "/events/service-worker.js", "/events/shell/"),
    *("/livez", "/readyz", "/metrics", "/internal/"),
)
"""Paths that are the same for everybody, and so work while the identity service is down."""
_ACTIVITY_EVERY_SECONDS = 300
_LARGEST_BODY = 16 * 1024 * 1024

_log = structlog.get_logger(__name__)


class Authentication:
    """Sets `request.state.principal`: the principal of the token, or None. An invalid bearer token is answered 401.

    The principal's subject is in every log line of the request.

    A person's token lasts a minute and their session longer. A browser with a session and without a valid token is
    redirected (307, which keeps method and body) to renew the token, and then back.

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
            if principal is None and _can_renew(connection):
                answer = _redirect_to_renewal(connection)
                await drain(receive, _LARGEST_BODY)
                await answer(scope, receive, send)
                return
            if principal is not None and _must_record_activity(principal, connection):
                await drain(receive, _LARGEST_BODY)
                await _renewal(connection)(scope, receive, send)
                return
            scope.setdefault("state", {})["principal"] = principal
            if principal is not None:
                # The id of an account, key or event, or a service's name. `RequestIds` unbinds it.
                structlog.contextvars.bind_contextvars(who=principal.subject)
        await self.app(scope, receive, send)


def is_activity(method: str, headers: Headers, path: str) -> bool:
    """Whether a request is an action of a person, rather than a page that polls by itself."""
    by_script = headers.get("sec-fetch-mode") not in {None, "navigate"}
    return not (method in {"GET", "HEAD"} and by_script) or is_unattended(path)


def _must_record_activity(principal: Principal, connection: HTTPConnection) -> bool:
    """Whether the identity service has to learn that the person is active: it has not for `_ACTIVITY_EVERY_SECONDS`.

    It learns that by a renewal. A page that polls in another tab may otherwise be the only one that renews.
    """
    if principal.session_ends_at is None or not _can_renew(connection):
        return False
    unnoted = SESSION_IDLE_SECONDS - (principal.session_ends_at - time.time())
    if unnoted < _ACTIVITY_EVERY_SECONDS or connection.cookies.get(RENEWED_COOKIE) == ACTIVITY_RECORDED:
        return False
    return is_activity(connection.scope["method"], connection.headers, connection.scope["path"])


def _can_renew(connection: HTTPConnection) -> bool:
    return SESSION_COOKIE in connection.cookies and not connection.scope["path"].startswith(_WITHOUT_RENEWAL)


def _redirect_to_renewal(connection: HTTPConnection) -> Response:
    """Return the redirect that renews the token.

    Raises:
        Problem: 503, the token was renewed a moment ago and is not valid here: the clocks of two servers differ.
    """
    if RENEWED_COOKIE in connection.cookies:
        _log.error("identity.clocks_differ")
        raise Problem(
            503,
            "clocks-differ",
            _("Two of the servers do not agree what time it is"),
            _("Tell the operator of the installation. Nothing was changed."),
            headers={"retry-after": "10"},
        )
    return _renewal(connection)


def _renewal(connection: HTTPConnection) -> Response:
    return RedirectResponse(f"{RENEWAL_PATH}?next={quote(requested_path(connection), safe='')}", 307)


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
                _("This needs another sign-in"),
                _("Your work here does not open the way you signed in. “My account” says what opens it."),
                next_step=("/account", _("My account")),
            ),
        )
    return respond(request, Problem(403))


def step_up_required() -> Problem:
    """Return the problem that asks a person to sign in again (RFC 9470)."""
    return Problem(
        401,
        "proof-needed",
        _("Show again that it is you"),
        _("For this you must have signed in less than %(minutes)s minutes ago. Nothing was changed.")
        % {"minutes": STEP_UP_SECONDS // 60},
        headers={
            "www-authenticate": f'Bearer error="insufficient_user_authentication", max_age="{STEP_UP_SECONDS}"',
        },
    )


async def _on_step_up_required(request: Request, _error: Exception) -> Response:
    return respond(request, step_up_required())


def install(app: FastAPI) -> None:
    """Answer the errors of `shared.http.auth` as problems."""
    app.add_exception_handler(NotAuthenticated, _on_not_signed_in)
    app.add_exception_handler(NotAllowed, _on_not_allowed)
    app.add_exception_handler(StepUpRequired, _on_step_up_required)
