"""Notifications: every operation, as every role, with resources of every ownership."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from tests.authorisation.mails import PROBES, Mails, started
from tests.authorisation.matrix import as_lines, cells, mistakes, services_answered
from tests.authorisation.removal import (
    WHOLE_REMOVAL,
    cells_that_reach_sql,
    unnoticed_isolation_removals,
    unnoticed_role_removals,
    without_taskforces,
)
from tests.support.infrastructure import Databases, Installation

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.every_operation


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(installation: Installation, signing_key: str) -> AsyncIterator[Mails]:
    async with started(installation, signing_key) as (world, _):
        yield world


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def second_world(installation: Installation, signing_key: str) -> AsyncIterator[tuple[Mails, Databases]]:
    """Another world, for tests that remove checks: requests change what others leave alone."""
    async with started(installation, signing_key) as both:
        yield both


async def test_every_operation_allows_exactly_what_it_declares(world: Mails) -> None:
    before = await world.of_the_other_taskforce()
    found = await mistakes(world, PROBES, cells(world))
    assert not found, as_lines(found)
    assert await world.of_the_other_taskforce() == before


async def test_internal_operations_refuse_other_services(world: Mails) -> None:
    assert await services_answered(world, PROBES) == []


async def test_the_database_isolates_taskforces_when_queries_do_not_filter(
    second_world: tuple[Mails, Databases],
) -> None:
    world, dsns = second_world
    async with without_taskforces(world, dsns.app_dsn("notifications")):
        found = await mistakes(world, PROBES, cells_that_reach_sql(world))
        assert not found, as_lines(found)


@WHOLE_REMOVAL
async def test_the_removal_of_any_role_check_is_noticed(second_world: tuple[Mails, Databases]) -> None:
    world, _ = second_world
    assert await unnoticed_role_removals(world, PROBES) == []


@WHOLE_REMOVAL
async def test_the_removal_of_taskforce_isolation_is_noticed_everywhere(second_world: tuple[Mails, Databases]) -> None:
    world, dsns = second_world
    assert await unnoticed_isolation_removals(world, PROBES, dsns.superuser_dsn("notifications")) == []
