"""The application of the sample app."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import HTMLResponse, Response, StreamingResponse
from jinja2 import ChoiceLoader, FileSystemLoader
from pydantic import BaseModel, Field

from shared.http.app import create_web_app
from shared.http.auth import Principal, new_private_jwk, public, public_jwks, sign_token
from shared.http.problems import Problem
from shared.http.rate_limits import ClientKind, Rate
from shared.ui.forms import blank, read_form
from shared.ui.pages import render
from tests.shared.sample_service.samples import charts, choices, intake_form

TEMPLATES = Path(__file__).with_name("templates")
MOMENT = datetime(2026, 12, 1, 13, 30, tzinfo=UTC)


@dataclass(frozen=True)
class SampleSettings:
    """The settings of the sample service."""

    token_jwks: str
    demo_mode: bool = True
    public_url: str = "http://localhost:8080"
    rate_limits: Mapping[str, Mapping[ClientKind, Rate]] = field(default_factory=dict)
    rate_limits_times: float = 1


@functools.cache
def _signing_key() -> str:
    return new_private_jwk()


def token(*roles: str) -> str:
    """A token with these roles."""
    somebody = Principal("person:sample", frozenset(roles), uuid5(NAMESPACE_URL, "tilsagn:taskforce:struer"))
    return sign_token(_signing_key(), somebody, lifetime_seconds=600)


class Contact(BaseModel):
    """Whom to ring."""

    name: str = Field(min_length=2, max_length=80)
    phone: str | None = None


class Intake(BaseModel):
    """A form like the one a pledge is logged with."""

    company: str = Field(max_length=120)
    positions: int = Field(ge=1, le=100)
    hours: int = Field(ge=1, le=37)
    tasks: list[str] = Field(default=[], max_length=20)
    contact: Contact


router = APIRouter(dependencies=[Depends(public)])


@router.get("/sample")
async def everything(request: Request) -> HTMLResponse:
    """Content and charts."""
    return render(
        request, "everything.html", now=MOMENT, charts=charts(level=2), choices=choices(), form=intake_form(wrong=True)
    )


@router.get("/sample/intake")
async def intake(request: Request) -> HTMLResponse:
    """A phone page."""
    return render(request, "intake.html", form=blank(positions=1, hours="10"), choices=choices())


@router.post("/sample/intake")
async def take(request: Request) -> HTMLResponse:
    """Reads the form; shows it again when it is wrong."""
    form = await read_form(request, Intake)
    if form.data is None:
        return render(request, "intake.html", status_code=422, form=form, choices=choices())
    return render(request, "receipt.html", intake=form.data)


@router.get("/sample/projector")
async def projector(request: Request) -> HTMLResponse:
    """Dark and large."""
    return render(request, "projector.html", now=MOMENT, charts=charts(level=2))


@router.get("/sample/board")
async def board(request: Request) -> HTMLResponse:
    """One number, live."""
    return render(request, "board.html", now=MOMENT, count=request.app.state.count)


@router.get("/sample/board/figure")
async def board_figure(request: Request) -> HTMLResponse:
    """The part of the board that changes."""
    return render(request, "board_figure.html", count=request.app.state.count)


@router.get("/sample/stream")
async def stream(request: Request) -> StreamingResponse:
    """Says `change` whenever the count has changed."""
    if request.app.state.has_no_stream_left:
        raise Problem(503, "too-many-streams", headers={"retry-after": "1"})

    async def changes() -> AsyncIterator[bytes]:
        yield b"event: heartbeat\ndata:\n\n"
        seen = request.app.state.count
        while not request.app.state.closing:
            await asyncio.sleep(0.05)
            if request.app.state.count != seen:
                seen = request.app.state.count
                yield b"event: change\ndata: {}\n\n"

    return StreamingResponse(changes(), media_type="text/event-stream")


@router.post("/api/sample/v1/intakes", status_code=201)
async def api_intake(intake: Intake) -> Mapping[str, str]:
    """The same as JSON."""
    return {"company": intake.company}


@router.get("/api/sample/v1/broken")
async def broken() -> None:
    """Fails with an unexpected error."""
    raise RuntimeError("Jens Jensen, tlf. 12 34 56 78")


@router.get("/sample/broken")
async def broken_page() -> None:
    """Fails with an unexpected error, on a page."""
    raise RuntimeError("Jens Jensen, tlf. 12 34 56 78")


@router.get("/sample/secret")
async def secret() -> None:
    """Only for those signed in."""
    raise Problem(401)


@router.get("/sample/framed")
async def framed() -> Response:
    """Sets headers of its own."""
    return Response("x", headers={"content-security-policy": "default-src 'self'", "cache-control": "max-age=60"})


@router.post("/sample/echo")
async def echo(request: Request) -> Mapping[str, int]:
    """Reads the whole body."""
    return {"bytes": len(await request.body())}


def create_sample_app(*, demo_mode: bool = True, public_url: str = "http://localhost:8080") -> FastAPI:
    """The application; `token` makes tokens that it knows."""
    app = create_web_app(
        title="Sample",
        service="sample",
        settings=SampleSettings(public_jwks(_signing_key()), demo_mode, public_url),
        larger_bodies={"/sample/echo/upload": 4_000_000},
    )
    app.state.templates = app.state.templates.overlay(
        loader=ChoiceLoader([FileSystemLoader(TEMPLATES), app.state.templates.loader])
    )
    app.state.count = 196
    app.state.closing = False
    app.state.has_no_stream_left = False
    app.include_router(router)
    return app
