"""SQL that reads what a participant works, from the hours ladders of their hires."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.pledges.hour_rules.hours import Work

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from shared.db.database import Connection


@dataclass(frozen=True, slots=True)
class HireOfCitizen:
    """A hire with its hours ladder.

    Attributes:
        ended_on: the first day without the job; None: it goes on.
        works: its steps, the earliest first.
    """

    id: UUID
    company: str
    start_date: date
    ended_on: date | None
    works: tuple[Work, ...]


async def hires_of_citizen(conn: Connection, taskforce_id: UUID, citizen_id: UUID) -> list[HireOfCitizen]:
    """Return the hires that name a citizen, the latest first, without those that were undone."""
    rows = await conn.fetch(
        """
        select hire.id,
               hire.company_name,
               hire.start_date,
               hire.ended_on,
               step.starts_on,
               coalesce(lead(step.starts_on) over (partition by hire.id order by step.starts_on), hire.ended_on)
                 as until,
               step.paid_weekly_hours,
               step.praktik_weekly_hours,
               step.job_type
          from hires as hire
          join hire_steps as step
            on step.taskforce_id = hire.taskforce_id
           and step.hire_id = hire.id
         where hire.taskforce_id = $1
           and hire.citizen_id = $2
           and hire.counted
         order by hire.start_date desc, hire.id, step.starts_on
        """,
        taskforce_id,
        citizen_id,
    )
    found: dict[UUID, HireOfCitizen] = {}
    for row in rows:
        hire = found.get(row["id"])
        work = Work(
            row["starts_on"],
            row["until"],
            row["paid_weekly_hours"],
            row["praktik_weekly_hours"],
            row["job_type"],
            row["id"],
        )
        works = (*hire.works, work) if hire else (work,)
        found[row["id"]] = HireOfCitizen(row["id"], row["company_name"], row["start_date"], row["ended_on"], works)
    return list(found.values())
