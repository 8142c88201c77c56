"""The events service: every operation, as every role, with resources of every ownership."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from services.events import access
from shared.product.roles import SCOPES
from tests.authorisation.matrix import as_lines, cells, mistakes, services_answered
from tests.authorisation.register import PROBES, Register, started
from tests.authorisation.removal import (
    WHOLE_REMOVAL,
    Checks,
    cells_that_reach_sql,
    unnoticed_check_removals,
    unnoticed_isolation_removals,
    unnoticed_role_removals,
    without_taskforces,
)
from tests.support.infrastructure import Databases, Installation

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.every_operation


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(installation: Installation, signing_key: str) -> AsyncIterator[Register]:
    async with started(installation, signing_key) as (world, _):
        yield world


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def second_world(installation: Installation, signing_key: str) -> AsyncIterator[tuple[Register, Databases]]:
    """Another world, for tests that remove checks: requests change what others leave alone."""
    async with started(installation, signing_key) as both:
        yield both


CHECKS: Checks = {access.is_planner: lambda _: True, access.is_door_keeper: lambda _: True}
SHOWN_ONLY = [
    "services.events.register.pages: is_planner",
    "services.events.targets.pages: is_planner",
    "services.events.calendar.registrations.pages: is_door_keeper",
]
"""Decide only which buttons and links a page shows; the operations behind them have checks of their own."""
CHECKED_TWICE = {
    f"{operation} for {program}"
    for program in ("service", *SCOPES)
    for operation in (
        "GET /account",
        "GET /account/prove",
        "POST /account/passkeys/{passkey_id:uuid}",
        "POST /account/passkeys/{passkey_id:uuid}/remove",
        "POST /account/sessions/end-others",
        "POST /account/sessions/{session_id:uuid}/end",
        "POST /api-keys/{key_id:uuid}/take-over",
        "GET /people/names",
        "GET /decisions",
        "GET /decisions/mine",
        "POST /decisions/{decision_id:uuid}/{step}",
        "POST /api/events/v1/decisions/{decision_id}/{step}",
    )
}
"""A program has no account, and a second check asks for the person."""


async def test_every_operation_allows_exactly_what_it_declares(world: Register) -> None:
    before = await world.of_the_other_taskforce()
    found = await mistakes(world, PROBES, cells(world))
    assert not found, as_lines(found)
    assert await world.of_the_other_taskforce() == before


async def test_internal_operations_refuse_other_services(world: Register) -> None:
    assert await services_answered(world, PROBES) == []


async def test_the_database_isolates_taskforces_when_queries_do_not_filter(
    second_world: tuple[Register, Databases],
) -> None:
    world, dsns = second_world
    async with without_taskforces(world, dsns.app_dsn("events")):
        found = await mistakes(world, PROBES, cells_that_reach_sql(world))
        assert not found, as_lines(found)


@WHOLE_REMOVAL
async def test_the_removal_of_any_role_check_is_noticed(second_world: tuple[Register, Databases]) -> None:
    world, _ = second_world
    assert set(await unnoticed_role_removals(world, PROBES)) == CHECKED_TWICE


@WHOLE_REMOVAL
async def test_the_removal_of_any_ownership_check_is_noticed(second_world: tuple[Register, Databases]) -> None:
    world, _ = second_world
    assert await unnoticed_check_removals(world, PROBES, "events", CHECKS) == SHOWN_ONLY


@WHOLE_REMOVAL
async def test_the_removal_of_taskforce_isolation_is_noticed_everywhere(
    second_world: tuple[Register, Databases],
) -> None:
    world, dsns = second_world
    assert await unnoticed_isolation_removals(world, PROBES, dsns.superuser_dsn("events")) == []
