"""The register: every operation, as every role, with everybody's things."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from services.events import access
from shared.product.roles import SCOPES
from tests.authorisation.matrix import as_lines, cells, services_answered, wrong
from tests.authorisation.register import PROBES, Register, started
from tests.authorisation.removal import (
    WHOLE_REMOVAL,
    Checks,
    cells_that_reach_sql,
    checks_not_missed,
    roles_not_missed,
    taskforces_not_missed,
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
async def spoilt(installation: Installation, signing_key: str) -> AsyncIterator[tuple[Register, Databases]]:
    """Another one, from which checks are taken: what ought to stay as it is does not."""
    async with started(installation, signing_key) as both:
        yield both


CHECKS: Checks = {access.is_planner: lambda _: True, access.is_door_keeper: lambda _: True}
SHOWN_ONLY = ["services.events.register.pages: is_planner"]
"""Decides which buttons a page has; what they do is decided where it is done."""
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
    )
}
"""A program is nobody who could have an account, and is asked for its person once more."""


async def test_everybody_may_what_is_declared_with_whose_things_and_nothing_else(world: Register) -> None:
    before = await world.of_the_other_taskforce()
    found = await wrong(world, PROBES, cells(world))
    assert not found, as_lines(found)
    assert await world.of_the_other_taskforce() == before


async def test_a_service_is_told_what_is_its_business_and_nothing_else(world: Register) -> None:
    assert await services_answered(world, PROBES) == []


async def test_what_forgets_to_ask_for_the_taskforce_is_stopped_by_the_database(
    spoilt: tuple[Register, Databases],
) -> None:
    world, dsns = spoilt
    async with without_taskforces(world, dsns.app_dsn("events")):
        found = await wrong(world, PROBES, cells_that_reach_sql(world))
        assert not found, as_lines(found)


@WHOLE_REMOVAL
async def test_every_check_of_a_role_would_be_missed(spoilt: tuple[Register, Databases]) -> None:
    world, _ = spoilt
    assert set(await roles_not_missed(world, PROBES)) == CHECKED_TWICE


@WHOLE_REMOVAL
async def test_every_check_of_whose_a_thing_is_would_be_missed(spoilt: tuple[Register, Databases]) -> None:
    world, _ = spoilt
    assert await checks_not_missed(world, PROBES, "events", CHECKS) == SHOWN_ONLY


@WHOLE_REMOVAL
async def test_keeping_taskforces_apart_would_be_missed_everywhere(spoilt: tuple[Register, Databases]) -> None:
    world, dsns = spoilt
    assert await taskforces_not_missed(world, PROBES, dsns.superuser_dsn("events")) == []
