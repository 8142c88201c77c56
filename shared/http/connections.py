"""The limits of one connection: how large the head of a request may be, and how slowly a request may arrive.

Without them a client could hold as many connections as it likes by sending a request that never ends (slowloris), or
fill the memory with one header. uvicorn limits neither.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, Literal

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

if TYPE_CHECKING:
    from asyncio import TimerHandle

LARGEST_HEAD: Final = 32 * 1024
"""Bytes of a request's line and headers. Our cookies and a long address need less than a quarter of it."""
HEAD_SECONDS: Final = 10.0
"""Within this a new connection sends the whole head of its first request, and an old one that of its next."""
BODY_SECONDS: Final = 20.0
SLOWEST_BODY: Final = 500
"""Bytes a second. A body has `BODY_SECONDS`, and a second more for as many bytes as have come."""
LINGER_SECONDS: Final = 1.0
"""For so long a refused request is read on and discarded, because the client sends it before it reads the response."""

_Phase = Literal["head", "body", "response"]


class _HeadTooLarge(Exception):
    """Raised within the parser, which stops at it."""


class LimitedHttpProtocol(HttpToolsProtocol):
    """uvicorn's protocol with these limits: a larger head is answered 431, a request that is half sent ends (408).

    A connection on which nothing was ever sent is closed without a response: browsers open some in advance.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._phase: _Phase = "head"
        self._unparsed_head = 0
        self._parsed_head = 0
        self._body_received = 0
        self._body_began = 0.0
        self._framing = 0
        self._timer: TimerHandle | None = None
        self._is_refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Expect the first head."""
        super().connection_made(transport)
        self._expect_within(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        super().connection_lost(exc)
        self._expect_nothing()

    def data_received(self, data: bytes) -> None:
        """Count what comes, and let the parser read it."""
        if self._is_refused:
            return
        if self._phase == "response":
            self._phase, self._unparsed_head = "head", 0
            self._expect_within(HEAD_SECONDS)
        self._unparsed_head += len(data)
        body_before = self._body_received
        super().data_received(data)
        if self._phase == "body":
            self._limit_framing(len(data) if self._body_received == body_before else 0)
        # The parser keeps a header until it is whole, so a large one has to be noticed before.
        if self._phase == "head" and self._unparsed_head > LARGEST_HEAD:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    # --- called by the parser

    def on_message_begin(self) -> None:
        """Begin a head."""
        super().on_message_begin()
        self._phase, self._parsed_head = "head", 0

    def on_url(self, url: bytes) -> None:
        """Count a part of the request's line."""
        super().on_url(url)
        self._parsed_head += len(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count a header."""
        super().on_header(name, value)
        self._parsed_head += len(name) + len(value) + len(": \r\n")

    def on_headers_complete(self) -> None:
        """Hand the request to the application, and expect its body."""
        if self._parsed_head > LARGEST_HEAD:
            raise _HeadTooLarge
        super().on_headers_complete()
        self._phase = "body"
        self._expect_body()

    def on_body(self, body: bytes) -> None:
        """Count a part of the body."""
        super().on_body(body)
        self._body_received += len(body)

    def on_message_complete(self) -> None:
        """Leave the rest to the application."""
        super().on_message_complete()
        self._phase = "response"
        self._expect_nothing()

    def send_400_response(self, msg: str) -> None:
        """Answer what the parser has refused."""
        if self._parsed_head > LARGEST_HEAD:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        else:
            super().send_400_response(msg)

    # --- the clock

    def _expect_body(self) -> None:
        self._body_received, self._body_began = 0, self.loop.time()
        self._framing = 0
        self._expect_within(BODY_SECONDS)

    def _expect_within(self, seconds: float) -> None:
        self._expect_nothing()
        self._timer = self.loop.call_later(seconds, self._on_time_is_up)

    def _expect_nothing(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _on_time_is_up(self) -> None:
        self._timer = None
        if self.transport.is_closing():
            return
        if self._phase == "body":
            self._judge_body()
        elif self.cycle is not None and not self.cycle.response_complete:
            # Half of the next request behind one that is being answered: its response comes first.
            self._expect_within(HEAD_SECONDS)
        elif self._unparsed_head:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)
        else:
            self.transport.close()

    def _judge_body(self) -> None:
        if self.flow.read_paused:
            # It is the application that does not read.
            self._expect_body()
            return
        left = BODY_SECONDS + self._body_received / SLOWEST_BODY - (self.loop.time() - self._body_began)
        if left > 0:
            self._expect_within(left)
        else:
            # The application learns that the client has left.
            self.transport.close()

    def _limit_framing(self, received: int) -> None:
        """Count bytes of a body without any content: trailers and extensions of chunks, which the parser keeps, too."""
        self._framing = self._framing + received if received else 0
        if self._framing > LARGEST_HEAD:
            self._expect_nothing()
            # The application learns that the client has left.
            self.transport.close()

    def _refuse(self, status: HTTPStatus) -> None:
        self._is_refused = True
        self._expect_nothing()
        body = f"{status.phrase}\n".encode()
        head = (
            f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: text/plain; charset=utf-8\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self._timer = self.loop.call_later(LINGER_SECONDS, self.transport.close)
