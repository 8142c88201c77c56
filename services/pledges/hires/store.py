"""SQL that saves and loads hires. Everything takes the transaction's connection; nothing commits."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

from pydantic_core import to_json

from services.pledges.hires.checkpoints import Checkpoint, checkpoints_of
from services.pledges.hires.domain import Hire, HireChange
from services.pledges.hires.ladder import Step, single_step
from services.pledges.pledges.domain import Position
from services.pledges.pledges.store import company_of, contact_of, select_list
from shared.ui.formats import local_date

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import asyncpg

    from shared.db.database import Connection

COLUMNS: Final = {
    "taskforce_id": "uuid",
    "id": "uuid",
    "pledge_id": "uuid",
    "position_id": "uuid",
    "position_number": "integer",
    "event_id": "uuid",
    "company_name": "text",
    "company_cvr": "text",
    "company_p_number": "text",
    "company_municipality": "text",
    "company_id": "uuid",
    "municipality": "text",
    "job_type": "text",
    "start_date": "date",
    "weekly_hours": "numeric",
    "logged_by": "uuid",
    "confirmed_by": "uuid",
    "confirmed_at": "timestamptz",
    "flags": "text[]",
    "request_fingerprint": "bytea",
    "version": "integer",
    "ended_on": "date",
    "end_reason": "text",
    "contact_person_id": "uuid",
    "assigned_to": "uuid",
    "citizen_id": "uuid",
    "training_hire_id": "uuid",
    "caseworker_municipality": "text",
    "counted": "boolean",
}
"""The columns of the table `hires`, with types."""
_OTHER_COLUMNS: Final = {
    "contact_name": "text",
    "contact_phone": "text",
    "contact_email": "text",
    "steps": "json",
    "checkpoints": "json",
}
"""What a new hire saves in the tables `hire_contacts`, `hire_steps` and `hire_checkpoints`, with types."""
_STEP_COLUMNS: Final = {
    "starts_on": "date",
    "paid_weekly_hours": "numeric",
    "praktik_weekly_hours": "numeric",
    "job_type": "text",
}
_CHECKPOINT_COLUMNS: Final = {
    "months": "integer",
    "due_on": "date",
    "answer": "text",
    "answered_on": "date",
    "answered_from": "text",
    "answered_by": "uuid",
}
_CHANGED_COLUMNS: Final = (
    "job_type",
    "start_date",
    "weekly_hours",
    "version",
    "ended_on",
    "end_reason",
    "contact_person_id",
    "citizen_id",
    "training_hire_id",
    "counted",
)
"""The columns that `save_hire` writes."""


def _typed(columns: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {type_}" for name, type_ in columns.items())


_INSERT: Final = f"""
        with confirmed as materialized (
            select *
              from json_to_recordset($1::text::json) as confirmed ({_typed(COLUMNS | _OTHER_COLUMNS)})
        ), hire as (
            insert into hires ({", ".join(COLUMNS)})
            select {", ".join(COLUMNS)}
              from confirmed
             order by id
                on conflict (taskforce_id, id) do nothing
            returning taskforce_id, id
        ), saved_contact as (
            insert into hire_contacts (taskforce_id, id, name, phone, email)
            select taskforce_id, id, contact_name, contact_phone, contact_email
              from confirmed
              join hire using (taskforce_id, id)
             where contact_name is not null
        ), saved_steps as (
            insert into hire_steps (taskforce_id, hire_id, {", ".join(_STEP_COLUMNS)})
            select hire.taskforce_id, hire.id, step.*
              from confirmed
              join hire using (taskforce_id, id)
             cross join json_to_recordset(confirmed.steps) as step ({_typed(_STEP_COLUMNS)})
        ), saved_checkpoints as (
            insert into hire_checkpoints (taskforce_id, hire_id, {", ".join(_CHECKPOINT_COLUMNS)})
            select hire.taskforce_id, hire.id, checkpoint.*
              from confirmed
              join hire using (taskforce_id, id)
             cross join json_to_recordset(confirmed.checkpoints) as checkpoint ({_typed(_CHECKPOINT_COLUMNS)})
        )
        select id from hire
