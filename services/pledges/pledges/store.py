"""SQL that saves and loads pledges. Everything takes the transaction's connection; nothing commits."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from pydantic_core import to_json

from services.pledges.pledges.domain import Change, Contact, Guest, Person, Pledge, PledgeTerms, Position
from services.pledges.register.domain import TypedCompany

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    import asyncpg

    from shared.db.database import Connection
    from shared.db.idempotency import IdempotentRequest

COLUMNS: Final = {
    "taskforce_id": "uuid",
    "id": "uuid",
    "event_id": "uuid",
    "company_name": "text",
    "company_cvr": "text",
    "company_p_number": "text",
    "company_municipality": "text",
    "company_id": "uuid",
    "municipality": "text",
    "job_type": "text",
    "position_count": "integer",
    "weekly_hours_from": "numeric",
    "weekly_hours_to": "numeric",
    "tasks": "text[]",
    "earliest_start": "date",
    "captured_by": "text",
    "logged_by": "uuid",
    "logged_with_pass": "boolean",
    "captured_at": "timestamptz",
    "received_at": "timestamptz",
    "pledged_on": "date",
    "flags": "text[]",
    "request_fingerprint": "bytea",
    "version": "integer",
    "status": "text",
    "review": "text",
    "pass_generation": "integer",
    "ended_on": "date",
    "withdrawn_because": "text",
    "merged_into": "uuid",
    "pass_event_id": "uuid",
}
"""The columns of the table `pledges`, with their types."""
STATE_COLUMNS: Final = ("affirmed_on", "active_on", "lapse_deferred_until")
"""Further columns of `pledges`, which a new pledge does not have and a guest does not read."""
POSITION_COLUMNS: Final = tuple(field.name for field in fields(Position))
"""The columns of the table `positions`, without those of the pledge."""
_POSITION_STATE: Final = POSITION_COLUMNS[2:]
_NOT_OF_REQUEST: Final = frozenset(
    {
        "request_fingerprint",
        "review",
        "pass_generation",
        "ended_on",
        "withdrawn_because",
        "merged_into",
        "pass_event_id",
    }
)
"""Columns that the function `pledge_of_request` does not return."""
_OTHER_COLUMNS: Final = {
    "contact_name": "text",
    "contact_phone": "text",
    "contact_email": "text",
    "positions": "uuid[]",
}
"""What a new pledge saves in the tables `pledge_contacts` and `positions`, with types."""


def select_list(columns: Sequence[str], table: str) -> str:
    """Return the columns of a table as a select list."""
    return ", ".join(f"{table}.{column}" for column in columns)


_INSERT: Final = f"""
        with logged as materialized (
            select *
              from json_to_recordset($1::text::json)
                   as logged ({", ".join(f"{name} {type_}" for name, type_ in (COLUMNS | _OTHER_COLUMNS).items())})
        ), pledge as (
            insert into pledges ({", ".join(COLUMNS)})
            select {", ".join(COLUMNS)}
              from logged
             order by id
                on conflict do nothing
            returning id
        ), saved_contact as (
            insert into pledge_contacts (taskforce_id, id, name, phone, email)
            select logged.taskforce_id, logged.id, logged.contact_name, logged.contact_phone, logged.contact_email
              from logged
              join pledge using (id)
             where logged.contact_name is not null
        ), saved_positions as (
            insert into positions (taskforce_id, id, pledge_id, number, status)
            select logged.taskforce_id, position.id, logged.id, position.number, 'open'
              from logged
              join pledge using (id)
             cross join unnest(logged.positions) with ordinality as position (id, number)
        )
        select id from pledge
