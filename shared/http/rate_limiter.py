"""The rate limiter: answers requests over the limit with 429, Retry-After and RateLimit headers.

It uses the generic cell rate algorithm: for each account, pass and address it keeps the moment at which its allowance
is full again. Everything is in memory, so a check takes some microseconds. Each process counts separately: two
processes of a service allow up to twice the rate, and a restarted process starts from zero. A shared store would be
one more
dependency that can fail.

The headers are those of draft-ietf-httpapi-ratelimit-headers-11.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING, Any, Final

from shared.http.problems import Problem
from shared.http.rate_limits import CLIENT_KINDS, ClientKind, Rate, RateClass, is_answered_by_route, rate_class_of
from shared.i18n.translations import gettext as _
from shared.i18n.translations import ngettext

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from shared.http.auth import Principal

_REMEMBERED: Final = 20_000
"""The largest number of remembered clients of each kind; about 5 MB each. The client that has been idle longest is
forgotten first. Kinds have separate limits, so an attacker with many addresses cannot displace accounts."""
_MAX_ADDRESS_LENGTH: Final = 64


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one client has left in one rate class.

    Attributes:
        policy: its name in the headers: the rate class and the kind of client.
        left: the number of requests that are left.
        seconds: when nothing is left, the time until the next request is allowed; else until the allowance is full.
    """

    policy: str
    rate: Rate
    left: int
    seconds: float

    def headers(self) -> dict[str, str]:
        """Return the two RateLimit headers."""
        return {
            "ratelimit-policy": f'"{self.policy}";q={self.rate.max_requests};w={self.rate.seconds:.0f}',
            "ratelimit": f'"{self.policy}";r={self.left};t={math.ceil(self.seconds)}',
        }


class RateLimited(Exception):
    """A request over the limit. It was not counted."""

    def __init__(self, counted: Allowance) -> None:
        super().__init__(counted.policy)
        self.counted = counted


