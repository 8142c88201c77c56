"""SQL of the history of positions. Everything takes the transaction's connection; nothing commits."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from pydantic import TypeAdapter
from pydantic_core import to_json

from services.pledges.pledges.position import Position, PositionChange
from shared.refusals import Refusal

if TYPE_CHECKING:
    from uuid import UUID

    import asyncpg

    from services.pledges.pledges.domain import Editor, Pledge
    from services.pledges.pledges.position import PositionStep
    from shared.contracts.pledges import PositionStatus
    from shared.db.database import Connection

_POSITION: Final = TypeAdapter(Position)
_SELECT: Final = """
        select id, kind, position_id, before::text as before, status, changed_by, changed_at, undone_at
          from position_changes
         where taskforce_id = $1"""


async def insert_position_change(
    conn: Connection,
    pledge: Pledge,
    step: PositionStep,
    *,
    by: UUID | None,
    at: datetime,
    reason: str | None = None,
    note: str | None = None,
) -> UUID:
    """Add a step to the history of a position of a pledge, which has the version after it. Returns its id.

    Args:
        by: the account that made the step; None: nobody who has one.
        reason: a code.
        note: why, in words.
    """
    change_id = uuid4()
    await conn.execute(
        """
        insert into position_changes
               (taskforce_id, id, pledge_id, position_id, version, kind, before, status, effective_on, trial_ends_on,
                reason, note, hire_id, changed_by, changed_at)
        values ($1, $2, $3, $4, $5, $6, $7::text::jsonb, $8, $9, $10, $11, $12, $13, $14, $15)
        """,
        pledge.taskforce_id,
        change_id,
        pledge.id,
        step.after.id,
        pledge.version,
        step.kind,
        to_json(step.before).decode(),
        step.after.status,
        step.on,
        step.after.trial_ends_on if step.kind == "trial_started" else None,
        reason,
        note,
        step.hire_id,
        by,
        at,
    )
    return change_id


async def pledge_of_position(conn: Connection, taskforce_id: UUID, position_id: UUID) -> UUID | None:
    """Return the id of the pledge that a position belongs to, or None."""
    pledge_id: UUID | None = await conn.fetchval(
        "select pledge_id from positions where taskforce_id = $1 and id = $2", taskforce_id, position_id
    )
    return pledge_id


async def last_position_change(conn: Connection, taskforce_id: UUID, position_id: UUID) -> PositionChange | None:
    """Return the last step of a position that was not undone and undoes none; None: it has made none."""
    row = await conn.fetchrow(
        f"""{_SELECT}
           and pledge_id = (select pledge_id from positions where taskforce_id = $1 and id = $2)
           and position_id = $2
           and kind <> 'undone'
           and undone_at is null
         order by version desc
         limit 1
        """,  # noqa: S608  (columns of our own table)
        taskforce_id,
        position_id,
    )
    return _change(row) if row else None


async def position_change_of_hire(
    conn: Connection, taskforce_id: UUID, pledge_id: UUID, hire_id: UUID
) -> PositionChange | None:
    """Return the step with which a hire filled its position first, or None. Its `before` is for `Pledge.unfill`."""
    row = await conn.fetchrow(
        f"""{_SELECT}
           and pledge_id = $2
           and hire_id = $3
           and kind = 'filled'
           and undone_at is null
         order by version
         limit 1
        """,
        taskforce_id,
        pledge_id,
        hire_id,
    )
    return _change(row) if row else None


async def last_position_changes(conn: Connection, taskforce_id: UUID, pledge_id: UUID) -> list[PositionChange]:
    """Return the last step of each position of a pledge that was not undone and undoes none."""
    rows = await conn.fetch(
        f"""
        select distinct on (position_id) *
          from ({_SELECT.replace("select id,", "select version, id,")}
                   and pledge_id = $2
                   and kind <> 'undone'
                   and undone_at is null) as change
         order by position_id, version desc
        """,  # noqa: S608  (columns of our own table)
        taskforce_id,
        pledge_id,
    )
    return [_change(row) for row in rows]


async def undoable_positions(conn: Connection, taskforce_id: UUID, pledge_id: UUID, by: Editor) -> set[UUID]:
    """Return the positions of a pledge whose last step somebody may undo now."""
    undoable = set()
    for change in await last_position_changes(conn, taskforce_id, pledge_id):
        with suppress(Refusal):
            change.check_undo(by, now=datetime.now(UTC))
            undoable.add(change.position_id)
    return undoable


async def statuses_before(
    conn: Connection, taskforce_id: UUID, pledge_id: UUID, *, seen_version: int
) -> dict[UUID, PositionStatus]:
    """Return what the positions of a pledge were in an earlier version, for those that have taken a step since."""
    rows = await conn.fetch(
        """
        select distinct on (position_id) position_id, before ->> 'status' as status
          from position_changes
         where taskforce_id = $1
           and pledge_id = $2
           and version > $3
         order by position_id, version
        """,
        taskforce_id,
        pledge_id,
        seen_version,
    )
    return {row["position_id"]: row["status"] for row in rows}


async def mark_undone(conn: Connection, taskforce_id: UUID, change_id: UUID, *, at: datetime) -> None:
    """Save that a step was undone, by a later one."""
    await conn.execute(
        "update position_changes set undone_at = $3 where taskforce_id = $1 and id = $2", taskforce_id, change_id, at
    )


def _change(row: asyncpg.Record) -> PositionChange:
    return PositionChange(
        id=row["id"],
        kind=row["kind"],
        position_id=row["position_id"],
        before=_POSITION.validate_json(row["before"]),
        status=row["status"],
        by=row["changed_by"],
        at=row["changed_at"],
        undone_at=row["undone_at"],
    )
