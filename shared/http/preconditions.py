"""ETag and If-Match (RFC 9110, sections 8.8.3 and 13.1.1): how a client says which version it decided on.

A route takes `expected: ExpectedVersion` and hands it to its command; the command raises a refusal of kind "stale"
(412) when the aggregate has another version. A route that shows one version sends `headers={"etag": etag(version)}`.
"""

import re
from typing import Annotated

from fastapi import Depends, Header

from shared.http.problems import Problem
from shared.i18n.translations import gettext as _

NO_VERSION = -1
"""A version that nothing has: what a well-formed If-Match asks for when it names none of our ETags."""

_TAG = re.compile(r'(W/)?"([^"]*)"')
_LARGEST = 9
"""Digits. PostgreSQL's `integer` has ten."""

IfMatch = Annotated[
    str | None,
    Header(
        description="The ETag the decision was taken on; another version is answered with 412. May be left out.",
        examples=['"3"'],
        max_length=200,
    ),
]


def etag(version: int) -> str:
    """Return the entity tag of a version."""
    return f'"{version}"'


async def expected_version(if_match: IfMatch = None) -> int | None:
    """FastAPI dependency: the version that If-Match names.

    Returns:
        None without the header and for `*`: any version will do. `NO_VERSION` for a weak tag (tags are compared
        strongly), for several tags, and for a tag that we never sent.

    Raises:
        Problem: 400, the header is not a list of entity tags.
    """
    if if_match is None or if_match.strip() == "*":
        return None
    tags = _TAG.findall(if_match)
    if not tags or _TAG.sub("", if_match).strip(" ,"):
        raise Problem(400, "malformed-if-match", detail=_('If-Match takes an ETag as it was sent, such as "3".'))
    versions = [int(tag) for weak, tag in tags if not weak and tag.isascii() and tag.isdigit() and len(tag) <= _LARGEST]
    return versions[0] if len(versions) == 1 == len(tags) else NO_VERSION


ExpectedVersion = Annotated[int | None, Depends(expected_version)]
