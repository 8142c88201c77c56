"""Pledges and hires: every operation, as every role, with resources of every ownership."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import pytest
import pytest_asyncio

from services.pledges.call_list import access as call_access
from services.pledges.companies import access as company_access
from services.pledges.participants import access as participant_access
from services.pledges.pledges import access
from services.pledges.pledges.domain import Editor, Person
from services.pledges.pledges.timing import check_event
from services.pledges.register import access as register_access
from shared.product.roles import SCOPES, Role
from tests.authorisation.matrix import OTHER_MUNICIPALITY, as_lines, cells, mistakes, services_answered
from tests.authorisation.pledges import PROBES
from tests.authorisation.pledges_world import API, PledgesWorld, started
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
async def world(installation: Installation, signing_key: str) -> AsyncIterator[PledgesWorld]:
    async with started(installation, signing_key) as (world, _):
        yield world


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def second_world(installation: Installation, signing_key: str) -> AsyncIterator[tuple[PledgesWorld, Databases]]:
    """Another world, for tests that remove checks: requests change what others leave alone."""
    async with started(installation, signing_key) as both:
        yield both


CHECKS: Checks = {
    access.may_read: lambda *_: True,
    access.may_read_contact: lambda *_: True,
    access.may_read_hires: lambda _: True,
    access.may_change: lambda *_: True,
    access.edits_as: lambda principal: Editor(principal.person_id, of_all=True),
    access.visible_part: lambda _, pledge: pledge,
    register_access.sees_register: lambda _: True,
    register_access.event_of: lambda principal, requested: requested or principal.event_id,
    access.logs_as: lambda principal: Person(principal.person_id),
    company_access.may_change_outreach: lambda *_: True,
    call_access.sees_all_calls: lambda _: True,
    call_access.may_make_call: lambda *_: True,
    participant_access.reader_of: lambda principal: participant_access.Reader(
        principal.taskforce, principal.subject, OTHER_MUNICIPALITY
    ),
    check_event: lambda *_, **__: [],
}
CHECKED_ELSEWHERE = [
    # Only explains on the page that a contact is hidden; `visible_part` has removed it before.
    "services.pledges.pledges.pages: may_read_contact",
    # Whoever may take the steps of a position may read every contact; the page shows it beside a conflict.
    "services.pledges.positions.pages: may_read_contact",
    # Only shows the buttons; what they send is checked.
    "services.pledges.pledges.pages: may_change",
    # `may_change` has refused everybody else before.
    "services.pledges.corrections.pages: edits_as",
    # The grid admits no event passes, and of everybody else `logs_as` only says who they are.
    "services.pledges.batch_grid.pages: logs_as",
    # Only case workers log a job that was found for somebody, and `logs_as` only says who they are.
    "services.pledges.participants.found_jobs.pages: logs_as",
]
CHECKED_TWICE = {
    f"{operation} for {caller}"
    for caller in ("event_pass", "service", *SCOPES)
    for operation in (
        f"POST {API}/events/{{event_id}}/phones/{{phone_id}}/set-aside",
        "POST /pledges/evening/{event_id:uuid}/phones/{phone_id:uuid}/set-aside",
        "GET /pledges/calls",
        "POST /pledges/calls/assign",
        "GET /queue",
        f"GET {API}/queue",
        "POST /queue/mails/{mail_id:uuid}/handled",
        "POST /pledges/company-answers/{answer_id:uuid}/seen",
        "POST /pledges/company-answers/{answer_id:uuid}/undo",
        "POST /pledges/company-links/{company_id:uuid}",
        "POST /pledges/company-links/{company_id:uuid}/revoke",
        "POST /participants/photos/{participant_id:uuid}",
        "POST /participants/{participant_id:uuid}/card/handover",
        "POST /participants/{participant_id:uuid}/card/link",
        "POST /participants/{participant_id:uuid}/card/photo/remove",
        "POST /participants/{participant_id:uuid}/card/withdraw",
    )
} | {
    f"{operation} for {caller}"
    for caller in (set(get_args(Role)) | set(SCOPES)) - {"caseworker"}
    # A second check asks for the municipality of the case worker.
    for operation in (f"POST {API}/participants", "POST /participants/import", "POST /participants/import/errors")
}
"""Neither a pass nor a program is a person, and a second check asks for the person."""
ISOLATED_TWICE = [
    # The file of errors has the lines that were sent, and nothing of anybody who is registered.
    "POST /participants/import/errors: participant",
    # The functions that search have the rights of the owner of the tables, and name the taskforce themselves.
    "POST /queue/search: hire",
    "POST /queue/search: pledge",
]


async def test_every_operation_allows_exactly_what_it_declares(world: PledgesWorld) -> None:
    before = await world.of_the_other_taskforce()
    found = await mistakes(world, PROBES, cells(world))
    assert not found, as_lines(found)
    assert await world.of_the_other_taskforce() == before


async def test_internal_operations_refuse_other_services(world: PledgesWorld) -> None:
    assert await services_answered(world, PROBES) == []


async def test_the_database_isolates_taskforces_when_queries_do_not_filter(
    second_world: tuple[PledgesWorld, Databases],
) -> None:
    world, dsns = second_world
    async with without_taskforces(world, dsns.app_dsn("pledges"), participants_dsn=dsns.participants_dsn()):
        found = await mistakes(world, PROBES, cells_that_reach_sql(world))
        assert not found, as_lines(found)


@WHOLE_REMOVAL
async def test_the_removal_of_any_role_check_is_noticed(second_world: tuple[PledgesWorld, Databases]) -> None:
    world, _ = second_world
    assert set(await unnoticed_role_removals(world, PROBES)) == CHECKED_TWICE


@WHOLE_REMOVAL
async def test_the_removal_of_any_ownership_check_is_noticed(second_world: tuple[PledgesWorld, Databases]) -> None:
    world, _ = second_world
    assert await unnoticed_check_removals(world, PROBES, "pledges", CHECKS) == CHECKED_ELSEWHERE


@WHOLE_REMOVAL
async def test_the_removal_of_taskforce_isolation_is_noticed_everywhere(
    second_world: tuple[PledgesWorld, Databases],
) -> None:
    world, dsns = second_world
    found = await unnoticed_isolation_removals(world, PROBES, dsns.superuser_dsn("pledges"))
    assert sorted(found) == ISOLATED_TWICE