class RateLimiter:
    """Counts the requests of one process.

    Args:
        rates: the rate of each kind of client, by the name of the class (`shared.http.rate_limits.configured_rates`).
        clock: a monotonic time in seconds.
    """

    def __init__(
        self, rates: Mapping[str, Mapping[ClientKind, Rate]], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rates = rates
        self._clock = clock
        self._full_at: dict[ClientKind, OrderedDict[tuple[str, str], float]] = {
            client: OrderedDict() for client in CLIENT_KINDS
        }

    def __len__(self) -> int:
        """The number of remembered clients."""
        return sum(map(len, self._full_at.values()))

    def count(
        self, kind: RateClass, clients: Sequence[tuple[ClientKind, str]], *, requests: int = 1
    ) -> Allowance | None:
        """Count a request against the rates of all its clients.

        Args:
            requests: for how many it counts. Where that is more than a rate ever allows, the whole allowance is enough.

        Returns:
            What the first client with a rate has left; None if no client has a rate.

        Raises:
            RateLimited: one of them has nothing left. The request was not counted for any.
        """
        rates = self._rates.get(kind.name)
        if rates is None:
            return None
        now = self._clock()
        counted = []
        for client_kind, client in clients:
            rate = rates.get(client_kind)
            if rate is None:
                continue
            key = (kind.name, client)
            cost = min(requests, rate.max_requests) * rate.seconds / rate.max_requests
            then = max(self._full_at[client_kind].get(key, now), now) + cost
            over = then - now - rate.seconds
            # Tolerate rounding: less than a microsecond over the limit is within it.
            if over > 1e-6:
                raise RateLimited(Allowance(f"{kind.name}-{client_kind}", rate, 0, over))
            counted.append((client_kind, key, rate, then))
        if not counted:
            return None
        for client_kind, key, _rate, then in counted:
            full_at = self._full_at[client_kind]
            full_at[key] = then
            full_at.move_to_end(key)
            if len(full_at) > _REMEMBERED:
                full_at.popitem(last=False)
        client_kind, _key, rate, then = counted[0]
        left = int((rate.seconds - (then - now)) * rate.max_requests / rate.seconds + 1e-6)
        return Allowance(f"{kind.name}-{client_kind}", rate, left, then - now)


def clients_of(principal: Principal | None, address: str) -> list[tuple[ClientKind, str]]:
    """Return the clients that a request counts against: the account or pass, if there is one, and the address."""
    by_address: tuple[ClientKind, str] = ("address", network_of(address))
    if principal is None:
        return [by_address]
    return [("pass" if principal.has("event_pass") else "account", principal.subject), by_address]


@lru_cache(4096)
def network_of(address: str) -> str:
    """Return the part of an address that one subscriber has: an IPv4 address, or the first 64 bits of an IPv6
    address."""
    try:
        parsed = ip_address(address)
    except ValueError:
        # A proxy may send a name instead of an address. It is remembered, so its length is limited.
        return address[:_MAX_ADDRESS_LENGTH]
    if not isinstance(parsed, IPv6Address):
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(IPv6Address(int(parsed) >> 64 << 64))


def enforce_rate_limit(request: Request) -> None:
    """Count a request before its route is called.

    Raises:
        Problem: 429, unless the route answers that itself (`rate_limit_problem`).
    """
    endpoint = request.scope["endpoint"]
    state: dict[str, Any] = request.scope["state"]
    try:
        _count(request)
    except RateLimited as refused:
        problem = _problem(refused.counted)
        # Without a principal the route would answer 401 and could not keep what was typed.
        if state.get("principal") is None or not is_answered_by_route(endpoint):
            raise problem from None
        state["rate_limit_problem"] = problem


def count_further(request: Request, requests: int) -> None:
    """Count a request that does the work of several, such as a batch, for the others of them. Its route calls this.

    Raises:
        Problem: 429.
    """
    if requests > 0:
        try:
            _count(request, requests)
        except RateLimited as refused:
            raise _problem(refused.counted) from None


def _count(request: Request, requests: int = 1) -> None:
    scope = request.scope
    state: dict[str, Any] = scope["state"]
    limits: RateLimiter = scope["app"].state.rate_limiter
    # Some servers give no client address for a connection over a Unix socket.
    address = (scope.get("client") or ("",))[0]
    kind = rate_class_of(scope["endpoint"], scope["method"], scope["path"])
    state["rate_limit"] = limits.count(kind, clients_of(state.get("principal"), address), requests=requests)


def refuse(limits: RateLimiter, kind: RateClass, of: str) -> None:
    """Count a request against a separate limit of the route, such as for links to one mail address from one network.

    Args:
        limits: the route's separate limiter, with a rate of `kind` for the client kind "address".
        of: the key that requests are counted by.

    Raises:
        Problem: 429.
    """
    try:
        limits.count(kind, [("address", of)])
    except RateLimited as refused:
        raise _problem(refused.counted) from None


def rate_limit_problem(request: Request) -> Problem | None:
    """Return the problem that a route declared with `answered_by_route` has to answer; None within the limit."""
    problem: Problem | None = getattr(request.state, "rate_limit_problem", None)
    return problem


def _problem(counted: Allowance) -> Problem:
    seconds = max(1, math.ceil(counted.seconds))
    return Problem(
        429,
        "too-many-requests",
        _("That was too often"),
        ngettext(
            "Nothing was changed. Try again in %(number)s second.",
            "Nothing was changed. Try again in %(number)s seconds.",
            seconds,
        ),
        headers={"retry-after": str(seconds)} | counted.headers(),
    )


class RateLimitHeaders:
    """Adds the RateLimit headers to every response of the API."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/api/"):
            await self.app(scope, receive, send)
            return

        async def send_with_limit(message: Message) -> None:
            if message["type"] == "http.response.start":
                counted: Allowance | None = scope["state"].get("rate_limit")
                if counted is not None:
                    message["headers"] += [(name.encode(), value.encode()) for name, value in counted.headers().items()]
            await send(message)

        await self.app(scope, receive, send_with_limit)
