"""Releases in the database: made once, at set times, audited against all before, and published."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest_asyncio

from services.dashboard.board import store
from services.dashboard.board.releasing import BoardReleases
from services.dashboard.disclosure import HIDDEN
from services.dashboard.read_model.rebuild import rebuild
from shared.contracts.pledges import HireCitizenChanged
from tests.dashboard.board.releases import AT_ONCE, DAILY, release
from tests.dashboard.messages import apply_messages, hire, hire_again, taskforce

if TYPE_CHECKING:
    from uuid import UUID

    from services.dashboard.board.domain import Release
    from shared.db.database import Database

EIGHT = datetime(2026, 3, 2, 7, tzinfo=UTC)
"""A set time: 8.00 in Copenhagen."""


async def _hires(database: Database, number: int) -> None:
    await apply_messages(database, *(hire(start_date=date(2019, 3, 1)) for _ in range(number)))


async def _releases(database: Database, taskforce_id: UUID) -> list[Release]:
    async with database.read(taskforce_id) as conn:
        return await store.releases(conn)


@pytest_asyncio.fixture
async def struer(dashboard_database: Database) -> Database:
    """Seven citizens have got a småjob."""
    await apply_messages(dashboard_database, taskforce())
    await _hires(dashboard_database, 7)
    return dashboard_database


async def test_the_last_release_stands_until_the_next_set_time(struer: Database, taskforce_id: UUID) -> None:
    assert await release(struer, schedule=DAILY, now=EIGHT - timedelta(hours=3))
    await _hires(struer, 5)
    assert await release(struer, schedule=DAILY, now=EIGHT - timedelta(seconds=1)) is None
    # Missed times are made up once.
    late = EIGHT + timedelta(days=3, hours=1)
    assert await release(struer, schedule=DAILY, now=late)
    await _hires(struer, 5)
    assert await release(struer, schedule=DAILY, now=late + timedelta(hours=1)) is None
    assert [(one.number, one.shown, one.as_of) for one in await _releases(struer, taskforce_id)] == [
        (1, 7, date(2026, 3, 2)),
        (2, 12, date(2026, 3, 5)),
    ]


async def test_why_nothing_was_released_is_kept(struer: Database, taskforce_id: UUID) -> None:
    await release(struer, now=EIGHT)
    await _hires(struer, 4)
    assert await release(struer, now=EIGHT + timedelta(days=1)) is None
    async with struer.read(taskforce_id) as conn:
        check = await store.last_check(conn)
    assert check is not None
    assert (check.checked_at, check.refused) == (EIGHT + timedelta(days=1), "too-few-since-the-last-release")


async def test_a_citizen_who_is_hired_again_is_no_second_one(struer: Database, taskforce_id: UUID) -> None:
    citizens = [uuid4() for _ in range(5)]
    again = [hire(start_date=date(2019, 3, 1), citizen_id=one) for one in (*citizens, *citizens)]
    await apply_messages(struer, *again)
    await release(struer, now=EIGHT)
    assert [one.shown for one in await _releases(struer, taskforce_id)] == [12]


async def test_a_number_that_falls_because_hires_were_one_citizens_waits_until_it_tells_nothing(
    struer: Database, taskforce_id: UUID
) -> None:
    hires = [hire(start_date=date(2019, 3, 1)) for _ in range(8)]
    await apply_messages(struer, *hires)
    await release(struer, now=EIGHT)
    citizen = uuid4()
    named = [hire_again(HireCitizenChanged, one, citizen_id=citizen) for one in hires]
    await apply_messages(struer, *named[:5])
    assert await release(struer, now=EIGHT + timedelta(days=1)) is None, "15 - 11 is a small count"
    await apply_messages(struer, named[5])
    assert await release(struer, now=EIGHT + timedelta(days=2))
    assert [one.shown for one in await _releases(struer, taskforce_id)] == [15, 10]


async def test_many_workers_release_once_and_publish_it(struer: Database, taskforce_id: UUID) -> None:
    released = await asyncio.gather(*(release(struer, schedule=DAILY, now=EIGHT) for _ in range(4)))
    assert len([one for one in released if one]) == 1
    async with struer.system() as conn:
        rows = await conn.fetch("select type, version, payload from outbox")
    assert [(row["type"], row["version"]) for row in rows] == [("tilsagn.dashboard.BoardReleased.v1", 1)]
    assert rows[0]["payload"]["count"] == 7
    assert rows[0]["payload"]["sign_due"] is False


async def test_a_hidden_count_is_not_published(dashboard_database: Database, taskforce_id: UUID) -> None:
    await apply_messages(dashboard_database, taskforce())
    await _hires(dashboard_database, 3)
    await release(dashboard_database, now=EIGHT)
    async with dashboard_database.system() as conn:
        assert (await conn.fetchval("select payload from outbox"))["count"] is None


async def test_a_lower_threshold_does_not_tell_what_a_higher_one_has_hidden(
    struer: Database, taskforce_id: UUID
) -> None:
    strict = replace(AT_ONCE, smallest=10)
    await release(struer, schedule=strict, now=EIGHT)
    await _hires(struer, 5)
    assert await release(struer, now=EIGHT + timedelta(days=1)) is None, "12 - 9 is a small count"
    await _hires(struer, 7)
    assert await release(struer, now=EIGHT + timedelta(days=2))
    assert [one.shown for one in await _releases(struer, taskforce_id)] == [HIDDEN, 19]


async def test_a_rebuild_leaves_the_releases_alone(struer: Database, taskforce_id: UUID) -> None:
    await release(struer, now=EIGHT)
    await rebuild(struer, {})
    assert [one.shown for one in await _releases(struer, taskforce_id)] == [7]


async def test_the_job_releases_a_number_that_stands_still_and_only_when_nothing_lags(
    struer: Database, taskforce_id: UUID
) -> None:
    lag = 3

    async def caught_up() -> bool:
        return lag == 0

    job = BoardReleases(AT_ONCE, caught_up)
    for _ in range(3):
        await job.look(struer, now=EIGHT)
    assert await _releases(struer, taskforce_id) == []
    lag = 0
    await job.look(struer, now=EIGHT)
    await _hires(struer, 5)
    await job.look(struer, now=EIGHT)
    assert await _releases(struer, taskforce_id) == [], "more arrived meanwhile"
    await job.look(struer, now=EIGHT)
    assert [one.shown for one in await _releases(struer, taskforce_id)] == [12]
