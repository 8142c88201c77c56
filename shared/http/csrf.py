"""Protection against cross-site request forgery, in two layers.

`CrossSiteWrites` refuses what browsers themselves report as sent by another site (Sec-Fetch-Site, Origin). Behind it,
`refuse_forged_forms` compares a random value in the browser's cookie with the one in the form: another site cannot read
the cookie. Every posted form of every template gets the field when the template is compiled, so none can be forgotten.
The value belongs to the browser and not to the session: a form stays valid while somebody signs in again, and when a
request is sent on to renew a token.
"""

from __future__ import annotations

import hmac
import re
import secrets
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from fastapi import Request
from jinja2.ext import Extension
from markupsafe import Markup
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection

from shared.http import auth
from shared.http.authentication import RENEWAL
from shared.http.problems import Problem
from shared.i18n.translations import gettext as _

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE: Final = "__Host-tilsagn-csrf"
FIELD: Final = "csrf_token"
COOKIE_SECONDS: Final = 30 * 86_400
"""Longer than any session: a browser that was closed and opened again is still asked for its value."""
HEADER: Final = "x-csrf-token"
"""For scripts that send a form by themselves."""

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
# What a page elsewhere can have a browser send without asking us first (the Fetch standard's safelisted types).
_OF_FORMS: Final = frozenset({"", "application/x-www-form-urlencoded", "multipart/form-data", "text/plain"})
_A_FORM: Final = re.compile(r"<form\b(?:\{\{.*?\}\}|\{%.*?%\}|[^>{])*>", re.DOTALL)
_POSTED: Final = re.compile(r"\bmethod\s*=\s*[\"']?post\b", re.IGNORECASE)
_VALUE: Final = re.compile(r"[\w-]{43}", re.ASCII)


@dataclass
class _Browser:
    """What this browser's forms hold, and whether it has to be told."""

    value: str | None
    is_new: bool = False


_browser: ContextVar[_Browser | None] = ContextVar("csrf", default=None)


def csrf_field() -> Markup:
    """The field of a form; nothing outside a request."""
    browser = _browser.get()
    if browser is None:
        return Markup("")
    if browser.value is None:
        browser.value, browser.is_new = secrets.token_urlsafe(32), True
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, browser.value)


class FormFields(Extension):
    """Puts the field into every form of a template that is posted."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Return the template's source with the fields in it."""
        return _A_FORM.sub(lambda form: form[0] + ("{{ csrf_field() }}" if _POSTED.search(form[0]) else ""), source)


class CsrfCookie:
    """Knows the browser's value while a request is answered, and gives it one with its first form."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        browser = _Browser(value_of(HTTPConnection(scope)))

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start" and browser.is_new:
                cookie = f"{COOKIE}={browser.value}; Max-Age={COOKIE_SECONDS}; Path=/; Secure; HttpOnly; SameSite=Lax"
                MutableHeaders(scope=message).append("set-cookie", cookie)
            await send(message)

        reset = _browser.set(browser)
        try:
            await self.app(scope, receive, send_with_cookie)
        finally:
            _browser.reset(reset)


def value_of(connection: HTTPConnection) -> str | None:
    """Return the value that the browser has from us; None where it has none."""
    value = connection.cookies.get(COOKIE, "")
    return value if _VALUE.fullmatch(value) else None


async def refuse_forged_forms(request: Request) -> None:
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


def cross_site() -> Problem:
    """What is said of a write that another site may have made somebody's browser send."""
    return Problem(403, "cross-site", _("This came from another site"), _("Open the page here and send it again."))


class CrossSiteWrites:
    """Refuses writes that another site made somebody's browser send (CSRF), by what browsers say themselves.

    Unsafe methods pass with a Bearer token (a page elsewhere cannot add one), with `Sec-Fetch-Site` of
    same-origin or none, or, from browsers that do not send it, with our own `Origin`. A request with
    neither header did not come from a browser and passes unless it carries a session cookie.
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
