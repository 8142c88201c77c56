"""SQL for reading what a phone at the door needs."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from shared.db.database import Connection


class DoorCompanyRow(BaseModel):
    """A company that may come to the door."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    name: str
    cvr: str | None = Field(description="only a number with a valid checksum")
    registered: bool = Field(description="the company is expected")
    checked_in_at: datetime | None = Field(description="when it checked in, unless that was undone")
    walk_in: bool = Field(description="it was registered at the door")


async def door_companies(conn: Connection, taskforce_id: UUID, event_id: UUID, *, others: int) -> list[DoorCompanyRow]:
    """Return the companies that are expected at an event or have come, then others of the register, each by name.

    Args:
        others: how many others at most, 0 for none. The names of personally owned companies are not among them.
    """
    rows = await conn.fetch(
        """
          with tonight as (
            select company_id
              from registrations
             where taskforce_id = $1
               and event_id = $2
               and cancelled_at is null
             union
            select company_id
              from attendances
             where taskforce_id = $1
               and event_id = $2
               and undone_at is null
          ), shown as (
            (select id from companies where taskforce_id = $1 and id in (select company_id from tonight))
             union all
            (select id
               from companies
              where taskforce_id = $1
                and not personally_owned
                and id not in (select company_id from tonight)
              order by member desc, sort_name, id
              limit $3)
          )
        select company.id, company.name, company.cvr,
               registration.id is not null as registered,
               attendance.checked_in_at,
               coalesce(attendance.walk_in, false) as walk_in
          from shown
          join companies as company
            on company.taskforce_id = $1
           and company.id = shown.id
          left join registrations as registration
            on registration.taskforce_id = $1
           and registration.event_id = $2
           and registration.company_id = company.id
           and registration.cancelled_at is null
          left join attendances as attendance
            on attendance.taskforce_id = $1
           and attendance.event_id = $2
           and attendance.company_id = company.id
           and attendance.undone_at is null
         order by company.id not in (select company_id from tonight), company.sort_name, company.id
        """,
        taskforce_id,
        event_id,
        others,
    )
    return [DoorCompanyRow(**row) for row in rows]
