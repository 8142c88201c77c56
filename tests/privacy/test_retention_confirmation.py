"""What retention does not do by itself: after a leap of the clock, and when it would take a large share of the rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.pledges.privacy.retention import retention
from shared import metrics
from shared.db.database import Database
from tests.privacy.aged_rows import AgedRows, months_ago
from tests.privacy.conftest import connect_for_subjects
from tests.privacy.test_retention import ALL

if TYPE_CHECKING:
    from tests.support.infrastructure import Databases

NOBODYS = UUID(int=0)


@pytest.fixture
def single_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only one row may be removed of any table, so that the tests need few."""
    monkeypatch.setattr("shared.privacy.retention.FEW_ROWS", 1)


async def last_run(rows: AgedRows, ago: timedelta) -> None:
    """Retention ran last so long ago."""
    await rows.conn.execute("insert into retention_runs values ($1, 'clock', now() - $2::interval, 0)", NOBODYS, ago)


async def pledges(rows: AgedRows, *, overdue: int, kept: int) -> None:
    """Pledges with contacts."""
    for day, count in ((months_ago(30), overdue), (months_ago(3), kept)):
        for _ in range(count):
            await rows.pledge(day)


async def contacts(rows: AgedRows) -> int:
    return len(await rows.left("pledge_contacts"))


# ---- leaps of the clock


@pytest.mark.parametrize("ago", [timedelta(days=8), timedelta(days=2000), timedelta(hours=-2)])
async def test_nothing_is_removed_when_the_clock_does_not_fit_the_last_run(
    rows: AgedRows, subjects_database: Database, ago: timedelta
) -> None:
    await last_run(rows, ago)
    await pledges(rows, overdue=1, kept=0)
    for _ in range(2):  # the first run must not make the second one believe the clock
        assert set((await retention().remove(subjects_database)).values()) == {0}
    plan = await retention().plan(subjects_database)
    assert plan.clock is not None
    assert abs(plan.clock.now - plan.clock.last - ago) < timedelta(minutes=5)
    assert [(one.job, one.rows, one.waiting) for one in plan.waiting] == [("pledge_contacts", 1, "clock")]
    assert metrics.RETENTION_WAITING.labels("pledges")._value.get() > 0


@pytest.mark.parametrize("ago", [timedelta(days=6), timedelta(minutes=-50)])
async def test_a_weekend_or_another_clocks_minutes_are_no_leap(
    rows: AgedRows, subjects_database: Database, ago: timedelta
) -> None:
    await last_run(rows, ago)
    await pledges(rows, overdue=1, kept=0)
    assert (await retention().remove(subjects_database))["pledge_contacts"] == 1
    assert metrics.RETENTION_WAITING.labels("pledges")._value.get() == 0


async def test_rows_that_a_wrong_clock_recorded_do_not_make_it_right(
    rows: AgedRows, subjects_database: Database
) -> None:
    await last_run(rows, timedelta(days=400))
    await pledges(rows, overdue=1, kept=1)  # recorded now
    assert (await retention().plan(subjects_database)).clock is not None


async def test_where_it_never_ran_the_clock_has_to_fit_the_newest_change(
    rows: AgedRows, subjects_database: Database
) -> None:
    await pledges(rows, overdue=1, kept=0)
    assert (await retention().plan(subjects_database)).clock is None
    await rows.conn.execute("update outbox set recorded_at = now() - interval '9 days'")
    assert (await retention().plan(subjects_database)).clock is not None


async def test_a_confirmation_of_the_clock_is_recorded_and_the_next_run_goes_on_from_it(
    rows: AgedRows, subjects_database: Database
) -> None:
    await last_run(rows, timedelta(days=400))
    await pledges(rows, overdue=1, kept=0)
    seen = await retention().plan(subjects_database)
    assert (await retention().remove(subjects_database, confirmed=seen))["pledge_contacts"] == 1
    assert (await retention().plan(subjects_database)).clock is None
    confirmations = await rows.conn.fetch("select job, reason, overdue_rows from retention_confirmations order by job")
    assert [tuple(row) for row in confirmations] == [("clock", "clock", 0), ("pledge_contacts", "clock", 1)]


# ---- large shares


