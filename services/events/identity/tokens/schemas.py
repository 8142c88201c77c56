"""Responses of the token endpoint (RFC 6749, sections 5.1 and 5.2)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from shared.http.auth import TOKEN_SECONDS
from shared.http.schemas import ResponseModel

Error = Literal["invalid_request", "invalid_client", "invalid_scope", "unsupported_grant_type"]


class TokenOut(ResponseModel):
    """A token, for `Authorization: Bearer`."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105  (the kind of it)
    expires_in: int = Field(description="seconds", examples=[TOKEN_SECONDS])
    scope: str = Field(description="scopes, a blank between them", examples=["events:read figures:read"])


class TokenError(ResponseModel):
    """Why there is no token (RFC 6749, section 5.2)."""

    error: Error
    error_description: str = Field(description="for the developer of the program; in English, as the standard requires")
