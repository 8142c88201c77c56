"""How a response is sent, whatever answers: HEAD as GET without the body, and text compressed.

Both are here and not in a gateway, so that every deployment has them. A gateway that compresses would also change the
ETag, which is the version that a client sends back in If-Match.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Final

from starlette.datastructures import Headers
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SMALLEST: Final = 1000
"""Bytes. A smaller body fits into one packet anyway."""
_LEVEL: Final = 5
"""Of 9. Higher levels take twice the time for a hundredth of the size."""
_COMPRESSED_ALREADY: Final = (
    *DEFAULT_EXCLUDED_CONTENT_TYPES,
    "application/octet-stream",
    "application/pdf",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "message/rfc822",
)
_OF_ANOTHER_SITE: Final = frozenset({"cross-site", "same-site"})


class HeadRequests:
    """Answers HEAD wherever GET is answered, with the same headers and without a body (RFC 9110, section 9.3.2).

    The application sees a GET whose client leaves as soon as the response has begun, so an event stream ends at once.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return
        begun = asyncio.Event()
        is_read = False

        async def receive_nothing() -> Message:
            nonlocal is_read
            if not is_read:
                is_read = True
                return {"type": "http.request", "body": b"", "more_body": False}
            await begun.wait()
            return {"type": "http.disconnect"}

        async def send_head(message: Message) -> None:
            if message["type"] == "http.response.start":
                await send(message)
                await send({"type": "http.response.body", "body": b"", "more_body": False})
                begun.set()

        await self.app({**scope, "method": "GET"}, receive_nothing, send_head)


class Compression:
    """Compresses text with gzip for clients that accept it. Event streams and packed files are sent as they are.

    Nothing is compressed that another site asked for: from the lengths of many such responses it could learn what is in
    them beside its own words (BREACH). Browsers that do not say who asks learn nothing either, because the value in our
    forms is masked anew in each response (`shared.ui.csrf_field`), and cookies are not sent along (SameSite).
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.compressing = GZipMiddleware(
            app, minimum_size=_SMALLEST, compresslevel=_LEVEL, exclude_content_types=_COMPRESSED_ALREADY
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        accepted = ",".join(headers.getlist("accept-encoding"))
        if headers.get("sec-fetch-site") in _OF_ANOTHER_SITE:
            await self.app(scope, receive, send)
            return
        # Starlette looks for the word "gzip", so it would compress for "gzip;q=0" and not for "*".
        codings = [coding for coding in accepted.split(",") if "gzip" not in coding.lower()]
        codings += ["gzip"] if _accepts_gzip(accepted) else []
        others = [header for header in scope["headers"] if header[0] != b"accept-encoding"]
        wanted = (b"accept-encoding", ",".join(codings).encode("latin-1"))
        await self.compressing({**scope, "headers": [*others, wanted]}, receive, send)


_QUALITY = re.compile(r"\s*q\s*=\s*(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\s*", re.IGNORECASE)


def _accepts_gzip(accept_encoding: str) -> bool:
    """Whether an Accept-Encoding header admits gzip (RFC 9110, section 12.5.3). An invalid quality admits nothing."""
    qualities: dict[str, float] = {}
    for item in accept_encoding.split(","):
        coding, semicolon, parameter = item.partition(";")
        found = _QUALITY.fullmatch(parameter)
        qualities[coding.strip().lower()] = float(found[1]) if found else 0.0 if semicolon else 1.0
    return next((qualities[coding] for coding in ("gzip", "x-gzip", "*") if coding in qualities), 0.0) > 0
