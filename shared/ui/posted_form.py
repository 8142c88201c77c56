"""Reading the form that a request sends."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from fastapi import Request
    from starlette.datastructures import FormData

MAX_FIELDS: Final = 5_000
"""A batch of 200 paper slips has some 2,300 fields."""


async def posted_form(request: Request) -> FormData:
    """Return the fields and files of a posted form. Read once, and kept for later calls.

    Starlette refuses a field over 1 MB and more than 1,000 fields, whatever the route allows. Here
    `shared.http.request_guards.BodyLimits` alone bounds the size of a form, so that a page can send back what was
    uploaded to it; and a form may have `MAX_FIELDS`.
    """
    return await request.form(max_fields=MAX_FIELDS, max_part_size=sys.maxsize)
