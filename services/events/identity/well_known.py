"""Well-known URIs: the public keys that verify tokens, and the contact for security reports."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Final

from fastapi import APIRouter
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from services.events.access import Settings
from shared.http.dependencies import Anybody
from shared.http.policy import concerns
from shared.http.problems import Problem

router = APIRouter(prefix="/.well-known", include_in_schema=False)

_VALID_FOR: Final = timedelta(days=180)
"""RFC 9116 asks for less than a year. Each response counts from now."""


@router.get("/jwks.json")
@concerns()
async def show_keys(_who: Anybody, settings: Settings) -> Response:
    """The public keys as a JWK set (RFC 7517): the current one, previous ones and the next one."""
    return JSONResponse(
        json.loads(settings.token_jwks),
        media_type="application/jwk-set+json",
        headers={"cache-control": "public, max-age=300"},
    )


@router.get("/security.txt")
@concerns()
async def show_security_txt(_who: Anybody, settings: Settings) -> Response:
    """The contact for security reports (RFC 9116); 404 if none is configured."""
    if settings.security_contact is None:
        raise Problem(404)
    expires = (datetime.now(UTC) + _VALID_FOR).strftime("%Y-%m-%dT%H:%M:%SZ")
    lines = (
        f"Contact: {settings.security_contact}",
        f"Expires: {expires}",
        "Preferred-Languages: da, en",
        f"Canonical: {settings.public_url}/.well-known/security.txt",
    )
    return PlainTextResponse("\n".join(lines) + "\n")
