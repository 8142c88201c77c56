"""Behaviour of browsers, for HTTP clients that are no browsers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shared.http.csrf import COOKIE, HEADER

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    import httpx


def signs_nobody_in(answer: httpx.Response) -> bool:
    """Whether the response sets no cookie except that of forms."""
    return all(cookie.startswith(f"{COOKIE}=") for cookie in answer.headers.get_list("set-cookie"))


async def _as_our_pages_do(request: httpx.Request) -> None:
    """Add the form token that our pages put into their forms."""
    for pair in request.headers.get("cookie", "").split("; "):
        name, _equals, value = pair.partition("=")
        if name == COOKIE:
            request.headers[HEADER] = value


AS_OUR_PAGES: Final[Mapping[str, list[Callable[[httpx.Request], Awaitable[None]]]]] = {"request": [_as_our_pages_do]}
"""For httpx's `event_hooks`: the forms of such a client pass the CSRF check."""
