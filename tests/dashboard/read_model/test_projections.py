"""Messages become the same rows whatever order they come in, and however often."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.dashboard.measures.figures import compute
from services.dashboard.read_model import projections
from shared.contracts import events, pledges
from shared.contracts.events import CompanyRegistered, TaskforceRegistered
from shared.db.database import Database
from tests.dashboard.messages import (
    EVENING,
    apply_messages,
    company,
    delivered,
    employer_event,
    filled,
    hire,
    hire_again,
    pledge,
    pledge_again,
    step,
)

_LADDER = Path(projections.__file__).parents[1] / "migrations" / "20261205000800_count_the_hours_ladder.sql"

if TYPE_CHECKING:
    from shared.contracts.message import Message
    from tests.support.infrastructure import Databases


def test_every_message_type_has_one_projection() -> None:
    times = Counter(message for projection in projections.PROJECTIONS for message in projection.messages)
    assert dict(times) == dict.fromkeys(projections.MESSAGES, 1)
    assert set(events.REGISTER + events.MEETINGS + events.TARGETS + pledges.PLEDGES_AND_HIRES) <= set(times)


async def test_a_late_older_version_is_kept_as_history(dashboard_database: Database, taskforce_id: UUID) -> None:
    logged = pledge(positions=2)
    await apply_messages(dashboard_database, filled(logged, filled=2))
    await apply_messages(dashboard_database, logged)
    async with dashboard_database.read(taskforce_id) as conn:
        assert await conn.fetchval("select version from contributions") == 2
        assert await conn.fetchval("select array_agg(version order by version) from pledge_versions") == [1, 2]


async def test_a_row_holds_the_state_of_its_message(dashboard_database: Database, taskforce_id: UUID) -> None:
    evening, company_id = employer_event(), uuid4()
    logged = pledge(positions=3, event_id=evening.event_id, company_id=company_id, municipality="0671")
    confirmed = hire(pledge_id=logged.pledge_id, weekly_hours=Decimal("12.5"), ended_on=date(2027, 3, 1))
    owner = company(company_id=company_id, personally_owned=True, name=None)
    await apply_messages(dashboard_database, evening, owner, filled(logged, filled=1), confirmed)
    async with dashboard_database.read(taskforce_id) as conn:
        row = await conn.fetchrow("select * from pledge_versions")
        assert row is not None
        assert (row["positions"], row["positions_filled"], row["positions_cancelled"]) == (3, 1, 0)
        assert (row["version"], row["event_id"], row["pledged_on"]) == (2, evening.event_id, date(2026, 12, 1))
        kept = await conn.fetchrow("select * from hire_versions")
        assert kept is not None
        assert (kept["weekly_hours"], kept["ended_on"]) == (Decimal("12.5"), date(2027, 3, 1))
        assert await conn.fetchval("select name from companies") is None


async def test_a_contribution_that_changes_takes_its_earlier_deltas_back(
    dashboard_database: Database, taskforce_id: UUID
) -> None:
    logged = pledge(positions=2, pledged_on=date(2026, 12, 1))
    begun = hire(start_date=date(2027, 1, 4))
    await apply_messages(dashboard_database, logged, begun)
    await apply_messages(
        dashboard_database,
        pledge_again(pledges.PledgeMerged, logged, status="duplicate", counted=False),
        hire(hire_id=begun.hire_id, version=2, start_date=date(2027, 2, 1), confirmed_at=EVENING + timedelta(days=80)),
    )
    async with dashboard_database.read(taskforce_id) as conn:
        left = await conn.fetch(
            """
            select period, day, measure, delta
              from deltas
             where measure not like 'employed_after_%'
             order by period, measure
            """
        )
    assert [tuple(row) for row in left] == [
        ("day", date(2027, 2, 1), "hires_current_hours_10_15", 1),
        ("day", date(2027, 2, 1), "hires_current_ladder_same", 1),
        ("day", date(2027, 2, 1), "hires_from_pledges", 1),
        ("quarter", date(2027, 1, 1), "hires_current_hours_10_15", 1),
        ("quarter", date(2027, 1, 1), "hires_current_ladder_same", 1),
        ("quarter", date(2027, 1, 1), "hires_from_pledges", 1),
    ], "a sum of zero has no row"


async def test_the_migration_counts_the_hours_ladder_of_hires_already_known(
    dashboard_database: Database, dashboard_dsns: Databases, taskforce_id: UUID
) -> None:
    begun = date(2026, 1, 5)
    ladder = (
        step(begun, 10, 0),
        step(date(2026, 2, 2), 12, 0),
        step(date(2026, 3, 2), 10, 0, "fleksjob"),
        step(date(2026, 4, 6), 5.5, 0),
    )
    revoked = hire(start_date=begun, steps=ladder)
    await apply_messages(
        dashboard_database,
        hire(start_date=begun, steps=ladder),
        hire(start_date=begun, steps=ladder, ended_on=date(2026, 3, 2), event_id=uuid4()),
        hire(start_date=begun, steps=ladder, ended_on=begun - timedelta(days=1)),
        hire(start_date=begun, ended_on=date(2026, 3, 2)),
        hire(start_date=begun, job_type="praktik"),
        hire_again(pledges.HireRevoked, revoked, counted=False),
    )
    counted = await _sums_of_the_ladder(dashboard_database, taskforce_id)
    assert {group for _day, group, *_ in counted} == {"more", "same", "fewer"}
    owner = await asyncpg.connect(dashboard_dsns.owner_dsn("dashboard"))
    try:
        for table in ("hire_versions", "contributions"):
            await owner.execute(
                f"""
                update {table}
                   set deltas = array(select one from unnest(deltas) as one
                                       where one.measure not like 'hires_current_ladder_%')
                """
            )
        assert await _sums_of_the_ladder(dashboard_database, taskforce_id) == []
        migration = _LADDER.read_text().partition("-- migrate:down")[0]
        async with owner.transaction():
            await owner.execute(migration)
    finally:
        await owner.close()
    assert await _sums_of_the_ladder(dashboard_database, taskforce_id) == counted


async def _sums_of_the_ladder(database: Database, taskforce_id: UUID) -> list[tuple[object, ...]]:
    async with database.read(taskforce_id) as conn:
        rows = await conn.fetch(
            """
            select day, replace(measure, 'hires_current_ladder_', ''), job_type, event_id, delta, removed
              from deltas
             where measure like 'hires_current_ladder_%'
               and period = 'day'
             order by 1, 2, 3, 4
            """
        )
    return [tuple(row) for row in rows]


async def test_workers_that_write_the_same_rows_at_once_write_them_once(
    dashboard_database: Database, taskforce_id: UUID
) -> None:
    messages: list[Message] = []
    for _ in range(200):
        logged = pledge(positions=2)
        messages += [logged, filled(logged), filled(filled(logged), filled=2)]

    async def worker(seed: int) -> None:
        mine = list(messages)
        random.Random(seed).shuffle(mine)
        for start in range(0, len(mine), 50):
            while True:
                try:
                    async with dashboard_database.change(taskforce_id) as conn:
                        await projections.apply(conn, delivered(mine[start : start + 50]))
                    break
                except asyncpg.DeadlockDetectedError:
                    continue

    await asyncio.gather(*(worker(seed) for seed in range(4)))
    figures = await compute(dashboard_database, taskforce_id, as_of=date(2026, 12, 31))
    assert figures.counts["pledged_positions"]["smaajob"] == 400
    async with dashboard_database.read(taskforce_id) as conn:
        assert await conn.fetchval("select count(*) from pledge_versions") == 600
        assert await conn.fetchval("select count(*) from contributions where version = 3") == 200


async def test_workers_that_write_two_hires_of_one_citizen_at_once_count_one(
    dashboard_database: Database, taskforce_id: UUID
) -> None:
    # Years apart, so that they share no sum, for which the second one would wait.
    first, again = (hire(citizen_id=UUID(int=1), start_date=date(year, 2, 1)) for year in (2026, 2028))
    async with dashboard_database.change(taskforce_id) as conn:
        await projections.write(conn, projections.rows_of([first]), await projections.generations(conn))
        other = asyncio.create_task(apply_messages(dashboard_database, again))
        await asyncio.wait([other], timeout=0.3)
    await other

    counts = (await compute(dashboard_database, taskforce_id, as_of=again.start_date)).counts
    assert (counts["hires"]["smaajob"], counts["citizens"]["smaajob"]) == (2, 1)


async def test_a_batch_notifies_once_and_repeated_messages_do_not(
    dashboard_database: Database, dashboard_dsns: Databases, taskforce_id: UUID
) -> None:
    payloads: list[str] = []
    listener = await asyncpg.connect(dashboard_dsns.app_dsn("dashboard"))
    await listener.add_listener(projections.CHANNEL, lambda *arguments: payloads.append(str(arguments[3])))
    logged = pledge()
    await apply_messages(dashboard_database, logged, pledge(), hire())
    await apply_messages(dashboard_database, logged)
    await listener.execute("select 1")
    assert payloads == [str(taskforce_id)]
    await listener.close()


async def test_a_batch_with_an_invalid_value_is_refused_whole(dashboard_database: Database, taskforce_id: UUID) -> None:
    with pytest.raises(asyncpg.DataError):
        await apply_messages(
            dashboard_database,
            pledge(),
            hire(weekly_hours=Decimal(10)).model_copy(update={"weekly_hours": Decimal(10**6)}),
        )
    assert (await compute(dashboard_database, taskforce_id)).counts["pledged_positions"]["smaajob"] == 0


def test_only_register_tables_hold_names() -> None:
    named = {p.table for p in projections.PROJECTIONS if "name" in p.columns or "title" in p.columns}
    assert named == {"taskforces", "companies", "employer_events"}
    assert TaskforceRegistered in projections.TASKFORCES.messages
    assert CompanyRegistered in projections.COMPANIES.messages
