"""Who asks: the token of every request is read once, before any route sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import HTTPConnection

from shared.auth import InvalidToken, NotAllowed, NotSignedIn, TokenVerifier, read_principal
from shared.web.problems import Problem, respond

if TYPE_CHECKING:
    from fastapi import FastAPI, Request
    from fastapi.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send


class Identity:
    """Sets `request.state.principal`: the token's bearer, or None. A bad bearer token is answered 401.

    Args:
        token_jwks: the public keys, as the JSON text of a JWK set.
    """

    def __init__(self, app: ASGIApp, token_jwks: str) -> None:
        self.app = app
        self.verifier = TokenVerifier(token_jwks)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            try:
                principal = read_principal(HTTPConnection(scope), self.verifier)
            except InvalidToken as error:
                raise Problem(401, headers={"www-authenticate": 'Bearer error="invalid_token"'}) from error
            scope.setdefault("state", {})["principal"] = principal
        await self.app(scope, receive, send)


async def _on_not_signed_in(request: Request, _: Exception) -> Response:
    return respond(request, Problem(401, headers={"www-authenticate": "Bearer"}))


async def _on_not_allowed(request: Request, _: Exception) -> Response:
    return respond(request, Problem(403))


def install(app: FastAPI) -> None:
    """Makes the refusals of `shared.auth.require` answer as problems."""
    app.add_exception_handler(NotSignedIn, _on_not_signed_in)
    app.add_exception_handler(NotAllowed, _on_not_allowed)
