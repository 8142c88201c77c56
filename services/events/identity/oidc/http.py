"""What the provider is asked with: only where the settings say, without redirects, small answers, soon.

What a provider's discovery names is an address somebody else has written: asked without looking, it could lead to
whatever this machine can reach.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import httpx

from services.events.identity.oidc.domain import ProviderNotBelieved
from services.events.settings import origin_of
from shared.http.tls import trusted_authorities

if TYPE_CHECKING:
    from collections.abc import Collection

LARGEST: Final = 256 * 1024
"""Bytes of an answer: discovery, keys and a token with a few hundred groups are a tenth of it."""
SECONDS: Final = 8.0
"""For a whole answer: somebody waits for it in their browser."""
_CONNECT_SECONDS: Final = 4.0


class Bounded(httpx.AsyncBaseTransport):
    """Asks some origins only, follows nothing, and gives up on what is slow or large.

    Args:
        origins: as `origin_of` says them.
    """

    def __init__(self, origins: Collection[str]) -> None:
        self._origins = origins
        self._inner = httpx.AsyncHTTPTransport(verify=trusted_authorities(), retries=0)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Ask. Raises `ProviderNotBelieved`, or `httpx.HTTPError` where nobody answers in time."""
        try:
            allowed = origin_of(str(request.url)) in self._origins
        except ValueError:
            allowed = False
        if not allowed:
            raise ProviderNotBelieved("another host")
        # A small answer could be unpacked to a large one.
        request.headers["accept-encoding"] = "identity"
        try:
            async with asyncio.timeout(SECONDS):
                response = await self._inner.handle_async_request(request)
                try:
                    return httpx.Response(
                        response.status_code,
                        headers={"content-type": response.headers.get("content-type", "")},
                        content=await _small(response),
                        request=request,
                    )
                finally:
                    await response.aclose()
        except TimeoutError as error:
            raise httpx.ReadTimeout("too slow", request=request) from error

    async def aclose(self) -> None:
        """Close what is open."""
        await self._inner.aclose()


async def _small(response: httpx.Response) -> bytes:
    if response.is_redirect:
        raise ProviderNotBelieved("redirect")
    if response.headers.get("content-encoding", "identity") != "identity":
        raise ProviderNotBelieved("packed answer")
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > LARGEST:
            raise ProviderNotBelieved("too large")
    return bytes(body)


def timeouts() -> httpx.Timeout:
    """For each step; the whole has `SECONDS`."""
    return httpx.Timeout(SECONDS, connect=_CONNECT_SECONDS)
