"""Forms say that they come from one of our pages: a random value, in the browser's cookie and in every form.

Here it is given out; `forgery` asks for it. Every form of every template gets its field when the template is
compiled, so none can be forgotten. The value is of the browser and not of the session: a form that was open while
somebody signed in again, or was sent on to have a token renewed, is as good as before.
"""

from __future__ import annotations

import re
import secrets
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from jinja2.ext import Extension
from markupsafe import Markup
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE: Final = "__Host-tilsagn-csrf"
FIELD: Final = "csrf_token"
COOKIE_SECONDS: Final = 30 * 86_400
"""Longer than any session: a browser that was closed and opened again is still asked for its value."""
HEADER: Final = "x-csrf-token"
"""For scripts that send a form by themselves."""

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
