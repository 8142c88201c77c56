"""Pledges and hires: every operation, as every role, with everybody's things."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from services.pledges.pledges import access
from services.pledges.pledges.domain import Person, check_event
from services.pledges.register import access as register_access
from tests.authorisation.matrix import as_lines, cells, services_answered, wrong
from tests.authorisation.pledges import PROBES, PledgesWorld, started
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
async def world(installation: Installation, signing_key: str) -> AsyncIterator[PledgesWorld]:
    async with started(installation, signing_key) as (world, _):
        yield world


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def spoilt(installation: Installation, signing_key: str) -> AsyncIterator[tuple[PledgesWorld, Databases]]:
    """Another one, from which checks are taken: what ought to stay as it is does not."""
    async with started(installation, signing_key) as both:
        yield both


CHECKS: Checks = {
    access.may_read: lambda *_: True,
    access.may_read_contact: lambda *_: True,
    access.may_read_hires: lambda _: True,
    access.visible_part: lambda _, pledge: pledge,
    register_access.sees_register: lambda _: True,
    register_access.event_of: lambda principal, requested: requested or principal.event_id,
    access.logs_as: lambda principal: Person(principal.person_id),
    check_event: lambda *_, **__: [],
}
SHOWN_ONLY = ["services.pledges.pledges.pages: may_read_contact"]
"""Says on the page that a contact is not shown; `visible_part` has taken it away by then."""


async def test_everybody_may_what_is_declared_with_whose_things_and_nothing_else(world: PledgesWorld) -> None:
    before = await world.of_the_other_taskforce()
    found = await wrong(world, PROBES, cells(world))
    assert not found, as_lines(found)
    assert await world.of_the_other_taskforce() == before


async def test_a_service_is_told_what_is_its_business_and_nothing_else(world: PledgesWorld) -> None:
    assert await services_answered(world, PROBES) == []


async def test_what_forgets_to_ask_for_the_taskforce_is_stopped_by_the_database(
    spoilt: tuple[PledgesWorld, Databases],
) -> None:
    world, dsns = spoilt
    async with without_taskforces(world, dsns.app_dsn("pledges")):
        found = await wrong(world, PROBES, cells_that_reach_sql(world))
        assert not found, as_lines(found)


@WHOLE_REMOVAL
async def test_every_check_of_a_role_would_be_missed(spoilt: tuple[PledgesWorld, Databases]) -> None:
    world, _ = spoilt
    assert await roles_not_missed(world, PROBES) == []


@WHOLE_REMOVAL
async def test_every_check_of_whose_a_thing_is_would_be_missed(spoilt: tuple[PledgesWorld, Databases]) -> None:
    world, _ = spoilt
    assert await checks_not_missed(world, PROBES, "pledges", CHECKS) == SHOWN_ONLY


@WHOLE_REMOVAL
async def test_keeping_taskforces_apart_would_be_missed_everywhere(spoilt: tuple[PledgesWorld, Databases]) -> None:
    world, dsns = spoilt
    assert await taskforces_not_missed(world, PROBES, dsns.superuser_dsn("pledges")) == []
