"""Forms that another site has a browser send are refused, by the value that only our pages have (`csrf`).

This stands behind `refusals.CrossSiteWrites`, which goes by what browsers say of themselves: one that says nothing
true still cannot read the cookie for another site.
"""

from __future__ import annotations

import hmac
from typing import Final

from fastapi import Request

from shared.http.authentication import RENEWAL
from shared.http.csrf import FIELD, HEADER, value_of
from shared.http.request_guards import SAFE_METHODS, cross_site

# What a page elsewhere can have a browser send without asking us first (the Fetch standard's safelisted types).
_OF_FORMS: Final = frozenset({"", "application/x-www-form-urlencoded", "multipart/form-data", "text/plain"})


async def refuse_forms_of_others(request: Request) -> None:
    """Asked before every route: a form that a browser sends holds the value of its cookie.

    Whoever says with every request who they are (a bearer) needs no such proof, and a body of another type is asked
    about before a browser sends it. A browser that we have never given a form has nothing to compare with.

    Raises:
        Problem: 403.
    """
    headers = request.headers
    of_a_form = headers.get("content-type", "").partition(";")[0].strip().lower() in _OF_FORMS
    # A name and a password are no bearer: a browser sends along those that stood in the address of a form.
    is_bearers = headers.get("authorization", "").lower().startswith("bearer ")
    if request.method in SAFE_METHODS or is_bearers or not of_a_form or request.url.path == RENEWAL:
        return
    value = value_of(request)
    if value is None:
        return
    sent = headers.get(HEADER) or (await request.form()).get(FIELD)
    if not isinstance(sent, str) or not hmac.compare_digest(sent.encode(), value.encode()):
        raise cross_site()
