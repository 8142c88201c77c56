"""SQL that saves and loads hires. Everything takes the transaction's connection; nothing commits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from services.pledges.hires.domain import Hire
from services.pledges.pledges.domain import Position
from services.pledges.pledges.store import company_of, contact_of, select_list

if TYPE_CHECKING:
    from uuid import UUID

    import asyncpg

    from shared.db.database import Connection

COLUMNS: Final = (
    "taskforce_id",
    "id",
    "pledge_id",
    "position_id",
    "position_number",
    "event_id",
    "company_name",
    "company_cvr",
    "company_p_number",
    "company_municipality",
    "company_id",
    "municipality",
    "job_type",
    "start_date",
    "weekly_hours",
    "logged_by",
    "confirmed_by",
    "confirmed_at",
    "flags",
    "request_fingerprint",
    "version",
    "ended_on",
    "end_reason",
)
"""The columns of the table `hires`."""
_PARAMETERS: Final = [f"${number}" for number in range(1, len(COLUMNS) + 4)]

_INSERT: Final = f"""
        with hire as (
            insert into hires ({", ".join(COLUMNS)})
            values ({", ".join(_PARAMETERS[:-3])})
                on conflict (taskforce_id, id) do nothing
            returning taskforce_id, id
        ), contact as (
            insert into hire_contacts (taskforce_id, id, name, phone, email)
            select taskforce_id, id, {", ".join(_PARAMETERS[-3:])}
              from hire
             where {_PARAMETERS[-3]}::text is not null
        )
        select exists (select from hire)
"""  # noqa: S608  (columns of our own table)

SELECT: Final = f"""
        select {select_list(COLUMNS, "hire")},
               contact.name as contact_name,
               contact.phone as contact_phone,
               contact.email as contact_email
          from hires as hire
          left join hire_contacts as contact
            on contact.taskforce_id = hire.taskforce_id
           and contact.id = hire.id
         where hire.taskforce_id = $1"""  # noqa: S608  (columns of our own table)
"""The rows that `hire_of` reads; further conditions may follow."""


async def insert_hire(conn: Connection, hire: Hire, fingerprint: bytes) -> bool:
    """Save a new hire with its contact person. False, and nothing saved, where the id is taken.

    Args:
        fingerprint: of the request that confirms it.
    """
    columns, person = _as_columns(hire, fingerprint), hire.contact_person
    inserted = await conn.fetchval(
        _INSERT,
        *(columns[name] for name in COLUMNS),
        person.name if person else None,
        person.phone if person else None,
        person.email if person else None,
    )
    return bool(inserted)


def _as_columns(hire: Hire, fingerprint: bytes) -> dict[str, Any]:
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
        "flags": list(hire.flags),
        "request_fingerprint": fingerprint,
        "version": hire.version,
        "ended_on": hire.ended_on,
        "end_reason": hire.end_reason,
    }


async def move_hires(conn: Connection, taskforce_id: UUID, pledge_id: UUID, event_id: UUID | None) -> list[Hire]:
    """Let the hires of a pledge that the caller has locked belong to another event; return those that have changed."""
    moved = await conn.fetch(
        """
        update hires
           set event_id = $3,
               version = version + 1
         where taskforce_id = $1
           and pledge_id = $2
           and event_id is distinct from $3
        returning id
        """,
        taskforce_id,
        pledge_id,
        event_id,
    )
    rows = await conn.fetch(
        f"{SELECT}\n   and hire.id = any ($2)\n order by hire.id", taskforce_id, [row["id"] for row in moved]
    )
    return [hire_of(row) for row in rows]


async def load_hire(conn: Connection, taskforce_id: UUID, hire_id: UUID) -> tuple[Hire, bytes] | None:
    """Return a hire, and the fingerprint of the request that confirmed it."""
    row = await conn.fetchrow(f"{SELECT}\n   and hire.id = $2", taskforce_id, hire_id)
    return (hire_of(row), row["request_fingerprint"]) if row else None


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
        job_type=row["job_type"],
        start_date=row["start_date"],
        weekly_hours=row["weekly_hours"],
        contact_person=contact_of(row),
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
