"""The gateway of the local run: routing, lifespans, readiness."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from deploy.local.gateway import HostedApp, InternalGateway, PublicGateway, StartFailed
from deploy.services import SERVICES
from shared.health import Check


def service(name: str, *, ready: bool = True) -> HostedApp:
    async def readyz(_: Request) -> Response:
        check = {"name": "database", "ok": ready, "detail": "x"}
        return JSONResponse({"ready": ready, "checks": [check]}, 200 if ready else 503)

    async def anything(request: Request) -> Response:
        return PlainTextResponse(f"{name} {request.url.path} {getattr(request.state, 'opened', '-')}")

    return HostedApp(name, Starlette(routes=[Route("/readyz", readyz), Route("/{path:path}", anything)]))


def client(app: ASGIApp) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost")


async def healthy() -> list[Check]:
    return []


async def public(apps: dict[str, HostedApp], path: str, checks: list[Check] | None = None) -> httpx.Response:
    async def health() -> list[Check]:
        return checks or []

    extra = PlainTextResponse("the mailbox")
    async with client(PublicGateway(apps, {"/mail": extra}, health)) as asking:
        return await asking.get(path)


@pytest.fixture
def apps() -> dict[str, HostedApp]:
    return {name: service(name) for name in SERVICES}


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/", "dashboard / -"),
        ("/queue/7", "pledges /queue/7 -"),
        ("/api/events/v1/x", "events /api/events/v1/x -"),
        ("/mail", "the mailbox"),
        ("/mail/1", "the mailbox"),
        ("/mailbox", "dashboard /mailbox -"),
    ],
)
async def test_every_path_reaches_its_service_unchanged(apps: dict[str, HostedApp], path: str, answer: str) -> None:
    assert (await public(apps, path)).text == answer


@pytest.mark.parametrize("path", ["/internal/pledges/x", "/%69nternal/pledges/x", "/internal%2fpledges/x"])
async def test_internal_paths_are_not_public(apps: dict[str, HostedApp], path: str) -> None:
    answer = await public(apps, path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_internal_port_has_only_internal_paths(apps: dict[str, HostedApp]) -> None:
    async with client(InternalGateway(apps, healthy)) as asking:
        assert (await asking.get("/internal/pledges/x")).text == "pledges /internal/pledges/x -"
        for path in ("/", "/pledges", "/internal", "/internal/nobody/x"):
            assert (await asking.get(path)).status_code == 404, path


async def test_readiness_needs_every_check_and_names_failed_ones(apps: dict[str, HostedApp]) -> None:
    good, bad = Check("pledges relay", ok=True, detail=""), Check("broker", ok=False, detail="being restarted")
    assert (await public(apps, "/readyz", [good])).status_code == 200
    assert (await public(apps, "/readyz", [good, bad])).status_code == 503
    assert (await public(apps, "/livez", [bad])).status_code == 200

    async def health() -> list[Check]:
        return [good, bad]

    async with client(InternalGateway(apps, health)) as asking:
        answer = await asking.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"][1] == {"name": "broker", "ok": False, "detail": "being restarted"}


async def test_what_operators_see_is_on_the_internal_port_only(apps: dict[str, HostedApp]) -> None:
    bad = Check("broker", ok=False, detail="being restarted")
    assert (await public(apps, "/readyz", [bad])).json() == {"ready": False}
    assert (await public(apps, "/readyz")).json() == {"ready": True}
    for path in ("/metrics", "/%6detrics"):
        assert (await public(apps, path)).status_code == 404
    async with client(InternalGateway(apps, healthy)) as asking:
        assert "python_info" in (await asking.get("/metrics")).text


async def test_a_services_checks_are_prefixed_with_its_name() -> None:
    assert await service("events", ready=False).checks() == [Check("events database", ok=False, detail="x")]


async def test_a_service_without_an_answer_is_not_ready() -> None:
    async def broken(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise RuntimeError

    (check,) = await HostedApp("events", broken).checks()
    assert (check.name, check.ok) == ("events app", False)


async def test_lifespans_run_and_their_state_reaches_requests() -> None:
    seen: list[str] = []

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[dict[str, Any]]:
        seen.append("in")
        yield {"opened": "open"}
        seen.append("out")

    plain = service("events").app
    assert isinstance(plain, Starlette)
    hosted = HostedApp("events", Starlette(routes=plain.routes, lifespan=lifespan))
    async with hosted.lifespan():
        assert seen == ["in"]
        async with client(hosted) as asking:
            assert (await asking.get("/events")).text == "events /events open"
    assert seen == ["in", "out"]


async def test_a_failed_startup_names_the_service() -> None:
    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        if app.routes == []:
            raise RuntimeError("no database")
        yield

    with pytest.raises(StartFailed, match=r"^events: RuntimeError: no database$"):
        async with HostedApp("events", Starlette(lifespan=lifespan)).lifespan():
            pass


async def test_an_application_without_a_lifespan_starts() -> None:
    async def bare(_scope: Scope, _receive: Receive, _send: Send) -> None:
        return

    async with HostedApp("events", bare).lifespan():
        pass
