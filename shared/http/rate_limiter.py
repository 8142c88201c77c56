"""Turns away what asks too often, and says so: 429, when to come again, and how often one may (RateLimit headers).

Counting is by the generic cell rate algorithm: for each account, pass and address one moment, until which what it has
used up is still coming back. Nothing is written or asked for, so it costs some microseconds. It is counted in each
process by itself: with two processes of a service at most twice as often is let through, and a process that is started
anew has forgotten. What two processes share would be one more thing that can be away.

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
from shared.http.rate_limits import ASKERS, Asker, Rate, RateClass, is_answered_by_route, rate_class_of
from shared.i18n.translations import gettext as _
from shared.i18n.translations import ngettext

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from shared.http.auth import Principal

_REMEMBERED: Final = 20_000
"""Allowance askers at most, of addresses as of the others, in some 5 MB each. Of more those are forgotten that have not
asked for longest: whoever has addresses as they like makes us forget addresses, and no account and no pass."""
_LONGEST_ADDRESS: Final = 64


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left to one asker of one kind.

    Attributes:
        policy: its name in the headers: kind and asker.
        left: how often yet.
        seconds: until it may ask once more, where nothing is left; else until all of it is there again.
    """

    policy: str
    rate: Rate
    left: int
    seconds: float

    def headers(self) -> dict[str, str]:
        """The two RateLimit headers."""
        return {
            "ratelimit-policy": f'"{self.policy}";q={self.rate.most};w={self.rate.seconds:.0f}',
            "ratelimit": f'"{self.policy}";r={self.left};t={math.ceil(self.seconds)}',
        }


class RateLimited(Exception):
    """One request too many; it was counted for nobody."""

    def __init__(self, counted: Allowance) -> None:
        super().__init__(counted.policy)
        self.counted = counted


class RateLimiter:
    """Counts, in one process.

    Args:
        rates: for each kind, by its name, how often each asker may (`shared.http.rate_limits.configured_rates`).
        clock: seconds, from whenever.
    """

    def __init__(
        self, rates: Mapping[str, Mapping[Asker, Rate]], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rates = rates
        self._clock = clock
        self._whole_at: dict[Asker, OrderedDict[tuple[str, str], float]] = {asker: OrderedDict() for asker in ASKERS}

    def __len__(self) -> int:
        """How many askers are remembered."""
        return sum(map(len, self._whole_at.values()))

    def count(self, kind: RateClass, askers: Sequence[tuple[Asker, str]]) -> Allowance | None:
        """Count a request for all of its askers.

        Returns:
            What is left to the first of them that is limited; None where none is.

        Raises:
            RateLimited: one of them has nothing left; it was counted for none.
        """
        rates = self._rates.get(kind.name)
        if rates is None:
            return None
        now = self._clock()
        counted = []
        for asker, name in askers:
            rate = rates.get(asker)
            if rate is None:
                continue
            key = (kind.name, name)
            then = max(self._whole_at[asker].get(key, now), now) + rate.seconds / rate.most
            over = then - now - rate.seconds
            # Sums of fractions: what is over by less than a microsecond is not.
            if over > 1e-6:
                raise RateLimited(Allowance(f"{kind.name}-{asker}", rate, 0, over))
            counted.append((asker, key, rate, then))
        if not counted:
            return None
        for asker, key, _rate, then in counted:
            whole_at = self._whole_at[asker]
            whole_at[key] = then
            whole_at.move_to_end(key)
            if len(whole_at) > _REMEMBERED:
                whole_at.popitem(last=False)
        asker, _key, rate, then = counted[0]
        left = int((rate.seconds - (then - now)) * rate.most / rate.seconds + 1e-6)
        return Allowance(f"{kind.name}-{asker}", rate, left, then - now)


def askers_of(principal: Principal | None, address: str) -> list[tuple[Asker, str]]:
    """Who is counted for a request: the account or pass, if there is one, and the address."""
    by_address: tuple[Asker, str] = ("address", network_of(address))
    if principal is None:
        return [by_address]
    return [("pass" if principal.has("event_pass") else "account", principal.subject), by_address]


@lru_cache(4096)
def network_of(address: str) -> str:
    """What one subscriber has of the net: an IPv4 address, or the 64 bits before the part a machine makes up."""
    try:
        parsed = ip_address(address)
    except ValueError:
        # What a proxy says that knows no better. It is kept: a name may be long, and there may be many.
        return address[:_LONGEST_ADDRESS]
    if not isinstance(parsed, IPv6Address):
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(IPv6Address(int(parsed) >> 64 << 64))


def enforce_rate_limit(request: Request) -> None:
    """Count a request that a route is about to answer.

    Raises:
        Problem: 429, unless the route answers that by itself.
    """
    scope = request.scope
    endpoint = scope["endpoint"]
    state: dict[str, Any] = scope["state"]
    limits: RateLimiter = scope["app"].state.rate_limiter
    # Some servers tell of nobody where nobody is connected by a network.
    address = (scope.get("client") or ("",))[0]
    try:
        state["rate_limit"] = limits.count(
            rate_class_of(endpoint, scope["method"], scope["path"]), askers_of(state.get("principal"), address)
        )
    except RateLimited as refused:
        problem = _problem(refused.counted)
        # Nobody has anything typed that the route could keep: it would only say that they are nobody.
        if state.get("principal") is None or not is_answered_by_route(endpoint):
            raise problem from None
        state["rate_limit_problem"] = problem


def refuse(limits: RateLimiter, kind: RateClass, of: str) -> None:
    """Count what a route knows of and its kind does not say: how often something may be asked for from one place.

    Args:
        limits: of its own; they count `kind` by address.
        of: what is counted, from where.

    Raises:
        Problem: 429.
    """
    try:
        limits.count(kind, [("address", of)])
    except RateLimited as refused:
        raise _problem(refused.counted) from None


def rate_limit_problem(request: Request) -> Problem | None:
    """What a route that answers it by itself has to say of this request, if it is one too many."""
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
    """Says to programs with every answer how often they may ask yet."""

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