"""  # noqa: S608  (columns of our own table)


async def insert_pledges(conn: Connection, pledges: Sequence[tuple[Pledge, bytes]]) -> set[UUID]:
    """Save new pledges of one taskforce with their positions and contacts.

    Args:
        pledges: each with the fingerprint of the request that logs it.

    Returns:
        The ids of the pledges that were saved. For every other id a pledge exists already.
    """
    rows = await conn.fetch(
        _INSERT, to_json([_as_columns(pledge, fingerprint) for pledge, fingerprint in pledges]).decode()
    )
    return {row["id"] for row in rows}


def _as_columns(pledge: Pledge, fingerprint: bytes) -> dict[str, Any]:
    terms, company, contact = pledge.terms, pledge.terms.company, pledge.terms.contact
    return {
        "taskforce_id": pledge.taskforce_id,
        "id": pledge.id,
        "event_id": terms.event_id,
        "company_name": company.name,
        "company_cvr": company.cvr,
        "company_p_number": company.p_number,
        "company_municipality": company.municipality,
        "company_id": pledge.company_id,
        "municipality": pledge.municipality,
        "job_type": terms.job_type,
        "position_count": len(pledge.positions),
        "weekly_hours_from": terms.hours_from,
        "weekly_hours_to": terms.hours_to,
        "tasks": terms.tasks,
        "earliest_start": terms.earliest_start,
        "captured_by": terms.captured_by,
        "logged_by": pledge.logged_by_person,
        "logged_with_pass": isinstance(pledge.logged_by, Guest),
        "captured_at": terms.captured_at,
        "received_at": pledge.received_at,
        "pledged_on": pledge.pledged_on,
        "flags": pledge.flags,
        "request_fingerprint": f"\\x{fingerprint.hex()}",
        "version": pledge.version,
        "status": pledge.status,
        "review": pledge.review,
        "pass_generation": pledge.logged_by.pass_generation if isinstance(pledge.logged_by, Guest) else None,
        "ended_on": pledge.ended_on,
        "withdrawn_because": pledge.withdrawn_because,
        "merged_into": pledge.merged_into,
        "pass_event_id": _pass_event_id(pledge),
        "contact_name": contact.name if contact else None,
        "contact_phone": contact.phone if contact else None,
        "contact_email": contact.email if contact else None,
        "positions": [position.id for position in pledge.positions],
    }


def _pass_event_id(pledge: Pledge) -> UUID | None:
    """The event of the pledge's pass, where the pledge was moved to another event."""
    if isinstance(pledge.logged_by, Guest) and pledge.logged_by.event_id != pledge.terms.event_id:
        return pledge.logged_by.event_id
    return None


SELECT_WITH_CONTACT: Final = f"""
        select {select_list([*COLUMNS, *STATE_COLUMNS], "pledge")},
               contact.name as contact_name,
               contact.phone as contact_phone,
               contact.email as contact_email
          from pledges as pledge
          left join pledge_contacts as contact
            on contact.taskforce_id = pledge.taskforce_id
           and contact.id = pledge.id
"""  # noqa: S608  (columns of our own table)
"""Selects the columns of pledges and their contacts, without a condition; the tables are `pledge` and `contact`."""
_SELECT: Final = f"""{SELECT_WITH_CONTACT}
         where pledge.taskforce_id = $1
           and pledge.id = $2
"""


async def load_pledge(conn: Connection, taskforce_id: UUID, pledge_id: UUID) -> tuple[Pledge, bytes] | None:
    """Return the current state of a pledge, and the fingerprint of the request that logged it."""
    row = await conn.fetchrow(_SELECT, taskforce_id, pledge_id)
    return (await _with_positions(conn, row), row["request_fingerprint"]) if row else None


async def lock_pledge(conn: Connection, taskforce_id: UUID, pledge_id: UUID) -> Pledge | None:
    """Return the current state of a pledge and lock its row until the end of the transaction."""
    row = await conn.fetchrow(_SELECT + " for update of pledge", taskforce_id, pledge_id)
    # A second statement reads the positions. The first one may have waited for the lock, and its snapshot, taken
    # before the wait, would show outdated positions.
    return await _with_positions(conn, row) if row else None


async def _with_positions(conn: Connection, row: asyncpg.Record) -> Pledge:
    positions = await conn.fetch(
        f"""
        select {select_list(POSITION_COLUMNS, "position")}
          from positions as position
         where position.taskforce_id = $1
           and position.pledge_id = $2
         order by position.number
        """,  # noqa: S608  (columns of our own table)
        row["taskforce_id"],
        row["id"],
    )
    return pledge_of(row, contact_of(row), [Position(**position) for position in positions])


async def pledge_of_request(conn: Connection, taskforce_id: UUID, pledge_id: UUID, fingerprint: bytes) -> Pledge | None:
    """Return the pledge if the request with this fingerprint has logged it, without its contact and its hires.

    Its terms are those that were logged, whatever was corrected since.

    Works for the intake role too, which may not read pledges that people have logged: only the sender of a request
    knows its fingerprint.
    """
    row = await conn.fetchrow(
        f"""
        select {select_list([column for column in COLUMNS if column not in _NOT_OF_REQUEST], "pledge")}
          from pledge_of_request($2, $3) as pledge
         where pledge.taskforce_id = $1
        """,  # noqa: S608  (columns of our own table)
        taskforce_id,
        pledge_id,
        fingerprint,
    )
    return pledge_of(row, None, []) if row else None


