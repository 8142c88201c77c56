"""What happens to every request before a route sees it, and to every answer after: pure ASGI, no copies.

From the outside in: an id for the request, the language, headers of the answer, refusals (cross-site
writes, bodies that are too large or not text), and the net under everything that was not foreseen.
"""

import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import parse_qs, urlsplit

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.auth import COOKIE
from shared.web.i18n import (
    DEFAULT_LANGUAGE,
    LANGUAGE_COOKIE,
    Language,
    as_language,
    preferred_language,
    speaking,
)
from shared.web.i18n import gettext as _
from shared.web.problems import Problem, respond

log = structlog.get_logger(__name__)

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_YEAR = 365 * 24 * 3600


def content_security_policy(frame_ancestors: Sequence[str] = ()) -> str:
    """The policy of every answer; a page that others may frame names them (origins) and sends it itself."""
    ancestors = " ".join(frame_ancestors) or "'none'"
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        "connect-src 'self'; font-src 'self'; form-action 'self'; "
        f"frame-ancestors {ancestors}; base-uri 'none'"
    )


_SECURITY_HEADERS: Mapping[str, str] = {
    "content-security-policy": content_security_policy(),
    "x-content-type-options": "nosniff",
    # Not no-referrer: that makes browsers send "Origin: null" with our own forms.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
    "cache-control": "no-store",
}


class RequestIdentity:
    """Gives each request an id, and the correlation id that follows its effects through all services.

    Both are UUIDs. A caller may send `X-Correlation-Id`; anything that is not a UUID is replaced. They are in
    `request.state.request_id` / `.correlation_id`, in every log line, and in the answer's headers.
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
            service=self.service, request_id=str(request_id), correlation_id=str(correlation_id)
        ):
            await self.app(scope, receive, send_with_ids)


def _as_uuid(value: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(value) if value and len(value) == 36 else None
    except ValueError:
        return None


class SpokenLanguage:
    """Chooses the language: `?lang=`, then the cookie, then (programs only) `Accept-Language`, then Danish.

    A choice made by `?lang=` is remembered in the cookie for a year.
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
                    headers.append("set-cookie", _cookie(chosen, secure=scope["scheme"] == "https"))
            await send(message)

        with speaking(language, self.service):
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


def _cookie(language: Language, *, secure: bool) -> str:
    protection = "; Secure" if secure else ""
    return f"{LANGUAGE_COOKIE}={language}; Path=/; Max-Age={_YEAR}; SameSite=Lax{protection}"


class SecurityHeaders:
    """Adds the headers above to every answer that has not set its own, and HSTS where we are on HTTPS."""

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


class UnforeseenErrors:
    """Turns an exception nobody caught into a 500 problem that says nothing of the inside, and logs it."""

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
        except Exception:
            log.exception("request_failed", method=scope["method"], route=_route(scope))
            if started:
                raise
            await _answer(Problem(500), scope, receive, send)


def _route(scope: Scope) -> str:
    """The route's pattern, not the path: paths may hold tokens."""
    return getattr(scope.get("route"), "path", "")


async def _answer(problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
    await respond(Request(scope, receive), problem)(scope, receive, send)


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
            raise Problem(
                403,
                "cross-site",
                _("This came from another site"),
                _("Open the page here and send it again."),
            )
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
        return f"{COOKIE}=" in cookies


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


class TooLarge(HTTPException):
    """The body grew past the limit while it was read. An HTTPException because FastAPI lets those through."""

    def __init__(self) -> None:
        super().__init__(413)


class BodyLimits:
    """Refuses bodies over the limit, whether they say their length or come in chunks, and what is not text.

    `larger` gives path prefixes that may receive more (uploads), in bytes. PostgreSQL's text holds neither NUL
    nor half a surrogate pair, and Python's JSON reader lets both through, so JSON and form bodies, paths and
    queries with one are refused here, once, with 400.
    A refused body is read to its end (up to 16 times the limit), or the sender would see a reset connection
    instead of the answer.
    """

    def __init__(self, app: ASGIApp, limit: int, larger: Mapping[str, int]) -> None:
        self.app = app
        self.limit = limit
        self.larger = dict(larger)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if b"%00" in scope.get("query_string", b"") or "\0" in scope["path"]:
            raise _not_text()
        limit = self._limit_of(scope["path"])
        headers = Headers(scope=scope)
        announced = headers.get("content-length", "0")
        if announced.isdigit() and int(announced) > limit:
            await _drain(receive, 16 * limit)
            raise Problem(413)
        await self.app(scope, _guarded(receive, limit, headers.get("content-type", "")), send)

    def _limit_of(self, path: str) -> int:
        matching = [size for prefix, size in self.larger.items() if path.startswith(prefix)]
        return max(matching, default=self.limit)


def _guarded(receive: Receive, limit: int, content_type: str) -> Receive:
    is_not_text = _reader_of(content_type)
    received = 0
    chunks: list[bytes] = []

    async def receive_guarded() -> Message:
        nonlocal received
        message = await receive()
        if message["type"] != "http.request":
            return message
        chunk: bytes = message.get("body", b"")
        more = message.get("more_body", False)
        received += len(chunk)
        if received > limit:
            if more:
                await _drain(receive, 16 * limit)
            raise TooLarge
        if is_not_text:
            # Kept only for kinds of bodies that are read whole anyway, and those are under the limit.
            chunks.append(chunk)
            if not more and is_not_text(b"".join(chunks)):
                raise HTTPException(400)
        return message

    return receive_guarded


# An escaped backslash, or a whole surrogate pair; what is left over as the group is not text.
_ESCAPES = re.compile(rb"\\\\|\\u[dD][89abAB]..\\u[dD][c-fC-F]..|(\\u0000|\\u[dD][89a-fA-F]..)")


def _json_is_not_text(body: bytes) -> bool:
    return b"\0" in body or (b"\\u" in body and any(found[1] for found in _ESCAPES.finditer(body)))


def _form_is_not_text(body: bytes) -> bool:
    return b"\0" in body or b"%00" in body


def _reader_of(content_type: str) -> Callable[[bytes], bool] | None:
    """How to see that such a body is not text; None for uploads, whose readers judge for themselves."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind.endswith("json"):
        return _json_is_not_text
    return _form_is_not_text if kind == "application/x-www-form-urlencoded" else None


def _not_text() -> Problem:
    return Problem(400, "not-text", detail=_("It contains characters that are not text."))


async def _drain(receive: Receive, most: int) -> None:
    discarded = 0
    while discarded < most:
        message = await receive()
        if message["type"] != "http.request":
            return
        discarded += len(message.get("body", b""))
        if not message.get("more_body", False):
            return
