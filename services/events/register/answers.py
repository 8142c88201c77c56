"""What the resources' answers have in common: pages of lists, warnings, versions, documented refusals."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

from fastapi import Header
from pydantic import BaseModel, Field

from shared.http.openapi import ETAG
from shared.http.problems import Problem
from shared.i18n.translations import gettext as _

PREFIX: Final = "/api/events/v1"
"""Said in each resource's router, not where they are gathered: metrics and logs name a route by its own path."""

_REFUSALS: Final = {
    400: "The request cannot be read",
    401: "No token, or one that is not valid",
    403: "The role does not allow this",
    404: "There is no such thing in this taskforce",
    409: "The thing's status does not allow this, or its id is taken by something else",
    412: "Somebody has changed it since the version in If-Match",
    413: "The body is larger than 1 MiB",
    422: "Something needs to be corrected; `errors` says what",
}


def versioned(status: int = 200) -> dict[int | str, dict[str, Any]]:
    """Document that the answer names its version."""
    return {status: {"headers": ETAG}}


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Document the problems a route answers with, besides the ones every route has."""
    return {status: {"description": _REFUSALS[status]} for status in sorted({400, 401, 403, 422, *statuses})}


class Warned(BaseModel):
    """Something was accepted although it looks wrong; somebody should look at it."""

    pointer: str = Field(description="the field it is about, as a JSON pointer", examples=["/cvr"])
    code: str = Field(description="stable; for programs", examples=["cvr_checksum"])
    message: str = Field(description="for people, in their language")


def cvr_warnings(*, as_typed: str | None, shared: bool) -> list[Warned]:
    """What there is to say about a company's CVR number."""
    warnings = []
    if as_typed is not None:
        warnings.append(
            Warned(
                pointer="/cvr",
                code="cvr_checksum",
                message=_("This is not a CVR number. The company is registered without it; please check the number."),
            )
        )
    if shared:
        warnings.append(
            Warned(
                pointer="/cvr",
                code="cvr_shared",
                message=_("Another company of the register has the same CVR number. Is it the same company?"),
            )
        )
    return warnings


def etag(version: int) -> str:
    """The entity tag of a version."""
    return f'"{version}"'


_TAG = re.compile(r'(W/)?"([^"]*)"')

IfMatch = Annotated[
    str | None,
    Header(
        description="the ETag the decision was taken on; another version is answered with 412. May be left out.",
        examples=['"3"'],
        max_length=200,
    ),
]


def version_seen(if_match: str | None) -> int | None:
    """Return the version an If-Match header asks for; None: any. Raises `Problem` (400, 412).

    Tags are compared strongly (RFC 9110, section 13.1.1): a weak one matches nothing.
    """
    if if_match is None or if_match.strip() == "*":
        return None
    tags = _TAG.findall(if_match)
    if not tags or _TAG.sub("", if_match).strip(" ,"):
        raise Problem(400, "malformed-if-match", detail=_('If-Match takes an ETag as it was sent, such as "3".'))
    versions = [int(tag) for weak, tag in tags if not weak and tag.isascii() and tag.isdigit()]
    # A list says "any of these"; what we hand out is one, and a version that never was matches nothing.
    return versions[0] if len(versions) == 1 else -1
