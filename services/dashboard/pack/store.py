"""SQL that keeps packs. Takes the transaction's connection, never commits."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from services.dashboard.pack.domain import Pack

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta
    from uuid import UUID

    import asyncpg

    from services.dashboard.pack.domain import Wanted
    from shared.db.database import Connection

CHANNEL: Final = "dashboard_packs"
"""NOTIFY when a pack waits to be made."""
_COLUMNS: Final = ", ".join(field.name for field in fields(Pack))


def _pack(row: asyncpg.Record | None) -> Pack | None:
    return None if row is None else Pack(**row)


async def latest(conn: Connection, taskforce_id: UUID, wanted: Wanted) -> Pack | None:
    """Return the pack of a meeting, in a language and for an audience, that was asked for last."""
    row = await conn.fetchrow(
        f"""
        select {_COLUMNS}
          from packs
         where taskforce_id = $1
           and meeting_id = $2
           and language = $3
           and audience = $4
         order by asked_at desc, id
         limit 1
        """,  # noqa: S608  (columns of our own table)
        taskforce_id,
        wanted.meeting_id,
        wanted.language,
        wanted.audience,
    )
    return _pack(row)


async def ask(conn: Connection, taskforce_id: UUID, wanted: Wanted, *, at: datetime) -> None:
    """Store that a pack is wanted, and wake the workers. Does nothing if one is being made already."""
    await conn.execute(
        """
        insert into packs (taskforce_id, id, meeting_id, language, audience, as_of, known_at, edition, asked_at, due_at,
                           status)
        values ($1, $2, $3, $4, $5, $6, coalesce($7::timestamptz, $9), $8, $9, $9, 'waiting')
            on conflict (taskforce_id, meeting_id, language, audience) where status in ('waiting', 'making') do nothing
        """,
        taskforce_id,
        uuid4(),
        wanted.meeting_id,
        wanted.language,
        wanted.audience,
        wanted.as_of,
        wanted.known_at,
        wanted.edition,
        at,
    )
    await conn.execute(f"notify {CHANNEL}")


async def variants_since(
    conn: Connection, taskforce_id: UUID, meeting_id: UUID, moment: datetime
) -> set[tuple[str, str]]:
    """Return the languages and audiences for which a meeting's pack has been asked for since a moment."""
    rows = await conn.fetch(
        """
        select distinct language, audience
          from packs
         where taskforce_id = $1
           and meeting_id = $2
           and asked_at > $3
        """,
        taskforce_id,
        meeting_id,
        moment,
    )
    return {(row["language"], row["audience"]) for row in rows}


async def is_due(conn: Connection, taskforce_id: UUID, *, at: datetime) -> bool:
    """Whether a pack waits to be claimed."""
    return await conn.fetchval(  # type: ignore[no-any-return]
        """
        select exists (select
                         from packs
                        where taskforce_id = $1
                          and status in ('waiting', 'making')
                          and due_at <= $2)
        """,
        taskforce_id,
        at,
    )


async def claim(conn: Connection, taskforce_id: UUID, *, at: datetime, lease: timedelta) -> Pack | None:
    """Claim the pack that has waited longest; None if none is due. Two workers never claim the same one.

    A pack that nobody has finished within its lease is claimed again.
    """
    row = await conn.fetchrow(
        f"""
        update packs
           set status = 'making', step = 0, attempts = attempts + 1, due_at = $2 + $3::interval
         where taskforce_id = $1
           and status in ('waiting', 'making')
           and due_at <= $2
           and id = (select id
                       from packs
                      where taskforce_id = $1
                        and status in ('waiting', 'making')
                        and due_at <= $2
                      order by asked_at, id
                      limit 1)
        returning {_COLUMNS}
        """,  # noqa: S608  (columns of our own table)
        taskforce_id,
        at,
        lease,
    )
    return _pack(row)


async def advance(conn: Connection, taskforce_id: UUID, pack: Pack, step: int) -> bool:
    """Store how far a claimed pack is. Returns whether it is still claimed by the same attempt."""
    return await _change(conn, taskforce_id, pack, "step = $4", step)


async def finish(
    conn: Connection,
    taskforce_id: UUID,
    pack: Pack,
    *,
    pdf: bytes,
    xlsx: bytes,
    agenda_digest: str | None,
    people: Sequence[UUID],
    texts: str,
    at: datetime,
    steps: int,
) -> bool:
    """Store the files of a claimed pack, and delete what it replaces. Returns whether it was still claimed."""
    finished = await _change(
        conn,
        taskforce_id,
        pack,
        """
        status = 'made', step = $4, made_at = $5, agenda_digest = $6, people = $7, texts = $8, pdf = $9, xlsx = $10,
        problem = null
        """,
        steps,
        at,
        agenda_digest,
        list(people),
        texts,
        pdf,
        xlsx,
    )
    if finished:
        await conn.execute(
            """
            delete from packs
             where taskforce_id = $1
               and meeting_id = $2
               and language = $3
               and audience = $4
               and status in ('made', 'failed')
               and id <> $5
               and asked_at <= $6
            """,
            taskforce_id,
            pack.meeting_id,
            pack.language,
            pack.audience,
            pack.id,
            pack.asked_at,
        )
    return finished


async def put_off(conn: Connection, taskforce_id: UUID, pack: Pack, problem: str, *, until: datetime | None) -> bool:
    """Store what prevented a claimed pack from being made, and when it is tried again; None: never."""
    status = "failed" if until is None else "waiting"
    return await _change(
        conn,
        taskforce_id,
        pack,
        "status = $4, problem = $5, due_at = coalesce($6, due_at), step = 0",
        status,
        problem,
        until,
    )


async def _change(conn: Connection, taskforce_id: UUID, pack: Pack, assignments: str, *values: object) -> bool:
    """Change a pack if the attempt that claimed it still holds it."""
    changed = await conn.fetchval(
        f"""
        update packs
           set {assignments}
         where taskforce_id = $1
           and id = $2
           and status = 'making'
           and attempts = $3
        returning true
        """,  # noqa: S608  (our own assignments)
        taskforce_id,
        pack.id,
        pack.attempts,
        *values,
    )
    return bool(changed)


async def file(conn: Connection, taskforce_id: UUID, pack_id: UUID, kind: str) -> bytes | None:
    """Return the file of a pack that is made: `pdf` or `xlsx`."""
    column = {"pdf": "pdf", "xlsx": "xlsx"}[kind]
    return await conn.fetchval(  # type: ignore[no-any-return]
        f"select {column} from packs where taskforce_id = $1 and id = $2",  # noqa: S608  (a column of our own table)
        taskforce_id,
        pack_id,
    )
