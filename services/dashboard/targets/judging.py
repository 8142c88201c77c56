"""Publishes when it changes whether a target will be reached: after every change of the figures, and on a new day."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from services.dashboard.measures.selection import Times
from services.dashboard.read_model.generations import SERVED
from services.dashboard.read_model.lag import current_lag
from services.dashboard.targets.figures import targets_in
from shared.contracts.dashboard import TargetJudged
from shared.messaging import outbox
from shared.ui.formats import local_date

if TYPE_CHECKING:
    from uuid import UUID

    from services.dashboard.targets.domain import Forecast
    from shared.contracts.dashboard import TargetStatus
    from shared.db.database import Connection, Database

SECONDS: Final = 20.0
"""The time between two looks at whether anything has changed, which reads three rows for each taskforce."""


_KNOWN: Final = "select target_id, version, status, reachable_until from target_judgements"


async def judge_when_changed(database: Database) -> None:
    """Judge the targets of every taskforce whenever its figures or its targets have changed, and once an hour.

    A background job of the worker; it never returns. Several workers may run it.
    """
    seen: dict[UUID, object] = {}
    while True:
        async with database.system() as conn:
            rows = await conn.fetch("select distinct taskforce_id from taskforces")
        for taskforce_id in (row["taskforce_id"] for row in rows):
            async with database.read(taskforce_id) as conn:
                state = await _state(conn)
            if state is not None and seen.get(taskforce_id) != state:
                await judge_targets(database, taskforce_id, at=datetime.now(UTC))
                seen[taskforce_id] = state
        await asyncio.sleep(SECONDS)


async def judge_targets(database: Database, taskforce_id: UUID, *, at: datetime) -> list[TargetJudged]:
    """Judge a taskforce's targets now, save what has changed since the last time, and publish it.

    Returns:
        What was published; nothing while another worker is at it.
    """
    today = local_date(at)
    published = []
    async with database.change(taskforce_id) as conn:
        if not await conn.fetchval(
            "select pg_try_advisory_xact_lock(hashtextextended($1, 0))", f"targets {taskforce_id}"
        ):
            return []
        known = {row["target_id"]: row for row in await conn.fetch(_KNOWN)}
        for one in await targets_in(conn, Times(today)):
            before = known.get(one.terms.target_id)
            status = _published_status(one, judged=before is not None)
            if status is None:
                continue
            # Only of a target that slips somebody needs to know until when it can be reached.
            until = one.reachable_until if one.slips else None
            if before is not None and (before["status"], before["reachable_until"]) == (status, until):
                continue
            message = TargetJudged(
                taskforce_id=taskforce_id,
                version=1 if before is None else before["version"] + 1,
                recorded_at=at,
                target_id=one.terms.target_id,
                status=status,
                as_of=today,
                reachable_until=until,
            )
            await _save(conn, message)
            await outbox.add(conn, message)
            published.append(message)
    return published


def _published_status(one: Forecast, *, judged: bool) -> TargetStatus | None:
    """Return the status to publish. One that cannot be judged any more, as its window was moved, does not slip."""
    return one.status or ("on_track" if judged else None)


async def _save(conn: Connection, message: TargetJudged) -> None:
    await conn.execute(
        """
        insert into target_judgements (taskforce_id, target_id, version, status, as_of, reachable_until, judged_at)
        values ($1, $2, $3, $4, $5, $6, $7)
            on conflict (taskforce_id, target_id) do update
           set version = excluded.version,
               status = excluded.status,
               as_of = excluded.as_of,
               reachable_until = excluded.reachable_until,
               judged_at = excluded.judged_at
        """,
        message.taskforce_id,
        message.target_id,
        message.version,
        message.status,
        message.as_of,
        message.reachable_until,
        message.recorded_at,
    )


async def _state(conn: Connection) -> object:
    """Return something that differs when the targets have to be judged again; None: not yet, as figures are behind."""
    row = await conn.fetchrow(
        f"""
        select {SERVED} as generation,
               (select max(recorded_at) from targets where generation = {SERVED}) as target_set_at,
               (select recorded_at
                  from contributions
                 where generation = {SERVED}
                 order by generation desc, taskforce_id desc, recorded_at desc
                 limit 1) as counted_at
        """  # noqa: S608  (our own words)
    )
    assert row is not None
    if row["target_set_at"] is None or await current_lag(conn) is not None:
        return None
    # What is recorded late has an earlier moment and is noticed with the next hour; so is a new day.
    return *row.values(), datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
