"""Refuses requests that no route should see: too large bodies, and bodies, paths and queries that are not text."""

import re
from collections.abc import Callable, Mapping

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.http.problems import Problem
from shared.i18n.translations import gettext as _


class TooLarge(HTTPException):
    """The body exceeded the limit while it was read. An HTTPException, because FastAPI lets those through."""

    def __init__(self) -> None:
        super().__init__(413)


class BodyLimits:
    """Refuses bodies over the limit, announced by their length or sent in chunks, and input that is not text.

    PostgreSQL's text can hold neither NUL nor half a surrogate pair, and Python's JSON reader accepts both, so JSON and
    form bodies, paths and queries with one are answered 400 here. So is a multipart form with a charset other than
    UTF-8, which no browser sends: Python would decode it with any codec it has, and some take minutes for one megabyte.
    The body of a refused request is read to its end (up to 16 times the limit), because the sender would otherwise see
    a reset connection instead of the response.

    Args:
        limit: the largest body in bytes.
        larger: path prefixes that may receive more (uploads), in bytes.
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
        if _names_encoding(headers.get("content-type", "")):
            await drain(receive, 16 * limit)
            raise Problem(400, "not-text", detail=_("Forms are read as UTF-8."))
        if _announces_more(headers.get("content-length", ""), limit):
            await drain(receive, 16 * limit)
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
                await drain(receive, 16 * limit)
            raise TooLarge
        if is_not_text:
            # Only for types of bodies that the routes read whole anyway; they are below the limit.
            chunks.append(chunk)
            if not more and is_not_text(b"".join(chunks)):
                raise HTTPException(400)
        return message

    return receive_guarded


# Matches an escaped backslash or a whole surrogate pair; the group matches what is not text.
_ESCAPES = re.compile(rb"\\\\|\\u[dD][89abAB]..\\u[dD][c-fC-F]..|(\\u0000|\\u[dD][89a-fA-F]..)")


def _json_is_not_text(body: bytes) -> bool:
    return b"\0" in body or (b"\\u" in body and any(found[1] for found in _ESCAPES.finditer(body)))


def _form_is_not_text(body: bytes) -> bool:
    return b"\0" in body or b"%00" in body


def _reader_of(content_type: str) -> Callable[[bytes], bool] | None:
    """Return the check for bodies of a content type; None for uploads, which their readers check."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind.endswith("json"):
        return _json_is_not_text
    return _form_is_not_text if kind == "application/x-www-form-urlencoded" else None


# In any notation: parameters of a header may be quoted, encoded, or in several parts (RFC 2231).
_ENCODING = re.compile(r"charset(?!\s*=\s*\"?utf-8\"?\s*(?:;|$))", re.IGNORECASE)


def _names_encoding(content_type: str) -> bool:
    """Whether a multipart form names an encoding other than UTF-8."""
    return content_type.lstrip().lower().startswith("multipart/") and _ENCODING.search(content_type) is not None


_LENGTH = re.compile(r"[0-9]+")


def _announces_more(length: str, limit: int) -> bool:
    """Whether a Content-Length is over the limit. One that is not a number announces nothing: the body is counted."""
    if not _LENGTH.fullmatch(length):
        return False
    digits = length.lstrip("0")
    return len(digits) > len(str(limit)) or int(digits or "0") > limit


def _not_text() -> Problem:
    return Problem(400, "not-text", detail=_("It contains characters that are not text."))


async def drain(receive: Receive, max_bytes: int) -> None:
    """Read and discard the rest of a body, at most `max_bytes` bytes, because the client sends it before it reads a
    response."""
    discarded = 0
    while discarded < max_bytes:
        message = await receive()
        if message["type"] != "http.request":
            return
        discarded += len(message.get("body", b""))
        if not message.get("more_body", False):
            return
