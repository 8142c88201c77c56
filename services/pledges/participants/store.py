"""SQL that saves and loads participants. Everything takes a `Disclosure`, and is logged; nothing commits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from services.pledges.participants.domain import (
    Availability,
    Participant,
    TargetGroup,
    Tasks,
)
from shared.fields.case_reference import case_reference_key
from shared.privacy.access_log import discloses

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    import asyncpg

    from services.pledges.participants.domain import ParticipantNote
    from services.pledges.participants.target_groups import TargetGroupCode
    from shared.db.database import Connection
    from shared.privacy.access_log import Disclosure

TABLE: Final = "participants.participants"
"""As the access log and the data inventory name it."""

_KEPT: Final = (
    "taskforce_id",
    "id",
    "municipality",
    "case_reference",
    "case_reference_key",
    "citizen_id",
    "registered_by",
    "registered_at",
)
"""The columns that never change."""
_CHANGING: Final = (
    "version",
    "programme",
    "caseworker_id",
    "status",
    "left_on",
    "available_from",
    "weekly_hours_from",
    "weekly_hours_to",
    "weekdays",
    "max_distance_km",
    "transport",
    "job_types",
    "tasks_can",
    "tasks_want",
    "tasks_cannot",
)
COLUMNS: Final = (*_KEPT, *_CHANGING)
"""The columns of the table `participants.participants`."""

_INSERT: Final = f"""
    insert into participants.participants
           ({", ".join(COLUMNS)})
    values ({", ".join(f"${number}" for number in range(1, len(COLUMNS) + 1))})
"""  # noqa: S608  (our own columns)
_UPDATE: Final = f"""
    update participants.participants
       set {", ".join(f"{column} = ${number}" for number, column in enumerate(_CHANGING, start=3))}
     where taskforce_id = $1
       and id = $2
