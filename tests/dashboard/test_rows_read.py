"""Statements that add up sums read those of their own days, however many others there are."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import asyncpg
import pytest_asyncio

from services.dashboard.bridge.counted import counted_by
from services.dashboard.bridge.queries import bridges
from services.dashboard.measures.citizens import Citizens
from services.dashboard.measures.hires import Hires, HiresCurrent
from services.dashboard.measures.pledges import PledgedPositions
from services.dashboard.measures.selection import Times
from services.dashboard.targets import queries as targets

if TYPE_CHECKING:
    from uuid import UUID

    from shared.db.database import Connection, Database
    from tests.support.infrastructure import Databases

DAYS = 2000
LAST = date(2026, 5, 19)
CODES = sorted({*PledgedPositions.adds, *Citizens.adds, *HiresCurrent.adds})
OF_QUARTERS = DAYS // 90 + 2


@pytest_asyncio.fixture
async def sums_of_years(dashboard_database: Database, dashboard_dsns: Databases, taskforce_id: UUID) -> None:
    """Sums of every measure on each of the days up to `LAST`, and what they add up to in each quarter.

    PostgreSQL has no statistics of them, as soon after a rebuild.
    """
    admin = await asyncpg.connect(dashboard_dsns.superuser_dsn("dashboard"))
    try:
        await admin.execute(
            """
            insert into deltas (generation, taskforce_id, period, day, measure, job_type, delta, removed)
            select (select generation from generations where state = 'serving'),
                   $1, period, date_trunc(period, day)::date, measure, 'smaajob', count(*), 0
              from generate_series($2::date - ($3::integer - 1), $2::date, interval '1 day') as day
             cross join unnest($4::text[]) as measure
             cross join unnest(array['day', 'quarter']) as period
             group by 3, 4, 5
            """,
            taskforce_id,
            LAST,
            DAYS,
            CODES,
        )
    finally:
        await admin.close()


async def _rows_read(conn: Connection) -> int:
    """Return how many rows of the sums the transaction has read, by itself or by an index."""
    read: int = await conn.fetchval(
        "select seq_tup_read + idx_tup_fetch from pg_stat_xact_user_tables where relname = 'deltas'"
    )
    return read


async def test_targets_read_the_days_of_the_quarters_that_they_end_in(
    dashboard_database: Database, sums_of_years: None, taskforce_id: UUID
) -> None:
    days = [LAST - timedelta(days=91 * quarter) for quarter in range(12)]
    async with dashboard_database.read(taskforce_id) as conn:
        found = await targets.sums(conn, codes=CODES, job_types=["smaajob"], days=days)
        read = await _rows_read(conn)

    assert found.up_to(Hires.adds, "smaajob", LAST) == DAYS * len(Hires.adds)
    of_days = sum((day - targets.quarter_of(day)).days + 1 for day in days)
    assert read <= (of_days + OF_QUARTERS) * len(CODES)


async def test_bridges_read_the_days_between_their_times(
    dashboard_database: Database, sums_of_years: None, taskforce_id: UUID
) -> None:
    several = [counted_by(measure, "smaajob") for measure in (PledgedPositions, Hires, HiresCurrent)]
    since, until = Times(LAST - timedelta(days=30)), Times(LAST)
    async with dashboard_database.read(taskforce_id) as conn:
        built = await bridges(conn, several, since, until)
        read = await _rows_read(conn)

    assert [sum(term.count for term in one.terms) for one in built] == [
        30 * len(measure.adds) for measure in (PledgedPositions, Hires, HiresCurrent)
    ]
    # The figures at both times read the whole quarters before, and the days of the quarter.
    of_figures = 2 * (OF_QUARTERS + (LAST - targets.quarter_of(LAST)).days + 1)
    assert read <= (of_figures + 30) * len(CODES)
