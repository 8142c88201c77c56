"""What the pages know of how far the figures are behind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from services.dashboard.read_model.lag import Lag, Report, current_lag, judge, save
from shared.messaging.progress import Progress

if TYPE_CHECKING:
    from shared.db.database import Database

NOW = datetime(2026, 12, 1, 18, 0, tzinfo=UTC)


def ago(seconds: int) -> datetime:
    return NOW - timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("reports", "lag"),
    [
        ([], None),
        ([Report(0, ago(2), ago(2))], None),
        # A burst that is just being read.
        ([Report(900, ago(8), ago(2))], None),
        ([Report(900, ago(600), ago(2))], Lag(ago(600), 900)),
        # The worker that is furthest behind decides; one that was replaced does not.
        ([Report(0, ago(2), ago(2)), Report(7, ago(90), ago(4)), Report(9, ago(9000), ago(8000))], Lag(ago(90), 7)),
        # Nobody reads.
        ([Report(0, ago(3600), ago(3600)), Report(4, ago(9000), ago(8000))], Lag(ago(3600), None)),
    ],
)
def test_the_reports_of_the_workers_say_how_far_the_figures_are_behind(reports: list[Report], lag: Lag | None) -> None:
    assert judge(reports, NOW) == lag


async def test_a_new_worker_does_not_make_the_figures_look_fresh(dashboard_database: Database) -> None:
    async with dashboard_database.system() as conn:
        await save(conn, uuid4(), Progress("g", 3, 0, 0.0, 0.0, 0.0))
        hour_ago = datetime.now(UTC) - timedelta(hours=1)
        await conn.execute("update consumer_progress set caught_up_at = $1, reported_at = $1", hour_ago)
        started = uuid4()
        await save(conn, started, Progress("g", 3, 41, 0.2, 0.0, 0.0))
        behind = await current_lag(conn)
        assert behind is not None
        assert behind.messages == 41
        assert datetime.now(UTC) - behind.since > timedelta(minutes=59)
        await save(conn, started, Progress("g", 3, 0, 0.0, 0.0, 0.0))
        assert await current_lag(conn) is None
