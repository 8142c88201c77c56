"""No route or dependency runs in a thread: FastAPI runs every function that is not async in one."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from deploy.local.configuration import Configuration
from deploy.local.launcher import load_service
from deploy.local.state import State
from deploy.services import SERVICES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.mark.parametrize("service", SERVICES)
def test_every_route_and_dependency_is_async(service: str, tmp_path: Path) -> None:
    with State(tmp_path / "state") as state:
        configuration = Configuration(
            secrets=state.secrets(),
            postgres_port=5432,
            bootstrap_servers="127.0.0.1:9",
            public_url="http://localhost:8080",
            internal_url="http://127.0.0.1:8081",
            smtp_port=25,
            demo_mode=True,
        )
        app = load_service(service).make_app(configuration.settings(service))
    assert isinstance(app, FastAPI)
    found = [route for route in iter_route_contexts(app.routes) if getattr(route, "dependant", None) is not None]
    assert found
    threaded = {
        f"{route.path}: {call.__qualname__}"
        for route in found
        for call in _called(route.dependant)
        if not inspect.iscoroutinefunction(call) and not inspect.isasyncgenfunction(call)
    }
    assert threaded == set()


def _called(dependant: Any) -> Iterator[Any]:
    yield dependant.call
    for inner in dependant.dependencies:
        yield from _called(inner)
