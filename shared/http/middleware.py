"""Middleware around every request, as pure ASGI without copies of bodies.

From the outside in: request ids, the language, security headers, and a 500 for unexpected errors.
"""

import re
import uuid
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.http.problems import Problem, respond
from shared.i18n.translations import (
    DEFAULT_LANGUAGE,
    LANGUAGE_COOKIE,
    Language,
    as_language,
    preferred_language,
    use_language,
)

log = structlog.get_logger(__name__)

_YEAR = 365 * 24 * 3600


def content_security_policy(frame_ancestors: Sequence[str] = ()) -> str:
    """Return the Content-Security-Policy. A page that other sites may frame names their origins and sends its own
    header."""
    ancestors = " ".join(frame_ancestors) or "'none'"
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        "connect-src 'self'; font-src 'self'; form-action 'self'; "
        f"frame-ancestors {ancestors}; base-uri 'none'"
    )


_SECURITY_HEADERS: Mapping[str, str] = {
    "content-security-policy": content_security_policy(),
    "x-content-type-options": "nosniff",
    # Not no-referrer: with that browsers send "Origin: null" with our own forms.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
    "cache-control": "no-store",
}


class RequestIds:
    """Gives each request an id, and a correlation id that follows its effects through all services.

    Both are UUIDs. A client may send `X-Correlation-Id`; anything that is not a UUID is replaced. They are in
    `request.state.request_id` and `.correlation_id`, in every log line and in the response's headers. `who` is in every
    log line, too: None until `Authentication` has read the token.
    """

    def __init__(self, app: ASGIApp, service: str) -> None:
        self.app = app
        self.service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = uuid.uuid4()
        correlation_id = _as_uuid(Headers(scope=scope).get("x-correlation-id")) or request_id
        state = scope.setdefault("state", {})
        state["request_id"] = request_id
        state["correlation_id"] = correlation_id

        async def send_with_ids(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["x-request-id"] = str(request_id)
                headers["x-correlation-id"] = str(correlation_id)
            await send(message)

        with structlog.contextvars.bound_contextvars(
            service=self.service, request_id=str(request_id), correlation_id=str(correlation_id), who=None
        ):
            await self.app(scope, receive, send_with_ids)


def _as_uuid(value: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(value) if value and len(value) == 36 else None
    except ValueError:
        return None


class LanguageSelection:
    """Chooses the language: `?lang=`, then the cookie, then (programs only) `Accept-Language`, then Danish.

    A choice by `?lang=` is stored in the cookie for a year.
    """

    def __init__(self, app: ASGIApp, service: str) -> None:
        self.app = app
        self.service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        chosen = _chosen_in_query(scope)
        language = chosen or _remembered(scope) or _asked_by_program(scope) or DEFAULT_LANGUAGE

        async def send_in_language(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("content-language", language)
                if chosen:
                    headers.append("set-cookie", _cookie(chosen))
            await send(message)

        with use_language(language, self.service):
            await self.app(scope, receive, send_in_language)


def _chosen_in_query(scope: Scope) -> Language | None:
    query = scope.get("query_string", b"")
    if b"lang=" not in query:
        return None
    return as_language(parse_qs(query.decode("latin-1")).get("lang", [""])[-1])


def _remembered(scope: Scope) -> Language | None:
    cookies = Headers(scope=scope).get("cookie", "")
    found = re.search(rf"(?:^|;\s*){LANGUAGE_COOKIE}=([a-z-]+)", cookies)
    return as_language(found[1]) if found else None


def _asked_by_program(scope: Scope) -> Language | None:
    if not scope["path"].startswith(("/api/", "/internal/")):
        return None
    return preferred_language(Headers(scope=scope).get("accept-language", ""))


def _cookie(language: Language) -> str:
    return f"{LANGUAGE_COOKIE}={language}; Path=/; Max-Age={_YEAR}; Secure; HttpOnly; SameSite=Lax"


class SecurityHeaders:
    """Adds the headers above to every response that does not set them itself, and HSTS when the public URL is HTTPS."""

    def __init__(self, app: ASGIApp, public_url: str) -> None:
        self.app = app
        self.headers = dict(_SECURITY_HEADERS)
        if public_url.startswith("https://"):
            self.headers["strict-transport-security"] = "max-age=63072000; includeSubDomains"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


class UnexpectedErrors:
    """Answers an unhandled exception with a 500 problem without details, and logs it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def send_and_note(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, send_and_note)
        except Problem as problem:
            await _answer(problem, scope, receive, send)
        except ClientDisconnect:
            log.info("client_left", method=scope["method"], route=_route(scope))
        except Exception:
            log.exception("request_failed", method=scope["method"], route=_route(scope))
            if started:
                raise
            await _answer(Problem(500), scope, receive, send)


def _route(scope: Scope) -> str:
    """Return the route's pattern; the path itself may hold tokens."""
    return getattr(scope.get("route"), "path", "")


async def _answer(problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
    await respond(Request(scope, receive), problem)(scope, receive, send)