"""  # noqa: S608  (columns of our own tables)

_UPDATE: Final = f"""
        with changed as materialized (
            select *
              from json_to_recordset($1::text::json) as changed ({_typed(COLUMNS | _OTHER_COLUMNS)})
        ), dropped_steps as (
            delete from hire_steps as step
             using changed
             where step.taskforce_id = changed.taskforce_id
               and step.hire_id = changed.id
               and not exists (select
                                 from json_to_recordset(changed.steps) as kept ({_typed(_STEP_COLUMNS)})
                                where kept.starts_on = step.starts_on)
        ), saved_steps as (
            insert into hire_steps (taskforce_id, hire_id, {", ".join(_STEP_COLUMNS)})
            select changed.taskforce_id, changed.id, step.*
              from changed
             cross join json_to_recordset(changed.steps) as step ({_typed(_STEP_COLUMNS)})
                on conflict (taskforce_id, hire_id, starts_on) do update
               set paid_weekly_hours = excluded.paid_weekly_hours,
                   praktik_weekly_hours = excluded.praktik_weekly_hours,
                   job_type = excluded.job_type
        ), dropped_checkpoints as (
            delete from hire_checkpoints as checkpoint
             using changed
             where checkpoint.taskforce_id = changed.taskforce_id
               and checkpoint.hire_id = changed.id
               and not exists (select
                                 from json_to_recordset(changed.checkpoints) as kept ({_typed(_CHECKPOINT_COLUMNS)})
                                where kept.months = checkpoint.months)
        ), saved_checkpoints as (
            insert into hire_checkpoints (taskforce_id, hire_id, {", ".join(_CHECKPOINT_COLUMNS)})
            select changed.taskforce_id, changed.id, checkpoint.*
              from changed
             cross join json_to_recordset(changed.checkpoints) as checkpoint ({_typed(_CHECKPOINT_COLUMNS)})
                on conflict (taskforce_id, hire_id, months) do update
               set due_on = excluded.due_on,
                   answer = excluded.answer,
                   answered_on = excluded.answered_on,
                   answered_from = excluded.answered_from,
                   answered_by = excluded.answered_by
        )
        update hires as hire
           set {", ".join(f"{name} = changed.{name}" for name in _CHANGED_COLUMNS)}
          from changed
         where hire.taskforce_id = changed.taskforce_id
           and hire.id = changed.id
