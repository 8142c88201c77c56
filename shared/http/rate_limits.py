"""Rate limits: how many requests of each rate class one account, event pass or address may make.

Every operation has a rate class. By default its method decides (`rate_class_of`); a route declares another one with
`@limited(LOGGING)`. Only operations behind no gateway are unlimited.

The rates are several times what the busiest event needs, so only a faulty program or an attacker reaches them. An
installation can change them (docs/operations.md, "Rate limits").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar, get_args

ClientKind = Literal["account", "pass", "address"]
"""A kind of client whose requests are counted: an account or API key; an event pass, which many guests share; a
network address."""
CLIENT_KINDS: Final[tuple[ClientKind, ...]] = get_args(ClientKind)

_WRITTEN: Final = re.compile(r"([1-9]\d{0,6})/([1-9]\d{0,4})s")
_ATTRIBUTE: Final = "tilsagn_limited"
_Endpoint = TypeVar("_Endpoint", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Rate:
    """A burst of `max_requests` requests, refilled evenly within `seconds`.

    Attributes:
        max_requests: the number of requests.
        seconds: the time in which an empty allowance is full again.
    """

    max_requests: int
    seconds: float

    @classmethod
    def read(cls, written: str) -> Rate:
        """Read `1000/600s`. Raises `ValueError`."""
        found = _WRITTEN.fullmatch(written)
        if found is None:
            raise ValueError(f"expected requests and seconds, such as 1000/600s, not {written!r}")
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        return f"{self.max_requests}/{self.seconds:.0f}s"


@dataclass(frozen=True, slots=True)
class RateClass:
    """A class of operations that share a limit.

    Attributes:
        name: used in settings, headers and `docs/authorisation.md`.
        rates: the rate of each kind of client; a kind without a rate is not limited.
        why: the reason for the figures, for operators who change them.
    """

    name: str
    rates: Mapping[ClientKind, Rate]
    why: str

    def __hash__(self) -> int:
        return hash(self.name)


READING: Final = RateClass(
    "reading",
    {"account": Rate(1800, 60), "pass": Rate(3000, 60), "address": Rate(12_000, 60)},
    "A live page sends up to four requests a second while figures change. The limits allow seven live pages for one "
    "account and fifty for one address. A guest's phone sends two requests for each pledge; the limit for a pass "
    "allows 200 phones to do so seven times in a minute.",
)
"""Requests that change nothing."""

LOGGING: Final = RateClass(
    "logging",
    {"account": Rate(1000, 600), "pass": Rate(3000, 600), "address": Rate(6000, 600)},
    "A phone that was offline sends up to 300 pledges at once. The limits allow this three times in ten minutes for "
    "one account, and ten such phones with one pass. An event of 80 companies makes about 300 pledges from one "
    "address; the limit is twenty times that. Each pledge of a batch counts, and so does each time that a phone tells "
    "how far it has come: once a minute, and with each pledge.",
)
"""Pledges and check-ins, which a full hall sends at the same moment."""

CHANGING: Final = RateClass(
    "changing",
    {"account": Rate(1000, 600), "pass": Rate(1000, 600), "address": Rate(6000, 600)},
    "A script that prepares an event registers several hundred companies at once.",
)
"""All other requests that change something."""

HEAVY: Final = RateClass(
    "heavy",
    {"account": Rate(60, 600), "pass": Rate(60, 600), "address": Rate(600, 600)},
    "Importing a file takes three requests: check, correct and import, however many rows it has. The limit allows "
    "twenty files in ten minutes. A report about a person takes a search in four services and a PDF.",
)
"""Slow requests: files, and searches for all data about a person."""

SIGNING_IN: Final = RateClass(
    "signing-in",
    {"account": Rate(200, 600), "address": Rate(2000, 600)},
    "All people in a hall share one address; the limit allows 400 people five attempts each. An account is one person. "
    "Separate limits apply to the mails to one person and to the attempts with one code.",
)
"""Signing in, and requesting a sign-in link."""

ASKING_DEVICES: Final = RateClass(
    "asking-devices",
    {"account": Rate(100, 600), "address": Rate(100, 600)},
    "A sign-in with a passkey takes one challenge, and each challenge is a row in the database.",
)
"""Challenges for passkeys."""

EXCHANGING_KEYS: Final = RateClass(
    "exchanging-keys",
    {"address": Rate(600, 600)},
    "A program exchanges its key once a minute; the limit allows sixty programs behind one address.",
)
"""Exchanging an API key for a token."""

OPENING_CARDS: Final = RateClass(
    "opening-cards",
    {"account": Rate(600, 600), "pass": Rate(600, 600), "address": Rate(600, 600)},
    "A page with a photo takes two requests. The limit allows everybody in a hall to open three cards in ten minutes, "
    "and no program to copy all that it could ever have links to.",
)
"""A profile card, by its link."""

UNLIMITED: Final = RateClass(
    "unlimited", {}, "The gateway does not route these operations: only other services and operators call them."
)

RATE_CLASSES: Final[Mapping[str, RateClass]] = {
    kind.name: kind
    for kind in (READING, LOGGING, CHANGING, HEAVY, SIGNING_IN, ASKING_DEVICES, EXCHANGING_KEYS, OPENING_CARDS)
}
"""The classes whose rates an installation can change, by name."""


@dataclass(frozen=True, slots=True)
class _Declared:
    kind: RateClass
    answered_by_route: bool


def limited(kind: RateClass, *, answered_by_route: bool = False) -> Callable[[_Endpoint], _Endpoint]:
    """Declare the rate class of a route whose method does not decide it. Put it below the router's decorator.

    Args:
        kind: the rate class.
        answered_by_route: the route answers a request over the limit itself (`shared.http.rate_limiter`), for instance
            with a page that keeps what the person typed.
    """

    def declare(endpoint: _Endpoint) -> _Endpoint:
        setattr(endpoint, _ATTRIBUTE, _Declared(kind, answered_by_route))
        return endpoint

    return declare


def rate_class_of(endpoint: Callable[..., Any], method: str, path: str) -> RateClass:
    """Return the rate class of an operation: the declared one, else by its method. Calls between services are
    unlimited."""
    declared: _Declared | None = getattr(endpoint, _ATTRIBUTE, None)
    if declared is not None:
        return declared.kind
    if path.startswith("/internal/"):
        return UNLIMITED
    return READING if method in {"GET", "HEAD"} else CHANGING


def is_answered_by_route(endpoint: Callable[..., Any]) -> bool:
    """Whether the route itself answers a request over the limit."""
    declared: _Declared | None = getattr(endpoint, _ATTRIBUTE, None)
    return declared is not None and declared.answered_by_route


def configured_rates(
    kinds: Mapping[str, Mapping[ClientKind, Rate]], times: float
) -> Mapping[str, Mapping[ClientKind, Rate]]:
    """Return the rates of every class in this installation.

    Args:
        kinds: the rates that differ from the default, by rate class and kind of client.
        times: the factor by which all rates are multiplied; at least one request stays allowed.
    """
    return {
        name: {
            client_kind: Rate(max(1, round(rate.max_requests * times)), rate.seconds)
            for client_kind, rate in {**kind.rates, **kinds.get(name, {})}.items()
        }
        for name, kind in RATE_CLASSES.items()
    }


def read_rates(written: Mapping[str, Mapping[str, str]]) -> Mapping[str, Mapping[ClientKind, Rate]]:
    """Read an installation's rates, `{"logging": {"pass": "5000/600s"}}`. Raises `ValueError` for unknown names."""
    read: dict[str, dict[ClientKind, Rate]] = {}
    for name, rates in written.items():
        if name not in RATE_CLASSES:
            raise ValueError(f"unknown rate class {name!r}; expected one of {', '.join(RATE_CLASSES)}")
        counted = RATE_CLASSES[name].rates
        for client_kind in rates:
            if client_kind not in counted:
                raise ValueError(f"{name} has rates for {', '.join(counted)}, not for {client_kind!r}")
        read[name] = {client_kind: Rate.read(rates[client_kind]) for client_kind in counted if client_kind in rates}
    return read