"""  # noqa: S608  (our own columns)

SELECT: Final = f"""
        select {", ".join(COLUMNS)},
               array(select (code, valid_from, valid_until)
                       from participants.target_groups as held
                      where held.taskforce_id = participant.taskforce_id
                        and held.participant_id = participant.id
                      order by valid_from) as target_groups
          from participants.participants as participant"""  # noqa: S608  (our own columns)
"""What `participant_of` reads."""
# Before the statement that reads: the snapshot of one that waits for a lock is older than its wait, and would show
# outdated target groups.
_LOCK: Final = """
        select
          from participants.participants"""
_LOCK_IN_ORDER: Final = """
         order by id
           for no key update"""


@discloses(TABLE, key=lambda participant: participant.id)
async def participants(
    conn: Connection, taskforce_id: UUID, ids: Sequence[UUID], *, lock: bool = False
) -> list[Participant]:
    """Return those participants that the transaction sees, in no order.

    Args:
        lock: whether they stay locked until the transaction ends.
    """
    found = """
         where taskforce_id = $1
           and id = any ($2)
    """
    if lock:
        await conn.execute(_LOCK + found + _LOCK_IN_ORDER, taskforce_id, list(ids))
    rows = await conn.fetch(SELECT + found, taskforce_id, list(ids))
    return [participant_of(row) for row in rows]


@discloses(TABLE, key=lambda participant: participant.id)
async def participants_with_references(
    conn: Connection, taskforce_id: UUID, municipality: str, keys: Sequence[str], *, lock: bool = False
) -> list[Participant]:
    """Return those participants of a municipality that have one of these case references, in no order.

    Args:
        keys: as `case_reference_key` returns them.
        lock: whether they stay locked until the transaction ends.
    """
    found = """
         where taskforce_id = $1
           and municipality = $2
           and case_reference_key = any ($3)
    """
    if lock:
        await conn.execute(_LOCK + found + _LOCK_IN_ORDER, taskforce_id, municipality, list(keys))
    rows = await conn.fetch(SELECT + found, taskforce_id, municipality, list(keys))
    return [participant_of(row) for row in rows]


async def find_participant(disclosure: Disclosure, participant_id: UUID, *, lock: bool = False) -> Participant | None:
    """Return a participant; None where the transaction sees none with this id."""
    found = await participants(disclosure, disclosure.taskforce_id, [participant_id], lock=lock)
    return found[0] if found else None


async def insert_participant(disclosure: Disclosure, participant: Participant) -> None:
    """Save a new participant. Raises what `insert_participants` raises."""
    await insert_participants(disclosure, [participant])


async def insert_participants(disclosure: Disclosure, participants: Sequence[Participant]) -> None:
    """Save new participants.

    Raises:
        asyncpg.UniqueViolationError: the municipality has one with such a case reference.
        asyncpg.InsufficientPrivilegeError: the transaction may not see one of them.
    """
    await disclosure.conn.executemany(_INSERT, [(*_kept(one), *_changing(one)) for one in participants])
    await _insert_target_groups(disclosure, participants)
    await disclosure.log(TABLE, [one.id for one in participants])


async def update_participant(disclosure: Disclosure, participant: Participant) -> None:
    """Save the changed state of a participant."""
    await update_participants(disclosure, [participant])


async def update_participants(disclosure: Disclosure, participants: Sequence[Participant]) -> None:
    """Save the changed state of participants."""
    await disclosure.conn.executemany(_UPDATE, [(one.taskforce_id, one.id, *_changing(one)) for one in participants])
    await disclosure.conn.execute(
        "delete from participants.target_groups where taskforce_id = $1 and participant_id = any ($2)",
        disclosure.taskforce_id,
        [one.id for one in participants],
    )
    await _insert_target_groups(disclosure, participants)
    await disclosure.log(TABLE, [one.id for one in participants])


async def insert_change(
    disclosure: Disclosure,
    participant: Participant,
    kind: str,
    *,
    before: dict[str, Any] | None,
    note: str | None,
    by: UUID | None,
    at: datetime,
) -> None:
    """Record who has changed what."""
    await insert_changes(disclosure, [(participant, kind, before)], note=note, by=by, at=at)


async def insert_changes(
    disclosure: Disclosure,
    changes: Sequence[tuple[Participant, str, dict[str, Any] | None]],
    *,
    note: str | None = None,
    by: UUID | None,
    at: datetime,
) -> None:
    """Record who has changed what of several participants: of each change the kind, and the fields before."""
    # One statement for all: each one looks up which participants the transaction sees.
    await disclosure.conn.execute(
        """
        insert into participants.changes
               (taskforce_id, id, participant_id, version, kind, before, note, changed_by, changed_at)
        select $1, change.id, change.participant_id, change.version, change.kind, change.before, $7, $8, $9
          from unnest($2::uuid[], $3::uuid[], $4::integer[], $5::text[], $6::jsonb[])
            as change (id, participant_id, version, kind, before)
        """,
        disclosure.taskforce_id,
        [uuid4() for _change in changes],
        [one.id for one, _kind, _before in changes],
        [one.version for one, _kind, _before in changes],
        [kind for _one, kind, _before in changes],
        [before for _one, _kind, before in changes],
        note,
        by,
        at,
    )


async def _insert_target_groups(disclosure: Disclosure, participants: Sequence[Participant]) -> None:
    groups = [(one.id, held) for one in participants for held in one.target_groups]
    if not groups:
        return
    # One statement for all, as in `insert_changes`.
    await disclosure.conn.execute(
        """
        insert into participants.target_groups
               (taskforce_id, id, participant_id, code, valid_from, valid_until)
        select $1, held.id, held.participant_id, held.code, held.valid_from, held.valid_until
          from unnest($2::uuid[], $3::uuid[], $4::text[], $5::date[], $6::date[])
            as held (id, participant_id, code, valid_from, valid_until)
        """,
        disclosure.taskforce_id,
        [uuid4() for _group in groups],
        [participant_id for participant_id, _held in groups],
        [held.code for _id, held in groups],
        [held.valid_from for _id, held in groups],
        [held.valid_until for _id, held in groups],
    )


def _kept(participant: Participant) -> list[Any]:
    return [
        participant.taskforce_id,
        participant.id,
        participant.municipality,
        participant.case_reference,
        case_reference_key(participant.case_reference),
        participant.citizen_id,
        participant.registered_by,
        participant.registered_at,
    ]


def _changing(participant: Participant) -> list[Any]:
    known, tasks = participant.availability, participant.tasks
    return [
        participant.version,
        participant.programme,
        participant.caseworker_id,
        participant.status,
        participant.left_on,
        known.available_from,
        known.weekly_hours_from,
        known.weekly_hours_to,
        None if known.weekdays is None else sorted(known.weekdays),
        known.max_distance_km,
        known.transport,
        None if known.job_types is None else sorted(known.job_types),
        sorted(tasks.can),
        sorted(tasks.want),
        sorted(tasks.cannot),
    ]


def participant_of(row: asyncpg.Record) -> Participant:
    """Return the participant of a row of `SELECT`."""
    return Participant(
        taskforce_id=row["taskforce_id"],
        id=row["id"],
        municipality=row["municipality"],
        case_reference=row["case_reference"],
        citizen_id=row["citizen_id"],
        registered_by=row["registered_by"],
        registered_at=row["registered_at"],
        programme=row["programme"],
        caseworker_id=row["caseworker_id"],
        status=row["status"],
        left_on=row["left_on"],
        availability=Availability(
            available_from=row["available_from"],
            weekly_hours_from=row["weekly_hours_from"],
            weekly_hours_to=row["weekly_hours_to"],
            weekdays=None if row["weekdays"] is None else frozenset(row["weekdays"]),
            max_distance_km=row["max_distance_km"],
            transport=row["transport"],
            job_types=None if row["job_types"] is None else frozenset(row["job_types"]),
        ),
        tasks=Tasks(frozenset(row["tasks_can"]), frozenset(row["tasks_want"]), frozenset(row["tasks_cannot"])),
        target_groups=tuple(TargetGroup(*held) for held in row["target_groups"]),
        version=row["version"],
    )


async def insert_note(disclosure: Disclosure, note: ParticipantNote) -> None:
    """Save a new note. One that has its id already stays as it is."""
    await disclosure.conn.execute(
        """
        insert into participants.notes
               (taskforce_id, id, participant_id, body, written_by, written_at, keep_until)
        values ($1, $2, $3, $4, $5, $6, $7)
            on conflict (taskforce_id, id) do nothing
        """,
        disclosure.taskforce_id,
        note.id,
        note.participant_id,
        note.body,
        note.written_by,
        note.written_at,
        note.keep_until,
    )


async def delete_note(disclosure: Disclosure, participant_id: UUID, note_id: UUID) -> bool:
    """Delete a note of a participant. False: they have no such note."""
    deleted = await disclosure.conn.execute(
        "delete from participants.notes where taskforce_id = $1 and participant_id = $2 and id = $3",
        disclosure.taskforce_id,
        participant_id,
        note_id,
    )
    return deleted == "DELETE 1"


async def save_target_group_code(conn: Connection, taskforce_id: UUID, one: TargetGroupCode, *, at: datetime) -> None:
    """Save a code of the taskforce's list. It concerns nobody, so that no look is logged."""
    await conn.execute(
        """
        insert into target_group_codes (taskforce_id, code, danish, english, valid_from, valid_until, changed_at)
        values ($1, $2, $3, $4, $5, $6, $7)
            on conflict (taskforce_id, code) do update
           set valid_until = excluded.valid_until,
               changed_at = excluded.changed_at
        """,
        taskforce_id,
        one.code,
        one.danish,
        one.english,
        one.valid_from,
        one.valid_until,
        at,
    )
