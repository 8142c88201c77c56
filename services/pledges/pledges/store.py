"""SQL that loads and saves pledges and hires. Everything takes the transaction's connection; nothing commits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic_core import to_json

from services.pledges.hires.domain import Hire
from services.pledges.pledges.domain import Guest, Person, Pledge, Position, Promise
from services.pledges.register.domain import Contact, EventFacts, RegisteredCompany, TypedCompany

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    import asyncpg

    from shared.db.database import Connection


async def event_is_known(conn: Connection, taskforce_id: UUID, event_id: UUID) -> bool:
    """Whether the register has told us of the event."""
    known = await conn.fetchval(
        """
        select exists (select
                         from employer_events
                        where taskforce_id = $1
                          and id = $2)
        """,
        taskforce_id,
        event_id,
    )
    return bool(known)


async def insert_pledge(conn: Connection, pledge: Pledge, digest: bytes) -> bool:
    """Save a new pledge with its positions and its contact. False, and nothing saved, where the id is taken."""
    return bool(await insert_pledges(conn, [(pledge, digest)]))


async def insert_pledges(conn: Connection, pledges: Sequence[tuple[Pledge, bytes]]) -> set[UUID]:
    """Save several new pledges of one taskforce, each with its digest, as `insert_pledge` does.

    Returns:
        The ids of those that were saved: of the others the id is taken.
    """
    rows = await conn.fetch(
        """
        with wanted as materialized (
            select *
              from json_to_recordset($1::text::json)
                   as wanted (taskforce_id uuid, id uuid, event_id uuid, company_name text, company_cvr text,
                              company_p_number text, company_municipality text, company_id uuid, municipality text,
                              job_type text, position_count integer, weekly_hours_from numeric,
                              weekly_hours_to numeric, tasks text[], earliest_start date, captured_by text,
                              logged_by uuid, logged_with_pass boolean, captured_at timestamptz,
                              received_at timestamptz, pledged_on date, flags text[], request_digest bytea,
                              version integer, status text, contact_name text, contact_phone text,
                              contact_email text, positions uuid[])
        ), pledge as (
            insert into pledges
                   (taskforce_id, id, event_id, company_name, company_cvr, company_p_number, company_municipality,
                    company_id, municipality, job_type, position_count, weekly_hours_from, weekly_hours_to, tasks,
                    earliest_start, captured_by, logged_by, logged_with_pass, captured_at, received_at, pledged_on,
                    flags, request_digest, version, status)
            select taskforce_id, id, event_id, company_name, company_cvr, company_p_number, company_municipality,
                   company_id, municipality, job_type, position_count, weekly_hours_from, weekly_hours_to, tasks,
                   earliest_start, captured_by, logged_by, logged_with_pass, captured_at, received_at, pledged_on,
                   flags, request_digest, version, status
              from wanted
             order by id
                on conflict do nothing
            returning id
        ), contact as (
            insert into pledge_contacts (taskforce_id, id, name, phone, email)
            select wanted.taskforce_id, wanted.id, wanted.contact_name, wanted.contact_phone, wanted.contact_email
              from wanted
              join pledge using (id)
             where wanted.contact_name is not null
        ), jobs as (
            insert into positions (taskforce_id, id, pledge_id, number, status)
            select wanted.taskforce_id, position.id, wanted.id, position.number, 'open'
              from wanted
              join pledge using (id)
             cross join unnest(wanted.positions) with ordinality as position (id, number)
        )
        select id from pledge
        """,
        to_json([_as_columns(pledge, digest) for pledge, digest in pledges]).decode(),
    )
    return {row["id"] for row in rows}


def _as_columns(pledge: Pledge, digest: bytes) -> dict[str, Any]:
    promise, company, contact = pledge.promise, pledge.promise.company, pledge.promise.contact
    return {
        "taskforce_id": pledge.taskforce_id,
        "id": pledge.id,
        "event_id": promise.event_id,
        "company_name": company.name,
        "company_cvr": company.cvr,
        "company_p_number": company.p_number,
        "company_municipality": company.municipality,
        "company_id": pledge.company_id,
        "municipality": pledge.municipality,
        "job_type": promise.job_type,
        "position_count": len(pledge.positions),
        "weekly_hours_from": promise.hours_from,
        "weekly_hours_to": promise.hours_to,
        "tasks": promise.tasks,
        "earliest_start": promise.earliest_start,
        "captured_by": promise.captured_by,
        "logged_by": pledge.logged_by_person,
        "logged_with_pass": isinstance(pledge.logged_by, Guest),
        "captured_at": promise.captured_at,
        "received_at": pledge.received_at,
        "pledged_on": pledge.pledged_on,
        "flags": pledge.flags,
        "request_digest": f"\\x{digest.hex()}",
        "version": pledge.version,
        "status": pledge.status,
        "contact_name": contact.name if contact else None,
        "contact_phone": contact.phone if contact else None,
        "contact_email": contact.email if contact else None,
        "positions": [position.id for position in pledge.positions],
    }


_PLEDGE = """
        select pledge.taskforce_id, pledge.id, pledge.event_id, pledge.company_name, pledge.company_cvr,
               pledge.company_p_number, pledge.company_municipality, pledge.company_id, pledge.municipality,
               pledge.job_type, pledge.position_count, pledge.weekly_hours_from, pledge.weekly_hours_to,
               pledge.tasks, pledge.earliest_start, pledge.captured_by, pledge.logged_by,
               pledge.logged_with_pass, pledge.captured_at, pledge.received_at, pledge.pledged_on,
               pledge.flags, pledge.request_digest, pledge.version, pledge.status,
               contact.name as contact_name,
               contact.phone as contact_phone,
               contact.email as contact_email
          from pledges as pledge
          left join pledge_contacts as contact
            on contact.taskforce_id = pledge.taskforce_id
           and contact.id = pledge.id
         where pledge.taskforce_id = $1
           and pledge.id = $2