async def logged_contact(conn: Connection, taskforce_id: UUID, pledge_id: UUID) -> Contact | None:
    """Return the contact that was logged with a pledge; None if it has none, or it was erased."""
    row = await conn.fetchrow(
        """
        with first_correction as (
            select id
              from pledge_former_terms
             where taskforce_id = $1
               and pledge_id = $2
             order by version
             limit 1
        )
        select name as contact_name, phone as contact_phone, email as contact_email
          from pledge_former_contacts
         where taskforce_id = $1
           and id = (select id from first_correction)
         union all
        select name, phone, email
          from pledge_contacts
         where taskforce_id = $1
           and id = $2
           and not exists (select from first_correction)
        """,
        taskforce_id,
        pledge_id,
    )
    return contact_of(row) if row else None


async def pledge_id_of_request(conn: Connection, request: IdempotentRequest) -> UUID | None:
    """Return the id of the pledge that the request has logged; None if its key is unused or another request's.

    Works for the intake role too, which may not read fingerprints.
    """
    pledge_id: UUID | None = await conn.fetchval("select subject_of_request($1, $2)", request.key, request.fingerprint)
    return pledge_id


def pledge_of(row: asyncpg.Record, contact: Contact | None, positions: list[Position]) -> Pledge:
    """Return the aggregate from its row, its contact and its positions."""
    status = row["status"]
    return Pledge(
        taskforce_id=row["taskforce_id"],
        terms=PledgeTerms(
            id=row["id"],
            company=company_of(row),
            contact=contact,
            job_type=row["job_type"],
            positions=row["position_count"],
            hours_from=row["weekly_hours_from"],
            hours_to=row["weekly_hours_to"],
            tasks=tuple(row["tasks"]),
            earliest_start=row["earliest_start"],
            captured_at=row["captured_at"],
            captured_by=row["captured_by"],
            event_id=row["event_id"],
        ),
        company_id=row["company_id"],
        municipality=row["municipality"],
        logged_by=Guest(row.get("pass_event_id") or row["event_id"], row.get("pass_generation") or 0)
        if row["logged_with_pass"]
        else Person(row["logged_by"]),
        received_at=row["received_at"],
        pledged_on=row["pledged_on"],
        flags=tuple(row["flags"]),
        positions=positions,
        version=row["version"],
        affirmed_on=row.get("affirmed_on"),
        active_on=row.get("active_on"),
        lapse_deferred_until=row.get("lapse_deferred_until"),
        ended_as=status if status in {"withdrawn", "lapsed", "duplicate"} else None,
        ended_on=row.get("ended_on"),
        withdrawn_because=row.get("withdrawn_because"),
        merged_into=row.get("merged_into"),
        review=row.get("review"),
    )


def company_of(row: asyncpg.Record) -> TypedCompany:
    """Return the company as typed, from the columns `company_*` of a pledge or a hire."""
    return TypedCompany(row["company_name"], row["company_cvr"], row["company_municipality"], row["company_p_number"])


def contact_of(row: asyncpg.Record) -> Contact | None:
    """Return the contact from the columns `contact_*`, or None."""
    return Contact(row["contact_name"], row["contact_phone"], row["contact_email"]) if row["contact_name"] else None


async def save_state(conn: Connection, pledge: Pledge) -> None:
    """Save what has become of a pledge and its positions since it was logged. The caller has locked it."""
    await conn.execute(
        f"""
        with saved_pledge as (
            update pledges
               set version = $3,
                   status = $4,
                   ended_on = $5,
                   withdrawn_because = $6,
                   merged_into = $7,
                   affirmed_on = $8,
                   active_on = $9,
                   lapse_deferred_until = $10
             where taskforce_id = $1
               and id = $2
        )
        update positions as position
           set ({", ".join(_POSITION_STATE)}) = ({select_list(_POSITION_STATE, "saved")})
          from jsonb_populate_recordset(null::positions, $11::text::jsonb) as saved
         where position.taskforce_id = $1
           and position.pledge_id = $2
           and position.id = saved.id
           and ({select_list(_POSITION_STATE, "position")}) is distinct from ({select_list(_POSITION_STATE, "saved")})
        """,  # noqa: S608  (columns of our own table)
        pledge.taskforce_id,
        pledge.id,
        pledge.version,
        pledge.status,
        pledge.ended_on,
        pledge.withdrawn_because,
        pledge.merged_into,
        pledge.affirmed_on,
        pledge.active_on,
        pledge.lapse_deferred_until,
        to_json(pledge.positions).decode(),
    )


