"""The dashboard: every operation, as every role, with resources of every ownership."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from services.dashboard import access
from shared.http.streams import Changes
from tests.authorisation.matrix import as_lines, cells, mistakes, services_answered
from tests.authorisation.overview import PROBES, Overview, started
from tests.authorisation.removal import (
    WHOLE_REMOVAL,
    Checks,
    cells_that_reach_sql,
    replaced,
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
async def world(installation: Installation, signing_key: str) -> AsyncIterator[Overview]:
    async with started(installation, signing_key) as (world, _):
        yield world


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def second_world(installation: Installation, signing_key: str) -> AsyncIterator[tuple[Overview, Databases]]:
    """Another world, for tests that remove checks: requests change what others leave alone."""
    async with started(installation, signing_key) as both:
        yield both


CHECKS: Checks = {access.sees_figures: lambda _: True}
SHOWN_ONLY: list[str] = []


async def test_every_operation_allows_exactly_what_it_declares(world: Overview) -> None:
    before = await world.of_the_other_taskforce()
    found = await mistakes(world, PROBES, cells(world))
    assert not found, as_lines(found)
    assert await world.of_the_other_taskforce() == before


async def test_internal_operations_refuse_other_services(world: Overview) -> None:
    assert await services_answered(world, PROBES) == []


async def test_the_database_isolates_taskforces_when_queries_do_not_filter(
    second_world: tuple[Overview, Databases],
) -> None:
    world, dsns = second_world
    async with without_taskforces(world, dsns.app_dsn("dashboard")):
        found = await mistakes(world, PROBES, cells_that_reach_sql(world))
        assert not found, as_lines(found)


@WHOLE_REMOVAL
async def test_the_removal_of_any_role_check_is_noticed(second_world: tuple[Overview, Databases]) -> None:
    world, _ = second_world
    assert await unnoticed_role_removals(world, PROBES) == []


@WHOLE_REMOVAL
async def test_the_removal_of_any_ownership_check_is_noticed(second_world: tuple[Overview, Databases]) -> None:
    world, _ = second_world
    assert await unnoticed_check_removals(world, PROBES, "dashboard", CHECKS) == SHOWN_ONLY


@WHOLE_REMOVAL
async def test_the_removal_of_taskforce_isolation_is_noticed_everywhere(
    second_world: tuple[Overview, Databases],
) -> None:
    world, dsns = second_world
    # The database does not decide whose changes a stream sends.
    with replaced(Changes, "changed", lambda changes, _: changes.all_changed()):
        assert await unnoticed_isolation_removals(world, PROBES, dsns.superuser_dsn("dashboard")) == []