"""


async def load_pledge(conn: Connection, taskforce_id: UUID, pledge_id: UUID) -> tuple[Pledge, bytes] | None:
    """Return a pledge as it is now, and the digest of what logged it."""
    row = await conn.fetchrow(_PLEDGE, taskforce_id, pledge_id)
    return (await _with_positions(conn, row), row["request_digest"]) if row else None


async def pledge_of_request(conn: Connection, taskforce_id: UUID, pledge_id: UUID, digest: bytes) -> Pledge | None:
    """Return the pledge if this request has logged it, without its contact and its hires.

    Also for the intake role, which may not read pledges that people have logged: only who sent the request has its
    fingerprint.

    Args:
        digest: the request's fingerprint.
    """
    row = await conn.fetchrow(
        """
        select id, taskforce_id, event_id, company_name, company_cvr, company_p_number, company_municipality,
               company_id, municipality, job_type, position_count, weekly_hours_from, weekly_hours_to, tasks,
               earliest_start, captured_by, logged_by, logged_with_pass, captured_at, received_at, pledged_on,
               flags, version, status, null as contact_name, null as contact_phone, null as contact_email
          from pledge_of_request($2, $3)
         where taskforce_id = $1
        """,
        taskforce_id,
        pledge_id,
        digest,
    )
    return pledge_of(row, []) if row else None


async def lock_pledge(conn: Connection, taskforce_id: UUID, pledge_id: UUID) -> Pledge | None:
    """Return a pledge as it is now and lock it until the end of the transaction."""
    row = await conn.fetchrow(_PLEDGE + " for update of pledge", taskforce_id, pledge_id)
    # The positions are read by a statement of their own: one that had waited for the lock would show them as
    # they were before.
    return await _with_positions(conn, row) if row else None


async def _with_positions(conn: Connection, row: asyncpg.Record) -> Pledge:
    positions = await conn.fetch(
        """
        select id, number, status, hire_id
          from positions
         where taskforce_id = $1
           and pledge_id = $2
         order by number
        """,
        row["taskforce_id"],
        row["id"],
    )
    return pledge_of(row, [Position(**position) for position in positions])


def pledge_of(row: asyncpg.Record, positions: list[Position]) -> Pledge:
    """Return the aggregate from its row (with `contact_*`) and its positions."""
    company = TypedCompany(
        row["company_name"], row["company_cvr"], row["company_municipality"], row["company_p_number"]
    )
    promise = Promise(
        id=row["id"],
        company=company,
        contact=_contact(row),
        job_type=row["job_type"],
        positions=row["position_count"],
        hours_from=row["weekly_hours_from"],
        hours_to=row["weekly_hours_to"],
        tasks=tuple(row["tasks"]),
        earliest_start=row["earliest_start"],
        captured_at=row["captured_at"],
        captured_by=row["captured_by"],
        event_id=row["event_id"],
    )
    status = row["status"]
    return Pledge(
        taskforce_id=row["taskforce_id"],
        promise=promise,
        company_id=row["company_id"],
        municipality=row["municipality"],
        logged_by=Guest(row["event_id"], 0) if row["logged_with_pass"] else Person(row["logged_by"]),
        received_at=row["received_at"],
        pledged_on=row["pledged_on"],
        flags=tuple(row["flags"]),
        positions=positions,
        version=row["version"],
        affirmed=status == "affirmed",
        ended_as=status if status in {"withdrawn", "lapsed", "duplicate"} else None,
    )


def _contact(row: asyncpg.Record) -> Contact | None:
    return Contact(row["contact_name"], row["contact_phone"], row["contact_email"]) if row["contact_name"] else None


async def save_filled(conn: Connection, pledge: Pledge, position: Position) -> None:
    """Save that a position was filled, and what that makes of its pledge, which the caller has locked."""
    await conn.execute(
        """
        with job as (
            update positions
               set status = $3,
                   hire_id = $4
             where taskforce_id = $1
               and id = $2
        )
        update pledges
           set version = $6,
               status = $7
         where taskforce_id = $1
           and id = $5
        """,
        pledge.taskforce_id,
        position.id,
        position.status,
        position.hire_id,
        pledge.id,
        pledge.version,
        pledge.status,
    )


async def insert_hire(conn: Connection, hire: Hire, digest: bytes) -> bool:
    """Save a new hire with its contact person. False, and nothing saved, where the id is taken."""
    person = hire.contact_person
    inserted = await conn.fetchval(
        """
        with hire as (
            insert into hires
                   (taskforce_id, id, pledge_id, position_id, position_number, event_id, company_name, company_cvr,
                    company_p_number, company_municipality, company_id, municipality, job_type, start_date,
                    weekly_hours, logged_by, confirmed_by, confirmed_at, flags, request_digest, version, ended_on,
                    end_reason)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
                    $22, $23)
                on conflict (taskforce_id, id) do nothing
            returning id
        ), contact as (
            insert into hire_contacts (taskforce_id, id, name, phone, email)
            select $1, id, $24, $25, $26
              from hire
             where $24::text is not null
        )
        select exists (select from hire)
        """,
        hire.taskforce_id,
        hire.id,
        hire.pledge_id,
        hire.position.id if hire.position else None,
        hire.position.number if hire.position else None,
        hire.event_id,
        hire.company.name,
        hire.company.cvr,
        hire.company.p_number,
        hire.company.municipality,
        hire.company_id,
        hire.municipality,
        hire.job_type,
        hire.start_date,
        hire.weekly_hours,
        hire.logged_by,
        hire.confirmed_by,
        hire.confirmed_at,
        list(hire.flags),
        digest,
        hire.version,
        hire.ended_on,
        hire.end_reason,
        person.name if person else None,
        person.phone if person else None,
        person.email if person else None,
    )
    return bool(inserted)


async def load_hire(conn: Connection, taskforce_id: UUID, hire_id: UUID) -> tuple[Hire, bytes] | None:
    """Return a hire, and the digest of what confirmed it."""
    row = await conn.fetchrow(
        """
        select hire.taskforce_id, hire.id, hire.pledge_id, hire.position_id, hire.position_number,
               hire.event_id, hire.company_name, hire.company_cvr, hire.company_p_number,
               hire.company_municipality, hire.company_id, hire.municipality, hire.job_type, hire.start_date,
               hire.weekly_hours, hire.logged_by, hire.confirmed_by, hire.confirmed_at, hire.flags,
               hire.request_digest, hire.version, hire.ended_on, hire.end_reason,
               contact.name as contact_name,
               contact.phone as contact_phone,
               contact.email as contact_email
          from hires as hire
          left join hire_contacts as contact
            on contact.taskforce_id = hire.taskforce_id
           and contact.id = hire.id
         where hire.taskforce_id = $1
           and hire.id = $2
        """,
        taskforce_id,
        hire_id,
    )
    return (hire_of(row), row["request_digest"]) if row else None


def hire_of(row: asyncpg.Record) -> Hire:
    """Return the aggregate from its row (with `contact_*`)."""
    position = None
    if row["position_id"] is not None:
        position = Position(row["position_id"], row["position_number"], "filled", row["id"])
    return Hire(
        taskforce_id=row["taskforce_id"],
        id=row["id"],
        company=TypedCompany(
            row["company_name"], row["company_cvr"], row["company_municipality"], row["company_p_number"]
        ),
        company_id=row["company_id"],
        municipality=row["municipality"],
        job_type=row["job_type"],
        start_date=row["start_date"],
        weekly_hours=row["weekly_hours"],
        contact_person=_contact(row),
        confirmed_by=row["confirmed_by"],
        confirmed_at=row["confirmed_at"],
        flags=tuple(row["flags"]),
        pledge_id=row["pledge_id"],
        position=position,
        event_id=row["event_id"],
        logged_by=row["logged_by"],
        ended_on=row["ended_on"],
        end_reason=row["end_reason"],
        version=row["version"],
    )


async def all_events(conn: Connection, taskforce_id: UUID) -> list[tuple[EventFacts, str]]:
    """Return every event we have been told of, with its title."""
    rows = await conn.fetch(
        """
        select id, status, starts_at, ends_at, closed_at, pass_generation, title
          from employer_events
         where taskforce_id = $1
        """,
        taskforce_id,
    )
    return [(EventFacts(*list(row)[:-1]), row["title"]) for row in rows]


async def all_companies(conn: Connection, taskforce_id: UUID) -> list[RegisteredCompany]:
    """Return every company we have been told of."""
    rows = await conn.fetch(
        "select id, name_key, cvr, municipality from companies where taskforce_id = $1", taskforce_id
    )
    return [RegisteredCompany(*row) for row in rows]