"""  # noqa: S608  (columns of our own tables)

SELECT: Final = f"""
        select {select_list([*COLUMNS], "hire")},
               contact.name as contact_name,
               contact.phone as contact_phone,
               contact.email as contact_email,
               (select jsonb_agg(jsonb_build_array(step.starts_on, step.paid_weekly_hours::text,
                                                   step.praktik_weekly_hours::text, step.job_type)
                                 order by step.starts_on)
                  from hire_steps as step
                 where step.taskforce_id = hire.taskforce_id
                   and step.hire_id = hire.id) as steps,
               (select jsonb_agg(jsonb_build_array({select_list([*_CHECKPOINT_COLUMNS], "checkpoint")})
                                 order by checkpoint.months)
                  from hire_checkpoints as checkpoint
                 where checkpoint.taskforce_id = hire.taskforce_id
                   and checkpoint.hire_id = hire.id) as checkpoints
          from hires as hire
          left join hire_contacts as contact
            on contact.taskforce_id = hire.taskforce_id
           and contact.id = hire.id
         where hire.taskforce_id = $1"""  # noqa: S608  (columns of our own tables)
"""The rows that `hire_of` reads; further conditions may follow."""


async def insert_hires(conn: Connection, hires: Sequence[tuple[Hire, bytes]]) -> set[UUID]:
    """Save new hires of one taskforce with their contact persons, steps and checkpoints.

    Args:
        hires: each with the fingerprint of the request that confirms it.

    Returns:
        The ids of the hires that were saved. For every other id a hire exists already.
    """
    rows = await conn.fetch(_INSERT, to_json([_as_columns(hire, fingerprint) for hire, fingerprint in hires]).decode())
    return {row["id"] for row in rows}


async def save_hire(conn: Connection, hire: Hire) -> None:
    """Save the state of a hire that the caller has locked.

    Except its company (`save_company`), its contact person (`save_contact_person`) and to whom it is assigned.
    """
    await conn.execute(_UPDATE, to_json([_as_columns(hire, b"")]).decode())


async def save_contact_person(conn: Connection, hire: Hire) -> None:
    """Save the contact person of a hire that the caller has locked."""
    person = hire.contact_person
    assert person is not None
    await conn.execute(
        """
        insert into hire_contacts (taskforce_id, id, name, phone, email)
        values ($1, $2, $3, $4, $5)
            on conflict (taskforce_id, id) do update
           set name = excluded.name,
               phone = excluded.phone,
               email = excluded.email
        """,
        hire.taskforce_id,
        hire.id,
        person.name,
        person.phone,
        person.email,
    )


async def save_company(conn: Connection, hire: Hire, change_id: UUID, *, at: datetime) -> None:
    """Save the corrected company of a hire that the caller has locked. The former one is kept under the change."""
    corrected = to_json(_as_columns(hire, b"")).decode()
    await conn.execute("select correct_company_of_hire($1, $2::text::jsonb, $3)", change_id, corrected, at)


async def insert_change(conn: Connection, hire: Hire, change: HireChange) -> UUID:
    """Save who has changed a hire, which the caller has locked and changed. Returns the id of the change."""
    change_id = uuid4()
    await conn.execute(
        """
        insert into hire_changes (taskforce_id, id, hire_id, version, kind, before, reason, note, changed_by,
                                  changed_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """,
        hire.taskforce_id,
        change_id,
        hire.id,
        hire.version,
        change.kind,
        change.before,
        change.reason,
        change.note,
        change.by,
        change.at,
    )
    return change_id


def _as_columns(hire: Hire, fingerprint: bytes) -> dict[str, Any]:
    person = hire.contact_person
    return {
        "taskforce_id": hire.taskforce_id,
        "id": hire.id,
        "pledge_id": hire.pledge_id,
        "position_id": hire.position.id if hire.position else None,
        "position_number": hire.position.number if hire.position else None,
        "event_id": hire.event_id,
        "company_name": hire.company.name,
        "company_cvr": hire.company.cvr,
        "company_p_number": hire.company.p_number,
        "company_municipality": hire.company.municipality,
        "company_id": hire.company_id,
        "municipality": hire.municipality,
        "job_type": hire.job_type,
        "start_date": hire.start_date,
        "weekly_hours": hire.weekly_hours,
        "logged_by": hire.logged_by,
        "confirmed_by": hire.confirmed_by,
        "confirmed_at": hire.confirmed_at,
        "flags": hire.flags,
        "request_fingerprint": f"\\x{fingerprint.hex()}",
        "version": hire.version,
        "ended_on": hire.ended_on,
        "end_reason": hire.end_reason,
        "contact_person_id": hire.contact_person_id,
        "assigned_to": hire.assigned_to,
        "citizen_id": hire.citizen_id,
        "training_hire_id": hire.training_hire_id,
        "caseworker_municipality": hire.caseworker_municipality,
        "counted": hire.counted,
        "contact_name": person.name if person else None,
        "contact_phone": person.phone if person else None,
        "contact_email": person.email if person else None,
        "steps": [{name: getattr(step, name) for name in _STEP_COLUMNS} for step in hire.steps],
        "checkpoints": [{name: getattr(one, name) for name in _CHECKPOINT_COLUMNS} for one in hire.checkpoints],
    }


async def positions_of_hires(conn: Connection, taskforce_id: UUID, pledge_id: UUID) -> set[UUID]:
    """Return the positions of a pledge that have a hire, or have had one."""
    rows = await conn.fetch(
        "select position_id from hires where taskforce_id = $1 and pledge_id = $2", taskforce_id, pledge_id
    )
    return {row["position_id"] for row in rows}


async def move_hires(
    conn: Connection, taskforce_id: UUID, pledge_id: UUID, event_id: UUID | None, *, by: UUID | None, at: datetime
) -> list[Hire]:
    """Let the hires of a pledge that the caller has locked belong to another event; return those that have changed."""
    ids = await conn.fetch(
        """
        select id
          from hires
         where taskforce_id = $1
           and pledge_id = $2
           and event_id is distinct from $3
         order by id
           for update
        """,
        taskforce_id,
        pledge_id,
        event_id,
    )
    rows = await conn.fetch(
        f"{SELECT}\n   and hire.id = any ($2)\n order by hire.id", taskforce_id, [row["id"] for row in ids]
    )
    hires = [hire_of(row) for row in rows]
    for hire in hires:
        change = HireChange("moved", hire.snapshot(), by, at)
        hire.event_id = event_id
        hire.version += 1
        await insert_change(conn, hire, change)
    await conn.execute(
        """
        update hires
           set event_id = $3,
               version = version + 1
         where taskforce_id = $1
           and id = any ($2)
        """,
        taskforce_id,
        [hire.id for hire in hires],
        event_id,
    )
    return hires


async def load_hire(conn: Connection, taskforce_id: UUID, hire_id: UUID) -> tuple[Hire, bytes] | None:
    """Return a hire, and the fingerprint of the request that confirmed it."""
    row = await conn.fetchrow(f"{SELECT}\n   and hire.id = $2", taskforce_id, hire_id)
    return (hire_of(row), row["request_fingerprint"]) if row else None


async def lock_hire(conn: Connection, taskforce_id: UUID, hire_id: UUID) -> Hire | None:
    """Return the current state of a hire and lock its row until the end of the transaction.

    Whoever also changes its pledge locks the pledge first.
    """
    hires = await lock_hires(conn, taskforce_id, [hire_id])
    return hires[0] if hires else None


async def lock_hires(conn: Connection, taskforce_id: UUID, ids: Sequence[UUID]) -> list[Hire]:
    """Return the current state of those hires that exist, in the order of their ids, and lock their rows."""
    await conn.execute(
        """
        select
          from hires
         where taskforce_id = $1
           and id = any ($2)
         order by id
           for no key update
        """,
        taskforce_id,
        ids,
    )
    # A second statement reads: the snapshot of the first one is older than its wait for the locks.
    rows = await conn.fetch(f"{SELECT}\n   and hire.id = any ($2)\n order by hire.id", taskforce_id, ids)
    return [hire_of(row) for row in rows]


def hire_of(row: asyncpg.Record) -> Hire:
    """Return the hire of a row of `SELECT`."""
    position = None
    if row["position_id"] is not None:
        position = Position(row["position_id"], row["position_number"], "filled", row["id"])
    return Hire(
        taskforce_id=row["taskforce_id"],
        id=row["id"],
        company=company_of(row),
        company_id=row["company_id"],
        municipality=row["municipality"],
        steps=_steps_of(row),
        contact_person=contact_of(row),
        confirmed_by=row["confirmed_by"],
        confirmed_at=row["confirmed_at"],
        flags=tuple(row["flags"]),
        pledge_id=row["pledge_id"],
        position=position,
        event_id=row["event_id"],
        logged_by=row["logged_by"],
        checkpoints=_checkpoints_of(row),
        contact_person_id=row["contact_person_id"],
        assigned_to=row["assigned_to"],
        caseworker_municipality=row["caseworker_municipality"],
        citizen_id=row["citizen_id"],
        training_hire_id=row["training_hire_id"],
        ended_on=row["ended_on"],
        end_reason=row["end_reason"],
        counted=row["counted"],
        version=row["version"],
    )


def _steps_of(row: asyncpg.Record) -> tuple[Step, ...]:
    if row["steps"] is None:
        # Confirmed by the former release, while it ran beside this one: it has one step, which it did not save.
        return (single_step(row["start_date"], row["weekly_hours"], row["job_type"]),)
    return tuple(
        Step(date.fromisoformat(starts_on), Decimal(paid), Decimal(praktik), job_type)
        for starts_on, paid, praktik, job_type in row["steps"]
    )


def _checkpoints_of(row: asyncpg.Record) -> tuple[Checkpoint, ...]:
    if row["steps"] is None:
        confirmed_on = local_date(row["confirmed_at"])
        return checkpoints_of(row["start_date"], ended_on=row["ended_on"], confirmed_on=confirmed_on, on=confirmed_on)
    return tuple(_checkpoint_of(columns) for columns in row["checkpoints"] or ())


def _checkpoint_of(columns: Sequence[Any]) -> Checkpoint:
    """Return a checkpoint from the values of `_CHECKPOINT_COLUMNS`, as JSON has them."""
    months, due_on, answer, answered_on, answered_from, answered_by = columns
    return Checkpoint(
        months,
        date.fromisoformat(due_on),
        answer,
        date.fromisoformat(answered_on) if answered_on else None,
        answered_from,
        UUID(answered_by) if answered_by else None,
    )