async def insert_change(conn: Connection, pledge: Pledge, change: Change) -> UUID:
    """Add a change to the history of a pledge, which has the version after it. Returns the id of the change."""
    change_id = uuid4()
    await conn.execute(
        """
        insert into pledge_changes
               (taskforce_id, id, pledge_id, version, kind, reason, with_pass, note, changed_by, changed_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """,
        pledge.taskforce_id,
        change_id,
        pledge.id,
        pledge.version,
        change.kind,
        change.reason,
        change.with_pass,
        change.note,
        change.by,
        change.at,
    )
    return change_id


async def change_to(conn: Connection, taskforce_id: UUID, pledge_id: UUID, version: int) -> Change | None:
    """Return the change that has led to a version of a pledge; None where something else has."""
    row = await conn.fetchrow(
        """
        select kind, changed_by, changed_at, reason, note, with_pass
          from pledge_changes
         where taskforce_id = $1
           and pledge_id = $2
           and version = $3
        """,
        taskforce_id,
        pledge_id,
        version,
    )
    return Change(*row) if row else None


async def save_correction(conn: Connection, pledge: Pledge, change_id: UUID, *, at: datetime) -> None:
    """Save the corrected terms of a pledge that the caller has locked. What they replace is kept under the change."""
    columns = _as_columns(pledge, b"") | {"positions": {position.number: position.id for position in pledge.positions}}
    await conn.execute("select correct_pledge($1, $2::text::jsonb, $3)", change_id, to_json(columns).decode(), at)
    await conn.execute(
        "update pledges set active_on = $3 where taskforce_id = $1 and id = $2",
        pledge.taskforce_id,
        pledge.id,
        pledge.active_on,
    )
    if pledge.terms.contact is not None:
        await conn.execute(
            """
            insert into pledge_contacts as contact (taskforce_id, id, name, phone, email)
            values ($1, $2, $3, $4, $5)
                on conflict (taskforce_id, id) do update
               set name = excluded.name,
                   phone = excluded.phone,
                   email = excluded.email
            """,
            pledge.taskforce_id,
            pledge.id,
            pledge.terms.contact.name,
            pledge.terms.contact.phone,
            pledge.terms.contact.email,
        )


async def save_review(conn: Connection, pledge: Pledge, *, decided_by: UUID | None, at: datetime) -> None:
    """Save a decision on a pledge that the caller has locked, and add it to the pledge's history."""
    await conn.execute(
        """
        with decided as (
            update pledges
               set version = $3,
                   review = $4
             where taskforce_id = $1
               and id = $2
        )
        insert into pledge_reviews (taskforce_id, pledge_id, version, decision, decided_by, decided_at)
        values ($1, $2, $3, $4, $5, $6)
        """,
        pledge.taskforce_id,
        pledge.id,
        pledge.version,
        pledge.review,
        decided_by,
        at,
    )


async def lock_pass(conn: Connection, taskforce_id: UUID, event_id: UUID) -> None:
    """Wait for other transactions that log pledges with a pass of the event, until this transaction ends."""
    await conn.execute(
        "select pg_advisory_xact_lock(hashtextextended($1, 0))", f"passes of {event_id} in {taskforce_id}"
    )


async def counted_pass_positions(conn: Connection, taskforce_id: UUID, event_id: UUID, generation: int) -> int:
    """Return how many positions count that were pledged with the event's passes of a generation.

    A pledge that a coordinator has moved to another event no longer takes its share.
    """
    positions: int = await conn.fetchval(
        """
        select coalesce(sum(position_count), 0)::integer
          from pledges
         where taskforce_id = $1
           and event_id = $2
           and pass_event_id is null
           and logged_with_pass
           and pass_generation = $3
           and (review is null or review = 'accepted')
           and (status not in ('withdrawn', 'duplicate') or ended_on is not null)
        """,
        taskforce_id,
        event_id,
        generation,
    )
    return positions
