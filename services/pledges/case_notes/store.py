"""SQL of notes. Everything takes the transaction's connection; nothing commits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.pledges.case_notes.domain import Case, CaseNote

if TYPE_CHECKING:
    from uuid import UUID

    import asyncpg

    from shared.db.database import Connection

_SELECT: Final = """
        select id, pledge_id, hire_id, kind, body, person_id, due_on, written_by, written_at, done_at, done_by
          from case_notes
         where taskforce_id = $1"""
_MOST_SHOWN: Final = 200


async def insert_note(conn: Connection, taskforce_id: UUID, note: CaseNote) -> None:
    """Save a new note. One that has its id already stays as it is."""
    await conn.execute(
        """
        insert into case_notes
               (taskforce_id, id, pledge_id, hire_id, kind, body, person_id, due_on, written_by, written_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            on conflict (taskforce_id, id) do nothing
        """,
        taskforce_id,
        note.id,
        note.case.pledge_id,
        note.case.hire_id,
        note.kind,
        note.body,
        note.person_id,
        note.due_on,
        note.written_by,
        note.written_at,
    )


async def lock_note(conn: Connection, taskforce_id: UUID, case: Case, note_id: UUID) -> CaseNote | None:
    """Return a note of a case and lock its row until the end of the transaction."""
    row = await conn.fetchrow(
        f"""{_SELECT}
           and id = $2
           and pledge_id is not distinct from $3
           and hire_id is not distinct from $4
           for update
        """,
        taskforce_id,
        note_id,
        case.pledge_id,
        case.hire_id,
    )
    return _note(row) if row else None


async def save_tick(conn: Connection, taskforce_id: UUID, note: CaseNote) -> None:
    """Save whether a note is done."""
    await conn.execute(
        "update case_notes set done_at = $3, done_by = $4 where taskforce_id = $1 and id = $2",
        taskforce_id,
        note.id,
        note.done_at,
        note.done_by,
    )


async def notes_of(conn: Connection, taskforce_id: UUID, case: Case) -> list[CaseNote]:
    """Return the notes of a case: what is to be done first, then the latest first."""
    column, case_id = ("pledge_id", case.pledge_id) if case.pledge_id else ("hire_id", case.hire_id)
    rows = await conn.fetch(
        f"""{_SELECT}
           and {column} = $2
         order by person_id is null or done_at is not null, written_at desc, id
         limit $3
        """,
        taskforce_id,
        case_id,
        _MOST_SHOWN,
    )
    return [_note(row) for row in rows]


def _note(row: asyncpg.Record) -> CaseNote:
    return CaseNote(
        id=row["id"],
        case=Case(row["pledge_id"], row["hire_id"]),
        kind=row["kind"],
        body=row["body"],
        person_id=row["person_id"],
        due_on=row["due_on"],
        written_by=row["written_by"],
        written_at=row["written_at"],
        done_at=row["done_at"],
        done_by=row["done_by"],
    )
