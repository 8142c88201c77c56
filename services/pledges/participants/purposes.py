"""The purpose that a program states before it sees a participant."""

from __future__ import annotations

from types import MappingProxyType
from typing import Annotated, Any, Final

from fastapi import Depends, Header, Query, Request

from shared.fields.validation import FieldError
from shared.http.problems import Problem
from shared.i18n.translations import gettext as _
from shared.privacy.access_log import CASEWORK, PLACEMENT, PROFILE_CARD, Purpose

STATED: Final = MappingProxyType({one.code: one for one in (CASEWORK, PLACEMENT, PROFILE_CARD)})
"""The purposes that may be stated, by code."""

_DESCRIPTION: Final = (
    "Why the caller looks: `casework`, `placement` or `profile_card`. It is written to the access log. Required, here "
    "or as a field `purpose` of the query or of the body; without it the answer is 422, and nothing is read."
)
_SCHEMA: Final[dict[str, Any]] = {"pattern": f"^({'|'.join(STATED)})$"}

PurposeHeader = Annotated[
    str | None, Header(alias="X-Purpose", description=_DESCRIPTION, max_length=40, json_schema_extra=_SCHEMA)
]
PurposeField = Annotated[
    str | None, Query(alias="purpose", description="See `X-Purpose`", max_length=40, json_schema_extra=_SCHEMA)
]


async def stated_purpose(request: Request, header: PurposeHeader = None, field: PurposeField = None) -> Purpose:
    """FastAPI dependency: the purpose that the request states.

    Raises:
        Problem: 422, there is none, an unknown one, or two that differ.
    """
    said = {"X-Purpose:": header, "?purpose": field, "/purpose": await _in_body(request)}
    stated = {pointer: code for pointer, code in said.items() if code is not None}
    if not stated:
        raise _refused("X-Purpose:", "missing", _("Say why you look: casework, placement or profile_card."))
    for pointer, code in stated.items():
        if code not in STATED:
            raise _refused(pointer, "purpose", _("Is not one of the purposes casework, placement and profile_card."))
    if len(set(stated.values())) > 1:
        raise _refused([*stated][-1], "purpose_differs", _("Another purpose is stated elsewhere in the request."))
    return STATED[next(iter(stated.values()))]


StatedPurpose = Annotated[Purpose, Depends(stated_purpose)]
"""Declare it after the principal, so that a caller without the role is refused first."""


async def _in_body(request: Request) -> str | None:
    """Return the field `purpose` of a JSON body. A body that cannot be read is the route's to refuse."""
    if not request.headers.get("content-type", "").startswith("application/json"):
        return None
    try:
        body = await request.json()
    except (RecursionError, ValueError):
        return None
    code = body.get("purpose") if isinstance(body, dict) else None
    return None if code is None else str(code)[:40]


def _refused(pointer: str, code: str, message: str) -> Problem:
    return Problem(422, errors=[FieldError(pointer, code, message)])
