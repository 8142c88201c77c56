"""The HTTP client for the provider: allowed origins only, no redirects, limits on time and size.

URLs in the discovery document come from outside. Without these limits they could make us request any host this machine
can reach (server-side request forgery).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import httpx

from services.events.identity.oidc.domain import ProviderNotTrusted
from services.events.settings import origin_of
from shared.http.tls import trusted_authorities

if TYPE_CHECKING:
    from collections.abc import Collection

LARGEST: Final = 256 * 1024
"""Bytes of a response. Discovery, keys and a token with a few hundred groups need a tenth of it."""
SECONDS: Final = 8.0
"""For a whole response: a person waits for it."""
_CONNECT_SECONDS: Final = 4.0


class LimitedTransport(httpx.AsyncBaseTransport):
    """A transport that requests allowed origins only, follows no redirects, and rejects slow or large responses.

    Args:
        origins: as `origin_of` returns them.
    """

    def __init__(self, origins: Collection[str]) -> None:
        self._origins = origins
        self._inner = httpx.AsyncHTTPTransport(verify=trusted_authorities(), retries=0)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request. Raises `ProviderNotTrusted`, or `httpx.HTTPError` if there is no response in time."""
        try:
            allowed = origin_of(str(request.url)) in self._origins
        except ValueError:
            allowed = False
        if not allowed:
            raise ProviderNotTrusted("another host")
        # A small compressed response could expand to a large one.
        request.headers["accept-encoding"] = "identity"
        try:
            async with asyncio.timeout(SECONDS):
                response = await self._inner.handle_async_request(request)
                try:
                    return httpx.Response(
                        response.status_code,
                        headers={"content-type": response.headers.get("content-type", "")},
                        content=await _read_limited(response),
                        request=request,
                    )
                finally:
                    await response.aclose()
        except TimeoutError as error:
            raise httpx.ReadTimeout("too slow", request=request) from error

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()


async def _read_limited(response: httpx.Response) -> bytes:
    if response.is_redirect:
        raise ProviderNotTrusted("redirect")
    if response.headers.get("content-encoding", "identity") != "identity":
        raise ProviderNotTrusted("packed answer")
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > LARGEST:
            raise ProviderNotTrusted("too large")
    return bytes(body)


def timeouts() -> httpx.Timeout:
    """Return the timeouts of each step; the whole response has `SECONDS`."""
    return httpx.Timeout(SECONDS, connect=_CONNECT_SECONDS)
