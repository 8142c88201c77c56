"""Registering and changing participants, and their notes. Each use case owns its transaction.

Nothing is published: who looks for a job stays with their municipality. What a use case returns has been committed.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import asyncpg

from services.pledges.catalogue.store import unknown_tasks
from services.pledges.participants import queries, store
from services.pledges.participants.access import disclose_participants
from services.pledges.participants.domain import Participant, ParticipantNote
from services.pledges.participants.matches import standing_match_of_participant
from services.pledges.participants.refusals import (
    CaseReferenceTaken,
    NoMunicipality,
    ParticipantNoteNotFound,
    ParticipantNotFound,
    TaskUnknown,
)
from shared.db.idempotency import IdempotencyKeyReused, claim_key
from shared.privacy.access_log import CASEWORK
from shared.ui.formats import local_date

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from uuid import UUID

    from services.pledges.participants.access import ParticipantsDatabase, Reader
    from services.pledges.participants.domain import ParticipantTerms
    from services.pledges.participants.target_groups import TargetGroupCode
    from shared.db.database import Connection, Database
    from shared.db.idempotency import IdempotentRequest
    from shared.privacy.access_log import Disclosure, Purpose


async def register_participant(
    db: ParticipantsDatabase,
    reader: Reader,
    case_reference: str,
    terms: ParticipantTerms,
    *,
    by: UUID | None,
    request: IdempotentRequest,
    purpose: Purpose = CASEWORK,
    at: datetime | None = None,
) -> Participant:
    """Register a participant of the reader's municipality. The same request again returns them.

    Args:
        at: when the request came; None: now.

    Raises:
        NoMunicipality: the reader has none.
        IdempotencyKeyReused: another request has used the key.
        CaseReferenceTaken: the municipality has one with this case reference.
        TaskUnknown: the taskforce's catalogue does not have a task.
        Refusal: see `Participant.register`. Nothing has changed.
    """
    if reader.municipality is None:
        raise NoMunicipality
    now = at or datetime.now(UTC)
    try:
        async with disclose_participants(db, reader, purpose=purpose, action="change") as disclosure:
            codes = await queries.target_group_codes(disclosure.conn, reader.taskforce_id)
            one = Participant.register(
                reader.taskforce_id, reader.municipality, case_reference, terms, by=by, at=now, codes=codes
            )
            earlier = await claim_key(
                disclosure.conn, reader.taskforce_id, "register_participant", request, one.id, at=now
            )
            if earlier is not None:
                return await queries.participant(disclosure, earlier)
            await _check_tasks(disclosure, terms)
            await store.insert_participant(disclosure, one)
            await store.insert_change(disclosure, one, "registered", before=None, note=None, by=by, at=now)
    except asyncpg.UniqueViolationError as error:
        raise CaseReferenceTaken from error
    return one


async def change_participant(
    db: ParticipantsDatabase,
    reader: Reader,
    participant_id: UUID,
    wanted: Callable[[Participant], ParticipantTerms],
    *,
    by: UUID | None,
    request: IdempotentRequest | None = None,
    purpose: Purpose = CASEWORK,
    note: str | None = None,
    seen_version: int | None = None,
    at: datetime | None = None,
) -> Participant:
    """Change what is known about a participant. The same again changes nothing.

    Args:
        wanted: returns what is to be known, of what is known now.
        request: None: the change is recognised by what it wants only.
        note: why, for the history.
        seen_version: the version that the editor saw; None: any.
        at: when the request came; None: now.

    Raises:
        ParticipantNotFound: there is none for the reader.
        IdempotencyKeyReused: another request has used the key.
        TaskUnknown: the taskforce's catalogue does not have a task.
        Refusal: see `Participant.change`. Nothing has changed.
    """
    now = at or datetime.now(UTC)
    async with disclose_participants(db, reader, purpose=purpose, action="change") as disclosure:
        conn, taskforce_id = disclosure.conn, reader.taskforce_id
        one = await store.find_participant(disclosure, participant_id, lock=True)
        if one is None:
            raise ParticipantNotFound
        if request is not None:
            earlier = await claim_key(conn, taskforce_id, "change_participant", request, participant_id, at=now)
            if earlier is not None:
                if earlier != participant_id:
                    raise IdempotencyKeyReused
                return one
        terms = wanted(one)
        if terms.tasks != one.tasks:
            await _check_tasks(disclosure, terms)
        matched = terms.status == "left" and await standing_match_of_participant(disclosure, one.id) is not None
        codes = await queries.target_group_codes(conn, taskforce_id)
        changes = one.change(terms, today=local_date(now), codes=codes, matched=matched, seen_version=seen_version)
        if changes:
            await store.update_participant(disclosure, one)
        for change in changes:
            await store.insert_change(disclosure, one, change.kind, before=change.before, note=note, by=by, at=now)
    return one


async def write_note(
    db: ParticipantsDatabase,
    reader: Reader,
    participant_id: UUID,
    note_id: UUID,
    body: str,
    *,
    by: UUID | None,
    keep_until: date | None = None,
    at: datetime | None = None,
) -> None:
    """Write a note about a participant. The same id again changes nothing.

    Raises:
        ParticipantNotFound: there is none for the reader.
        NoteKept: see `ParticipantNote.write`.
    """
    now = at or datetime.now(UTC)
    async with disclose_participants(db, reader, purpose=CASEWORK, action="change") as disclosure:
        if await store.find_participant(disclosure, participant_id, lock=True) is None:
            raise ParticipantNotFound
        note = ParticipantNote.write(
            note_id, participant_id, body, by=by, at=now, today=local_date(now), keep_until=keep_until
        )
        await store.insert_note(disclosure, note)


async def delete_note(db: ParticipantsDatabase, reader: Reader, participant_id: UUID, note_id: UUID) -> None:
    """Delete a note about a participant.

    Raises:
        ParticipantNotFound: there is none for the reader.
        ParticipantNoteNotFound: they have no such note.
    """
    async with disclose_participants(db, reader, purpose=CASEWORK, action="delete") as disclosure:
        await queries.participant(disclosure, participant_id)
        if not await store.delete_note(disclosure, participant_id, note_id):
            raise ParticipantNoteNotFound


async def add_target_group(db: Database, taskforce_id: UUID, new: TargetGroupCode) -> None:
    """Add a code to the taskforce's list.

    Raises:
        TargetGroupCodeTaken: the list has it already, or is full.
    """
    async with db.change(taskforce_id) as conn:
        await _lock_target_groups(conn, taskforce_id)
        codes = await queries.target_group_codes(conn, taskforce_id)
        codes.added(new)
        await store.save_target_group_code(conn, taskforce_id, new, at=datetime.now(UTC))


async def end_target_group(db: Database, taskforce_id: UUID, code: str, valid_until: date | None) -> None:
    """Let a code of the list be used until a day, or again. Who has it keeps it.

    Raises:
        TargetGroupCodeNotFound, TargetGroupCodeEnds: see `TargetGroupCodes.ended`.
    """
    async with db.change(taskforce_id) as conn:
        await _lock_target_groups(conn, taskforce_id)
        codes = await queries.target_group_codes(conn, taskforce_id)
        await store.save_target_group_code(conn, taskforce_id, codes.ended(code, valid_until), at=datetime.now(UTC))


async def _lock_target_groups(conn: Connection, taskforce_id: UUID) -> None:
    # A row lock would not do: before the first change there is no row.
    await conn.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", f"target groups of {taskforce_id}")


async def _check_tasks(disclosure: Disclosure, terms: ParticipantTerms) -> None:
    tasks = terms.tasks
    if await unknown_tasks(disclosure.conn, disclosure.taskforce_id, tasks.can | tasks.want | tasks.cannot):
        raise TaskUnknown
