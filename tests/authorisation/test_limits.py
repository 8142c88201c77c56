"""Every operation of every service enforces a rate limit and documents it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from uuid import UUID

import httpx
import pytest

from deploy.authorisation import OPERATORS, apps
from shared.http.policy import Operation, operations
from shared.http.rate_limiter import RateLimiter
from shared.http.rate_limits import RATE_CLASSES, UNLIMITED, Rate

if TYPE_CHECKING:
    from fastapi import FastAPI

HERE = "127.0.0.1"
_PARAMETER = re.compile(r"\{\w+(:uuid)?\}")


@pytest.fixture(scope="module")
def services() -> dict[str, FastAPI]:
    """The applications of all services. They are not started: the rate limit answers before anything else."""
    return apps()


def every_operation(services: dict[str, FastAPI]) -> list[tuple[FastAPI, Operation]]:
    return [(app, one) for app in services.values() for one in operations(app.routes)]


def unlimited(found: list[Operation]) -> list[str]:
    """Operations without a rate limit that others than our own services can reach."""
    return [
        one.name
        for one in found
        if one.kind != "internal" and one.path not in OPERATORS and one.limit.name not in RATE_CLASSES
    ]


def test_only_operations_behind_no_gateway_are_unlimited(services: dict[str, FastAPI]) -> None:
    found = [one for _app, one in every_operation(services)]
    assert unlimited(found) == []
    for one in found:
        if one.limit is UNLIMITED:
            assert one.path in OPERATORS or one.callers == {"service"}, one.name


def test_signed_in_callers_are_counted_from_any_address(services: dict[str, FastAPI]) -> None:
    by_address_alone = [
        one.name
        for _app, one in every_operation(services)
        if one.limit.rates and "nobody" not in one.callers and "account" not in one.limit.rates
    ]
    assert by_address_alone == []


async def test_every_operation_refuses_a_caller_over_the_limit(services: dict[str, FastAPI]) -> None:
    tried = 0
    for app, one in every_operation(services):
        if one.limit is UNLIMITED:
            continue
        app.state.rate_limiter = RateLimiter({one.limit.name: {"address": Rate(1, 600)}})
        app.state.rate_limiter.count(one.limit, [("address", HERE)])
        path = _PARAMETER.sub(str(UUID(int=7)), one.path)
        if "/sign-in/as/" in path:
            path = "/sign-in/as/member"
        transport = httpx.ASGITransport(app, client=(HERE, 1), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8080") as client:
            answer = await client.request(one.method, path, headers={"accept": "text/html"})
        assert answer.status_code == 429, one.name
        assert int(answer.headers["retry-after"]) in range(598, 601), one.name
        assert answer.headers["ratelimit"].startswith(f'"{one.limit.name}-address";r=0;t='), one.name
        tried += 1
    assert tried > 100


def test_the_openapi_documents_describe_the_rate_limits(services: dict[str, FastAPI]) -> None:
    for app in services.values():
        for path, methods in app.openapi()["paths"].items():
            for method, operation in methods.items():
                headers = operation["responses"]["429"]["headers"]
                assert set(headers) == {"Retry-After", "RateLimit", "RateLimit-Policy"}, (method, path)


def test_an_operation_without_a_limit_is_noticed(services: dict[str, FastAPI], monkeypatch: pytest.MonkeyPatch) -> None:
    found = [one for _app, one in every_operation(services)]
    logging = next(one for one in found if one.name == "POST /api/pledges/v1/pledges")
    declared = type(logging.endpoint.__dict__["tilsagn_limited"])(UNLIMITED, False)
    monkeypatch.setitem(logging.endpoint.__dict__, "tilsagn_limited", declared)
    assert unlimited(found) == [logging.name]
