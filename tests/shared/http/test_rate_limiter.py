"""Rate limits: counting, responses, and an installation's own rates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import pytest
from pydantic import ValidationError

from shared.http import rate_limiter as module
from shared.http.auth import Principal
from shared.http.rate_limiter import RateLimited, RateLimiter, clients_of, network_of
from shared.http.rate_limits import (
    CHANGING,
    LOGGING,
    RATE_CLASSES,
    READING,
    UNLIMITED,
    Rate,
    configured_rates,
    limited,
    rate_class_of,
)
from shared.settings import ServiceSettings
from tests.shared.sample_service.app import create_sample_app, token

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.http.rate_limits import ClientKind, RateClass

HALL = "192.0.2.80"


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def counting(rates: Mapping[ClientKind, Rate], clock: Clock, kind: RateClass = LOGGING) -> RateLimiter:
    return RateLimiter({kind.name: rates}, clock=clock)


def allowed(limits: RateLimiter, times: int, *clients: tuple[ClientKind, str], kind: RateClass = LOGGING) -> int:
    """How many of so many requests at one moment are let through."""
    let_through = 0
    for _ in range(times):
        try:
            limits.count(kind, clients)
        except RateLimited:
            continue
        let_through += 1
    return let_through


def test_a_burst_is_allowed_and_refilled_evenly() -> None:
    clock = Clock()
    limits = counting({"account": Rate(300, 600)}, clock)
    assert allowed(limits, 400, ("account", "karen")) == 300
    clock.now += 60
    assert allowed(limits, 400, ("account", "karen")) == 30
    clock.now += 6000
    assert allowed(limits, 400, ("account", "karen")) == 300


def test_retry_after_is_exact() -> None:
    clock = Clock()
    limits = counting({"account": Rate(2, 600)}, clock)
    assert allowed(limits, 2, ("account", "karen")) == 2
    with pytest.raises(RateLimited) as refused:
        limits.count(LOGGING, [("account", "karen")])
    clock.now += refused.value.counted.seconds
    assert allowed(limits, 2, ("account", "karen")) == 1


def test_clients_are_counted_separately() -> None:
    limits = counting({"account": Rate(2, 600), "address": Rate(5, 600)}, Clock())
    assert allowed(limits, 3, ("account", "karen"), ("address", HALL)) == 2
    assert allowed(limits, 3, ("account", "birk"), ("address", HALL)) == 2
    assert allowed(limits, 3, ("account", "eva"), ("address", HALL)) == 1
    assert allowed(limits, 3, ("account", "eva"), ("address", "192.0.2.81")) == 1


def test_a_refused_request_is_not_counted() -> None:
    limits = counting({"account": Rate(1, 600), "address": Rate(3, 600)}, Clock())
    assert allowed(limits, 100, ("account", "karen"), ("address", HALL)) == 1
    assert allowed(limits, 100, ("address", HALL)) == 2


def test_rate_classes_are_counted_apart() -> None:
    limits = RateLimiter(configured_rates({}, 0.0001))
    assert allowed(limits, 9, ("address", HALL), kind=READING) == 1
    assert allowed(limits, 9, ("address", HALL), kind=CHANGING) == 1
    assert allowed(limits, 9, ("address", HALL), kind=UNLIMITED) == 9


def test_the_client_idle_longest_is_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_REMEMBERED", 3)
    limits = counting({"address": Rate(1, 600)}, Clock())
    for address in "abcd":
        assert allowed(limits, 1, ("address", address)) == 1
        assert len(limits) <= 3
    assert allowed(limits, 1, ("address", "d")) == 0
    assert allowed(limits, 1, ("address", "a")) == 1


def test_many_addresses_do_not_displace_accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_REMEMBERED", 100)
    limits = counting({"account": Rate(2, 600), "address": Rate(5, 600)}, Clock())
    assert allowed(limits, 3, ("account", "karen"), ("address", HALL)) == 2
    for number in range(10_000):
        assert allowed(limits, 1, ("address", network_of(f"2001:db8:0:{number:x}::1"))) == 1
    assert allowed(limits, 1, ("account", "karen"), ("address", "2001:db8:1::")) == 0
    assert len(limits) == 101


@pytest.mark.parametrize(
    ("address", "network"),
    [
        (HALL, HALL),
        ("::ffff:192.0.2.80", HALL),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("2001:db8:1:3::1", "2001:db8:1:3::"),
        ("", ""),
        ("testclient", "testclient"),
        ("x" * 50_000, "x" * 64),
    ],
)
def test_an_ipv6_network_counts_as_one_address(address: str, network: str) -> None:
    assert network_of(address) == network


def test_a_pass_is_counted_apart_from_accounts() -> None:
    event = uuid4()
    guest = Principal(f"pass:{event}", frozenset({"event_pass"}), uuid4(), event_id=event)
    member = Principal(f"person:{event}", frozenset({"member"}), uuid4())
    assert clients_of(guest, HALL) == [("pass", f"pass:{event}"), ("address", HALL)]
    assert clients_of(member, HALL) == [("account", f"person:{event}"), ("address", HALL)]
    assert clients_of(None, HALL) == [("address", HALL)]


def test_the_method_decides_the_default_rate_class() -> None:
    async def silent() -> None: ...

    @limited(LOGGING)
    async def endpoint() -> None: ...

    assert [rate_class_of(silent, method, "/x") for method in ("GET", "HEAD", "POST", "DELETE", "QUERY")] == [
        *(READING, READING),
        *(CHANGING, CHANGING, CHANGING),
    ]
    assert rate_class_of(silent, "POST", "/internal/pledges/v1/x") is UNLIMITED
    assert rate_class_of(endpoint, "POST", "/x") is LOGGING


# --- headers


def asking(limits: dict[str, Any], **headers: str) -> httpx.AsyncClient:
    app = create_sample_app()
    app.state.rate_limiter = RateLimiter(limits)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost:8080", headers=headers)


CONTACT = {"company": "Kiosken", "positions": 1, "hours": 10, "contact": {"name": "Jens"}}
INTAKES = "/api/sample/v1/intakes"


async def test_api_responses_have_rate_limit_headers() -> None:
    limits = {"changing": {"account": Rate(2, 600), "address": Rate(9, 600)}}
    async with asking(limits, authorization=f"Bearer {token('member')}") as client:
        first, second, third = [await client.post(INTAKES, json=CONTACT) for _ in range(3)]
    assert (first.status_code, first.headers["ratelimit"]) == (201, '"changing-account";r=1;t=300')
    assert (second.status_code, second.headers["ratelimit"]) == (201, '"changing-account";r=0;t=600')
    assert third.status_code == 429
    assert third.headers["content-type"] == "application/problem+json"
    assert third.json()["type"] == "/problems/too-many-requests"
    assert third.json()["detail"] == "Intet er ændret. Prøv igen om 300 sekunder."
    assert third.headers["retry-after"] == "300"
    assert third.headers["ratelimit"] == '"changing-account";r=0;t=300'
    assert third.headers["ratelimit-policy"] == '"changing-account";q=2;w=600'


async def test_a_rate_limit_page_is_translated() -> None:
    async with asking({"reading": {"address": Rate(2, 600)}}, accept="text/html") as client:
        await client.get("/sample/intake")
        page = await client.get("/sample/intake")
        assert "ratelimit" not in page.headers
        danish = await client.get("/sample/intake")
        english = await client.get("/sample/intake?lang=en")
        part = await client.get("/sample/intake", headers={"hx-request": "true"})
    assert [one.status_code for one in (page, danish, english, part)] == [200, 429, 429, 429]
    assert "For mange forsøg på kort tid" in danish.text
    assert "Prøv igen om 300 sekunder" in danish.text
    assert "Try again in 300 seconds" in english.text
    assert "<html" not in part.text
    assert english.headers["retry-after"] == "300"


async def test_forbidden_requests_are_counted() -> None:
    async with asking({"reading": {"address": Rate(2, 600)}}) as client:
        assert [(await client.get("/sample/secret")).status_code for _ in range(3)] == [401, 401, 429]


# --- what an installation says


def settings(**more: object) -> ServiceSettings:
    return ServiceSettings(database_url="postgresql://localhost/none", token_jwks="{}", **more)  # type: ignore[arg-type]


def test_an_installation_changes_only_the_rates_it_names() -> None:
    loaded = settings(rate_limits='{"logging": {"pass": "5000/60s"}}', rate_limits_times=2)
    rates = configured_rates(loaded.rate_limits, loaded.rate_limits_times)
    assert rates["logging"]["pass"] == Rate(10_000, 60)
    assert rates["logging"]["account"] == Rate(
        LOGGING.rates["account"].max_requests * 2, LOGGING.rates["account"].seconds
    )
    assert rates.keys() == RATE_CLASSES.keys()


def test_the_default_rates_limit_everything() -> None:
    loaded = settings(rate_limits="")
    assert configured_rates(loaded.rate_limits, loaded.rate_limits_times) == {
        name: kind.rates for name, kind in RATE_CLASSES.items()
    }


@pytest.mark.parametrize(
    "text",
    [
        "nonsense",
        "[]",
        '{"logging": "5/6s"}',
        '{"logging": {"pass": 5}}',
        '{"logging": {"pass": "0/60s"}}',
        '{"logging": {"pass": "5 an hour"}}',
        '{"loging": {"pass": "5/60s"}}',
        '{"signing-in": {"pass": "5/60s"}}',
    ],
)
def test_invalid_rates_are_a_settings_error(text: str) -> None:
    with pytest.raises(ValidationError):
        settings(rate_limits=text)


def test_limits_cannot_be_taken_away() -> None:
    with pytest.raises(ValidationError):
        settings(rate_limits_times=0)
