"""SQL for reading hires."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from services.pledges.hires.schemas import HireOut
from services.pledges.hires.store import SELECT, hire_of
from services.pledges.pledges.domain import Contact
from services.pledges.pledges.queries import Where

if TYPE_CHECKING:
    from shared.db.database import Connection


@dataclass(frozen=True, slots=True)
class HireFilter:
    """The hires to return: those that match every field. None matches all hires."""

    pledge_id: UUID | None = None
    event_id: UUID | None = None
    company_id: UUID | None = None
    job_type: str | None = None
    confirmed_by: UUID | None = None


async def hires(
    conn: Connection,
    taskforce_id: UUID,
    filters: HireFilter,
    *,
    after: tuple[datetime, UUID] | None = None,
    limit: int,
) -> list[HireOut]:
    """Return hires, the most recently confirmed first.

    Args:
        after: the sort key of the last row of the previous page; None: the first page.
    """
    where = Where(taskforce_id)
    for column in ("pledge_id", "event_id", "company_id", "job_type", "confirmed_by"):
        value = getattr(filters, column)
        if value is not None:
            where.add(f"hire.{column} = ?", value)
    if after is not None:
        where.add("(hire.confirmed_at, hire.id) < (?, ?)", *after)
    rows = await conn.fetch(
        f"{SELECT}{where.sql}\n order by hire.confirmed_at desc, hire.id desc\n {where.limit(limit)}",
        *where.arguments,
    )
    return [HireOut.of(hire_of(row)) for row in rows]


async def hire(conn: Connection, taskforce_id: UUID, hire_id: UUID) -> HireOut | None:
    """Return one hire, or None."""
    row = await conn.fetchrow(f"{SELECT}\n   and hire.id = $2", taskforce_id, hire_id)
    return HireOut.of(hire_of(row)) if row else None


async def last_contact_person(conn: Connection, taskforce_id: UUID, caseworker_id: UUID) -> Contact | None:
    """Return the contact person of the hire that a case worker confirmed last."""
    row = await conn.fetchrow(
        """
        select contact.name, contact.phone, contact.email
          from hires as hire
          join hire_contacts as contact
            on contact.taskforce_id = hire.taskforce_id
           and contact.id = hire.id
         where hire.taskforce_id = $1
           and hire.confirmed_by = $2
         order by hire.confirmed_at desc
         limit 1
        """,
        taskforce_id,
        caseworker_id,
    )
    return Contact(row["name"], row["phone"], row["email"]) if row else None
