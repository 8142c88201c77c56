"""Every function of the dashboard's, in a transaction of another taskforce and of none."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest_asyncio

from services.dashboard.measures import figures, queries
from services.dashboard.measures.hires import Hires
from services.dashboard.measures.measure import EVERYWHERE
from services.dashboard.read_model import deltas, projections, rebuild, taskforces
from tests.authorisation.overview import Overview, started
from tests.authorisation.removal import WHOLE_REMOVAL, without_taskforces
from tests.conftest import TASKFORCE
from tests.dashboard.messages import check_in, company, delivered, employer_event, hire, pledge, taskforce, tell
from tests.tenancy.bound import Cases, Exempt, functions, named, tried, unnoticed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.infrastructure import Installation

DAY = date(2099, 12, 31)
WANTED = {scope: [deltas.PLEDGED_POSITIONS] for scope in EVERYWHERE}


class Prepared(Overview):
    """Of ours alone something is counted: functions that are given no taskforce see whatever there is in theirs."""

    async def fill(self) -> None:
        evening = employer_event(starts_at=datetime.now(UTC), ends_at=datetime.now(UTC) + timedelta(hours=3))
        promised = pledge(positions=7, event_id=evening.event_id)
        await tell(self.db, taskforce(), evening, check_in(evening.event_id), promised, hire())


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(installation: Installation, signing_key: str) -> AsyncIterator[Prepared]:
    async with started(installation, signing_key, Prepared) as (world, _):
        assert isinstance(world, Prepared)
        yield world


async def _compute(_: Prepared, database: Any) -> Any:
    reckoned = await figures.compute(database, TASKFORCE, as_of=DAY)
    return reckoned.events, reckoned.quarters, reckoned.updated_at, [*reckoned.counts["pledged_positions"].values()]


CASES: Cases = {
    figures.compute: _compute,
    projections.apply: lambda _, conn: projections.apply(conn, delivered([company()])),
    projections.write: lambda _, conn: projections.write(conn, [company()], [1]),
    queries.delta_sums: lambda _, conn: queries.delta_sums(conn, as_of=DAY, wanted=WANTED),
    queries.employer_events: lambda _, conn: queries.employer_events(conn),
    queries.last_change: lambda _, conn: queries.last_change(conn),
    queries.between: lambda _, conn: queries.between(
        conn, Hires, job_type="smaajob", since=date(2018, 1, 1), as_of=DAY
    ),
}
_REGISTRY = "the registry of taskforces is read before anybody's is known, and holds nothing that is not public"
EXEMPT: Exempt = {
    projections.generations: "a generation of the read model is of all taskforces",
    rebuild.rebuild: "goes from taskforce to taskforce, each in a transaction of its own",
    taskforces.find_taskforce: _REGISTRY,
    taskforces.all_taskforces: _REGISTRY,
}


def test_every_function_is_tried() -> None:
    assert named(functions("dashboard")) == named({*CASES, *EXEMPT})


async def test_none_sees_or_changes_anything_as_another_taskforce_or_as_none(world: Prepared) -> None:
    assert await tried(world, CASES, ()) == []


@WHOLE_REMOVAL
async def test_each_would_see_or_change_something_if_the_database_let_it(
    installation: Installation, signing_key: str
) -> None:
    async with started(installation, signing_key, Prepared) as (world, dsns):
        async with without_taskforces(world, dsns.superuser_dsn("dashboard")):
            found = await tried(world, CASES, ())
        assert unnoticed(CASES, found) == []
