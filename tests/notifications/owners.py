"""A test double of events and pledges: an HTTP server that answers requests for addresses and checks the token."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from deploy.local import ports
from shared.http.auth import InvalidToken, TokenVerifier

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request


@dataclass
class Owners:
    """Both owning services behind one port.

    Attributes:
        people: what events knows, by taskforce and person.
        contacts: what pledges knows, by taskforce and pledge.
        coordinators: who is a taskforce's first coordinator, for events.
        call_lists: what pledges knows, by taskforce, event and person (None: nobody's calls).
        company_links: what pledges knows, by taskforce and pledge.
        broken: the answer to every request, while it is set.
        requested: the paths that were requested.
    """

    jwks: str
    people: dict[tuple[UUID, UUID], dict[str, Any]] = field(default_factory=dict)
    contacts: dict[tuple[UUID, UUID], dict[str, Any]] = field(default_factory=dict)
    coordinators: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    call_lists: dict[tuple[UUID, UUID, UUID | None], dict[str, Any]] = field(default_factory=dict)
    company_links: dict[tuple[UUID, UUID], dict[str, Any]] = field(default_factory=dict)
    broken: Response | None = None
    requested: list[str] = field(default_factory=list)
    url: str = ""

    async def __aenter__(self) -> Owners:
        listening = ports.listening()
        self.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        app = Starlette(
            routes=[
                Route("/internal/events/v1/people/{id:uuid}/address", self._person),
                Route("/internal/events/v1/coordinator/address", self._coordinator),
                Route("/internal/pledges/v1/pledges/{id:uuid}/contact", self._contact),
                Route("/internal/pledges/v1/pledges/{id:uuid}/company-link", self._company_link, methods=["POST"]),
                Route("/internal/pledges/v1/call-lists/{id:uuid}", self._call_list),
            ]
        )
        self._server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", access_log=False))
        self._server.config.load()
        self._serving = asyncio.create_task(self._server._serve(sockets=[listening]))
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.should_exit = True
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._serving, 5)

    async def _person(self, request: Request) -> Response:
        return self._answer(request, lambda taskforce: self.people.get((taskforce, request.path_params["id"])))

    async def _coordinator(self, request: Request) -> Response:
        return self._answer(request, self.coordinators.get)

    async def _contact(self, request: Request) -> Response:
        return self._answer(request, lambda taskforce: self.contacts.get((taskforce, request.path_params["id"])))

    async def _company_link(self, request: Request) -> Response:
        return self._answer(request, lambda taskforce: self.company_links.get((taskforce, request.path_params["id"])))

    async def _call_list(self, request: Request) -> Response:
        person = request.query_params.get("person")
        key = (request.path_params["id"], UUID(person) if person else None)
        return self._answer(request, lambda taskforce: self.call_lists.get((taskforce, *key)))

    def _answer(self, request: Request, known: Callable[[UUID], dict[str, Any] | None]) -> Response:
        self.requested.append(request.url.path)
        if self.broken is not None:
            return self.broken
        try:
            kind, _, bearer = request.headers.get("authorization", "").partition(" ")
            principal = TokenVerifier(self.jwks).verify(bearer)
        except InvalidToken:
            return Response(status_code=401)
        if kind != "Bearer" or not principal.has("service"):
            return Response(status_code=403)
        found = known(UUID(request.query_params["taskforce"]))
        return JSONResponse(found) if found is not None else Response(status_code=404)
