"""Protection against cross-site request forgery, in two layers.

`CrossSiteWrites` refuses what browsers themselves report as sent by another site (Sec-Fetch-Site, Origin). Behind it,
`refuse_forged_forms` compares a random value in the browser's cookie with the one in the form: another site cannot read
the cookie. Every posted form of every template gets the field when the template is compiled, so none can be forgotten.
The value belongs to the browser and not to the session: a form stays valid when the person signs in again, and when a
request is sent on to renew a token.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection

from shared.http import auth
from shared.http.problems import Problem
from shared.i18n.translations import gettext as _
from shared.product.services import RENEWAL_PATH
from shared.secrets import read_secret
from shared.ui.csrf_field import CSRF_VALUE, FIELD, CsrfValue, unmask
from shared.ui.posted_form import posted_form

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE: Final = "__Host-tilsagn-csrf"
COOKIE_SECONDS: Final = 30 * 86_400
"""Longer than any session, so that a form of a browser that was closed and opened again is still valid."""
HEADER: Final = "x-csrf-token"
"""For scripts that send a form by themselves."""

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
# The types that another site's page can send without a preflight request (safelisted by the Fetch standard).
_OF_FORMS: Final = frozenset({"", "application/x-www-form-urlencoded", "multipart/form-data", "text/plain"})


class CsrfCookie:
    """Makes the browser's value available while a request is handled, and sets the cookie with its first form."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        browser = CsrfValue(value_of(HTTPConnection(scope)))

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start" and browser.is_new:
                cookie = f"{COOKIE}={browser.value}; Max-Age={COOKIE_SECONDS}; Path=/; Secure; HttpOnly; SameSite=Lax"
                MutableHeaders(scope=message).append("set-cookie", cookie)
            await send(message)

        reset = CSRF_VALUE.set(browser)
        try:
            await self.app(scope, receive, send_with_cookie)
        finally:
            CSRF_VALUE.reset(reset)


def value_of(connection: HTTPConnection) -> str | None:
    """Return the value in the browser's cookie; None where there is none that we could have set."""
    value = connection.cookies.get(COOKIE, "")
    return value if read_secret(value) is not None else None


async def refuse_forged_forms(request: Request) -> None:
    """Check before every route that a form holds the value of the browser's cookie.

    Requests with a bearer token pass: a browser never adds one by itself. Bodies of other types pass: a browser sends a
    preflight request for those. A browser without the cookie has never loaded one of our forms.

    Raises:
        Problem: 403.
    """
    headers = request.headers
    of_a_form = headers.get("content-type", "").partition(";")[0].strip().lower() in _OF_FORMS
    # Basic credentials are no bearer token: a browser adds those that are in the address of a form.
    is_bearers = headers.get("authorization", "").lower().startswith("bearer ")
    if request.method in SAFE_METHODS or is_bearers or not of_a_form or request.scope["path"] == RENEWAL_PATH:
        return
    value = read_secret(value_of(request) or "")
    if value is None:
        return
    sent = headers.get(HEADER) or (await posted_form(request)).get(FIELD)
    said = unmask(sent) if isinstance(sent, str) else None
    if said is None or not hmac.compare_digest(said, value):
        raise cross_site()


def cross_site() -> Problem:
    """Return the problem for a write that another site may have made the browser send."""
    return Problem(403, "cross-site", _("This came from another site"), _("Open the page here and send it again."))


class CrossSiteWrites:
    """Refuses unsafe requests that another site made the browser send, by the headers that browsers set themselves.

    A request passes with a bearer token (another site cannot add one), with `Sec-Fetch-Site` of same-origin or none,
    or, from browsers that do not send it, with our own `Origin`. A request with neither header did not come from a
    browser and passes unless it carries a session cookie.
    """

    def __init__(self, app: ASGIApp, public_url: str) -> None:
        self.app = app
        self.public_origin = _origin(public_url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in SAFE_METHODS and self._foreign(scope):
            raise cross_site()
        await self.app(scope, receive, send)

    def _foreign(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        if headers.get("authorization", "").lower().startswith("bearer "):
            return False
        if site := headers.get("sec-fetch-site"):
            return site not in {"same-origin", "none"}
        if origin := headers.get("origin"):
            return origin not in {self.public_origin, f"{scope['scheme']}://{headers.get('host', '')}"}
        cookies = headers.get("cookie", "")
        return f"{auth.COOKIE}=" in cookies


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
