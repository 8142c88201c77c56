"""SQL that loads and saves calls. Takes the transaction's connection, never commits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from services.pledges.call_list.domain import Call

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import asyncpg

    from services.pledges.call_list.schedule import Issue
    from shared.db.database import Connection

COLUMNS: Final = (
    "version",
    "assigned_to",
    "assigned_by",
    "assigned_at",
    "outcome",
    "again_on",
    "note",
    "called_by",
    "called_at",
)
"""The columns of `calls` besides its key."""


async def lock_calls(conn: Connection, taskforce_id: UUID, pledge_ids: Sequence[UUID]) -> list[Call]:
    """Return the calls about pledges, in the order of their ids, and lock them until the transaction ends.

    A pledge that does not exist is left out. The rows of the pledges are locked, because a call need not have one.
    """
    pledges = await conn.fetch(
        """
        select id, logged_by
          from pledges
         where taskforce_id = $1
           and id = any ($2)
         order by id
           for no key update
        """,
        taskforce_id,
        list(pledge_ids),
    )
    # A second statement: the first may have waited, and its snapshot would show what was there before the wait.
    stored = await calls(conn, taskforce_id, [row["id"] for row in pledges])
    return [stored.get(row["id"]) or Call(taskforce_id, row["id"], row["logged_by"]) for row in pledges]


async def calls(conn: Connection, taskforce_id: UUID, pledge_ids: Sequence[UUID]) -> dict[UUID, Call]:
    """Return the calls about pledges of which something is stored, by the pledge's id."""
    rows = await conn.fetch(
        f"""
        select call.id, pledge.logged_by, {", ".join(f"call.{column}" for column in COLUMNS)}
          from calls as call
          join pledges as pledge
            on pledge.taskforce_id = call.taskforce_id
           and pledge.id = call.id
         where call.taskforce_id = $1
           and call.id = any ($2)
        """,  # noqa: S608  (columns of our own table)
        taskforce_id,
        list(pledge_ids),
    )
    return {row["id"]: _call(taskforce_id, row) for row in rows}


def _call(taskforce_id: UUID, row: asyncpg.Record) -> Call:
    return Call(taskforce_id, row["id"], row["logged_by"], **{column: row[column] for column in COLUMNS})


async def save_call(conn: Connection, call: Call) -> None:
    """Save a call that the caller has locked."""
    await conn.execute(
        f"""
        insert into calls (taskforce_id, id, {", ".join(COLUMNS)})
        values ($1, $2, {", ".join(f"${number}" for number in range(3, 3 + len(COLUMNS)))})
            on conflict (taskforce_id, id) do update
           set {", ".join(f"{column} = excluded.{column}" for column in COLUMNS)}
        """,  # noqa: S608  (columns of our own table)
        call.taskforce_id,
        call.pledge_id,
        *(getattr(call, column) for column in COLUMNS),
    )


async def mark_issued(conn: Connection, taskforce_id: UUID, issue: Issue, *, at: datetime) -> list[UUID]:
    """Mark the lists of a morning's events as mailed; return the events whose lists had not been.

    An event belongs to the day on which it ended: the planned one, or that of its closing if that was earlier. One that
    nobody has closed is over as well.
    """
    rows = await conn.fetch(
        """
        insert into call_lists (taskforce_id, id, issued_at)
        select taskforce_id, id, $4
          from employer_events
         where taskforce_id = $1
           and status in ('open', 'closed')
           and (least(ends_at, closed_at) at time zone 'Europe/Copenhagen')::date between $2 and $3
         order by id
            on conflict do nothing
        returning id
        """,
        taskforce_id,
        issue.first_day,
        issue.last_day,
        at,
    )
    return [row["id"] for row in rows]
