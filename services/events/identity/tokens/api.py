"""The OAuth 2.0 token endpoint with the client credentials grant (RFC 6749, section 4.4)."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any, Final
from urllib.parse import unquote_plus

from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse, Response

from services.events.access import Settings
from services.events.identity.api_keys import commands
from services.events.identity.api_keys.domain import TOKEN_PATH, InvalidClient, InvalidScope
from services.events.identity.tokens.schemas import Error, TokenError, TokenOut
from shared.http.auth import TOKEN_SECONDS, sign_token
from shared.http.dependencies import Anybody, Db
from shared.http.policy import concerns
from shared.http.rate_limits import EXCHANGING_KEYS, limited

router = APIRouter(prefix=TOKEN_PATH, tags=["token"])


_NO_STORE: Final = {"cache-control": "no-store", "pragma": "no-cache"}
_BASIC: Final = {"www-authenticate": 'Basic realm="Tilsagn"'}


_RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    400: {"model": TokenError, "description": "The request is invalid"},
    401: {
        "model": TokenError,
        "description": "The key is unknown, revoked, expired or suspended (its owner is no longer an administrator)",
    },
    413: {"description": "The body is larger than 1 MiB"},
}


@router.post("", response_model=TokenOut, responses=_RESPONSES)
@concerns()
@limited(EXCHANGING_KEYS)
async def make_token(
    *,
    request: Request,
    _who: Anybody,
    db: Db,
    settings: Settings,
    grant_type: Annotated[str | None, Form(description="client_credentials")] = None,
    scope: Annotated[str | None, Form(description="some of the key's scopes; by default all of them")] = None,
    client_id: Annotated[str | None, Form(description="if it is not in the Authorization header")] = None,
    client_secret: Annotated[str | None, Form(description="if it is not in the Authorization header")] = None,
) -> Response:
    """Exchange an API key for an access token of one minute."""
    given = _basic(request.headers.get("authorization", ""))
    if given is not None and (client_id or client_secret):
        return _refused("invalid_request", "use one method of client authentication")
    if grant_type is None:
        return _refused("invalid_request", "grant_type is missing")
    if grant_type != "client_credentials":
        return _refused("unsupported_grant_type", "only client_credentials is supported")
    name, secret = given or (client_id or "", client_secret or "")
    try:
        principal = await commands.exchange(db, name, secret, scopes=(scope or "").split())
    except InvalidClient:
        return _refused(
            "invalid_client",
            "the key is unknown or no longer valid; an administrator can see why and take it over",
            401,
        )
    except InvalidScope:
        return _refused("invalid_scope", "the key does not have all of these scopes")
    token = sign_token(settings.token_private_key.get_secret_value(), principal, lifetime_seconds=TOKEN_SECONDS)
    made = TokenOut(access_token=token, expires_in=TOKEN_SECONDS, scope=" ".join(sorted(principal.roles)))
    return JSONResponse(made.model_dump(), headers=_NO_STORE)


def _basic(header: str) -> tuple[str, str] | None:
    """Return the client id and secret in `Authorization: Basic` (RFC 6749, section 2.3.1); None without the header."""
    scheme, _blank, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _colon, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return "", ""
    return unquote_plus(name), unquote_plus(secret)


def _refused(error: Error, why: str, status: int = 400) -> Response:
    headers = _NO_STORE | (_BASIC if status == 401 else {})
    return JSONResponse(TokenError(error=error, error_description=why).model_dump(), status, headers=headers)
