"""The declarations of all operations, and the page generated from them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from fastapi import Depends, FastAPI
from pydantic import BaseModel

from deploy.authorisation import DOCUMENT, OPERATORS, apps, document
from shared.http.auth import public, require
from shared.http.policy import CALLERS, OWN, Resource, concerns, operations
from tests.authorisation import mails, overview, pledges, register

if TYPE_CHECKING:
    from shared.http.policy import Operation
    from tests.authorisation.matrix import Probes

PROBES: dict[str, Probes] = {
    "events": register.PROBES,
    "pledges": pledges.PROBES,
    "dashboard": overview.PROBES,
    "notifications": mails.PROBES,
}


@pytest.fixture(scope="module")
def declared() -> dict[str, list[Operation]]:
    """Every operation of every service."""
    return {service: operations(app.routes) for service, app in apps().items()}


def test_the_page_lists_the_declarations() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(), "not written yet: python -m deploy.authorisation"


def test_every_operation_declares_its_resources(declared: dict[str, list[Operation]]) -> None:
    silent = [f"{service}: {one.name}" for service, found in declared.items() for one in found if one.resources is None]
    assert silent == [], "say it with shared.http.policy.concerns, below the router's decorator"


def test_an_operation_with_an_id_declares_a_resource(declared: dict[str, list[Operation]]) -> None:
    found = [
        f"{service}: {one.name} takes {', '.join(one.ids)}"
        for service, of in declared.items()
        for one in of
        if one.ids and not one.resources
    ]
    assert found == []


def test_every_operation_is_tested_with_each_of_its_resources(declared: dict[str, list[Operation]]) -> None:
    expected = {
        (service, one.name, thing.name)
        for service, found in declared.items()
        for one in found
        if one.path not in OPERATORS
        for thing in one.resources or ()
    }
    tried = {(service, *key) for service, probes in PROBES.items() for key in probes}
    assert expected - tried == set(), "add a request for it in tests/authorisation"
    assert tried - expected == set()


class _Body(BaseModel):
    inner: list[dict[str, UUID]] | None = None


def _app() -> FastAPI:
    app = FastAPI()
    member = Depends(require("member"))

    @app.get("/by-path/{token}", dependencies=[member])
    async def by_path(token: str) -> None: ...

    @app.get("/by-query", dependencies=[member])
    async def by_query(event: UUID | None = None, size: int = 1) -> None: ...

    @app.post("/by-body", dependencies=[Depends(public)])
    @concerns(Resource("cat", by_role={"member": OWN}))
    async def by_body(body: _Body, lives: int = 9) -> None: ...

    return app


def test_ids_are_found_in_path_query_and_body() -> None:
    found: dict[str, Any] = {one.path: one for one in operations(_app().routes)}
    assert {path: one.ids for path, one in found.items()} == {
        "/by-path/{token}": ("token",),
        "/by-query": ("event",),
        "/by-body": ("body",),
    }
    assert found["/by-query"].resources is None
    assert found["/by-query"].callers == {"member"}
    assert len(found["/by-body"].callers) == len(CALLERS)
    assert [thing.reached_by("member") for thing in found["/by-body"].resources] == [OWN]


def test_a_route_without_a_declared_caller_is_an_error() -> None:
    app = _app()

    @app.get("/open")
    async def open() -> None: ...

    with pytest.raises(ValueError, match="/open has 0 access dependencies instead of one"):
        operations(app.routes)