async def test_ten_rows_of_any_table_may_go_and_eleven_of_a_small_one_wait(
    rows: AgedRows, subjects_database: Database
) -> None:
    await pledges(rows, overdue=11, kept=0)
    assert (await retention().remove(subjects_database))["pledge_contacts"] == 0
    await rows.conn.execute("delete from pledge_contacts where id = (select min(id::text)::uuid from pledge_contacts)")
    assert (await retention().remove(subjects_database))["pledge_contacts"] == 10


@pytest.mark.usefixtures("single_rows")
async def test_more_than_a_tenth_waits_and_everything_else_goes(rows: AgedRows, subjects_database: Database) -> None:
    await pledges(rows, overdue=3, kept=17)
    await rows.hire(months_ago(70), ended=months_ago(30))
    removed = await retention().remove(subjects_database)
    assert (removed["pledge_contacts"], removed["hire_contacts"], await contacts(rows)) == (0, 1, 20)
    [waiting] = (await retention().plan(subjects_database)).waiting
    assert (waiting.job, waiting.taskforce_id, waiting.rows, waiting.total, waiting.waiting) == (
        "pledge_contacts",
        rows.taskforce_id,
        3,
        20,
        "share",
    )
    assert metrics.RETENTION_WAITING.labels("pledges")._value.get() == 1


@pytest.mark.usefixtures("single_rows")
async def test_a_tenth_goes_without_a_confirmation(rows: AgedRows, subjects_database: Database) -> None:
    await pledges(rows, overdue=2, kept=18)
    assert (await retention().remove(subjects_database))["pledge_contacts"] == 2


@pytest.mark.usefixtures("single_rows")
async def test_what_waits_in_one_taskforce_stops_no_other(
    rows: AgedRows, subjects_database: Database, other_taskforce_id: UUID
) -> None:
    await pledges(rows, overdue=3, kept=0)
    await pledges(AgedRows(rows.conn, other_taskforce_id), overdue=1, kept=0)
    assert (await retention().remove(subjects_database))["pledge_contacts"] == 1
    assert await contacts(rows) == 3


@pytest.mark.usefixtures("single_rows")
async def test_a_confirmation_is_for_the_rows_that_were_seen_and_for_one_run(
    rows: AgedRows, subjects_database: Database
) -> None:
    await pledges(rows, overdue=3, kept=0)
    seen = await retention().plan(subjects_database)
    await pledges(rows, overdue=2, kept=0)
    assert (await retention().remove(subjects_database, confirmed=seen))["pledge_contacts"] == 3
    assert (await retention().remove(subjects_database))["pledge_contacts"] == 0
    [confirmation] = await rows.conn.fetch("select * from retention_confirmations")
    assert (confirmation["job"], confirmation["reason"]) == ("pledge_contacts", "share")
    assert (confirmation["overdue_rows"], confirmation["total_rows"]) == (3, 5)


async def test_a_recorded_confirmation_cannot_be_changed_by_the_service(
    subjects_database: Database, taskforce_id: UUID
) -> None:
    for statement in ("update retention_confirmations set overdue_rows = 0", "delete from retention_confirmations"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with subjects_database.change(taskforce_id) as conn:
                await conn.execute(statement)


@pytest.mark.parametrize("service", ALL)
async def test_every_job_can_count_all_that_it_could_ever_remove(
    service: str, databases: Databases, base_settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.privacy.retention.FEW_ROWS", -1)
    database = await connect_for_subjects(databases, base_settings, service)
    conn = await asyncpg.connect(databases.superuser_dsn(service))
    try:
        await conn.execute(
            """
            insert into dead_letters
                   (consumer_group, topic, partition, "offset", value_digest, headers, reason, detail)
            values ('g', 't', 0, 0, $1, '{}', 'r', 'd')
            """,
            uuid4().bytes,
        )

        async def one(_conn: Any) -> list[UUID]:
            return [uuid4()]

        of_one = replace(ALL[service].retention(), taskforces=one)
        plan = await of_one.plan(database)
    finally:
        await conn.close()
        await database.close()
    assert {removal.job: removal.total for removal in plan.removals} == {
        job.name: int(job.name == "dead_letters") for job in of_one.jobs
    }
