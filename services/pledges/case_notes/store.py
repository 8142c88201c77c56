"""SQL of notes. Everything takes the transaction's connection; nothing commits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.pledges.case_notes.domain import Case, CaseNote, Mention

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    import asyncpg

    from shared.db.database import Connection

_SELECT: Final = """
        select note.id, note.pledge_id, note.hire_id, note.kind, note.body, note.due_on, note.written_by,
               note.written_at
          from case_notes as note
         where note.taskforce_id = $1"""
_MOST_SHOWN: Final = 200


async def insert_note(conn: Connection, taskforce_id: UUID, note: CaseNote) -> None:
    """Save a new note. One that has its id already stays as it is."""
    await conn.execute(
        """
        with saved as (
            insert into case_notes (taskforce_id, id, pledge_id, hire_id, kind, body, due_on, written_by, written_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
                on conflict (taskforce_id, id) do nothing
            returning taskforce_id, id, due_on
        )
        insert into case_note_mentions (taskforce_id, id, note_id, person_id, due_on)
        select saved.taskforce_id, mention.id, saved.id, mention.person_id, saved.due_on
          from saved
         cross join unnest($10::uuid[], $11::uuid[]) as mention (id, person_id)
        """,
        taskforce_id,
        note.id,
        note.case.pledge_id,
        note.case.hire_id,
        note.kind,
        note.body,
        note.due_on,
        note.written_by,
        note.written_at,
        [mention.id for mention in note.mentions],
        [mention.person_id for mention in note.mentions],
    )


async def lock_note(conn: Connection, taskforce_id: UUID, case: Case, mention_id: UUID) -> CaseNote | None:
    """Return the note of a case that has a mention, and lock its row until the end of the transaction."""
    row = await conn.fetchrow(
        f"""{_SELECT}
           and note.id = (select note_id from case_note_mentions where taskforce_id = $1 and id = $2)
           and note.pledge_id is not distinct from $3
           and note.hire_id is not distinct from $4
           for update
        """,  # noqa: S608  (a constant)
        taskforce_id,
        mention_id,
        case.pledge_id,
        case.hire_id,
    )
    if row is None:
        return None
    [note] = await _with_mentions(conn, taskforce_id, [row])
    return note


async def save_tick(conn: Connection, taskforce_id: UUID, mention: Mention) -> None:
    """Save whether a mention is done."""
    await conn.execute(
        "update case_note_mentions set done_at = $3, done_by = $4 where taskforce_id = $1 and id = $2",
        taskforce_id,
        mention.id,
        mention.done_at,
        mention.done_by,
    )


async def notes_of(conn: Connection, taskforce_id: UUID, case: Case) -> list[CaseNote]:
    """Return the notes of a case: what is to be done first, then the latest first."""
    column, case_id = ("pledge_id", case.pledge_id) if case.pledge_id else ("hire_id", case.hire_id)
    rows = await conn.fetch(
        f"""{_SELECT}
           and note.{column} = $2
         order by not exists (select
                                from case_note_mentions as mention
                               where mention.taskforce_id = note.taskforce_id
                                 and mention.note_id = note.id
                                 and mention.done_at is null),
                  note.written_at desc,
                  note.id
         limit $3
        """,  # noqa: S608  (a column of our own)
        taskforce_id,
        case_id,
        _MOST_SHOWN,
    )
    return await _with_mentions(conn, taskforce_id, rows)


async def _with_mentions(conn: Connection, taskforce_id: UUID, rows: Sequence[asyncpg.Record]) -> list[CaseNote]:
    notes = {
        row["id"]: CaseNote(
            id=row["id"],
            case=Case(row["pledge_id"], row["hire_id"]),
            kind=row["kind"],
            body=row["body"],
            due_on=row["due_on"],
            written_by=row["written_by"],
            written_at=row["written_at"],
            mentions=[],
        )
        for row in rows
    }
    mentions = await conn.fetch(
        """
        select note_id, id, person_id, done_at, done_by
          from case_note_mentions
         where taskforce_id = $1
           and note_id = any ($2)
         order by done_at is not null, id
        """,
        taskforce_id,
        list(notes),
    )
    for note_id, *mention in mentions:
        notes[note_id].mentions.append(Mention(*mention))
    return list(notes.values())
