"""SQL for reading hires."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from services.pledges.hires.change_schemas import HireChangeOut, HireStateOut
from services.pledges.hires.prefill import ContactPerson, FormerHire
from services.pledges.hires.schemas import HireOut
from services.pledges.hires.store import SELECT, hire_of
from services.pledges.pledges.domain import Contact
from services.pledges.pledges.queries import Where
from shared.contracts.pledges import EndReason, JobType

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import asyncpg

    from services.pledges.pledges.schemas import CompanyOut
    from shared.db.database import Connection


@dataclass(frozen=True, slots=True)
class HireFilter:
    """The hires to return: those that match every field. None matches all hires."""

    pledge_id: UUID | None = None
    event_id: UUID | None = None
    company_id: UUID | None = None
    job_type: str | None = None
    confirmed_by: UUID | None = None


@dataclass(frozen=True, slots=True)
class TrainingRow:
    """A training or the hire that it led to, perhaps at another company."""

    id: UUID
    company: str
    job_type: JobType
    start_date: date
    ended_on: date | None


async def hires(
    conn: Connection,
    taskforce_id: UUID,
    filters: HireFilter,
    *,
    after: tuple[datetime, UUID] | None = None,
    limit: int,
) -> list[HireOut]:
    """Return hires, the most recently confirmed first. Those whose confirmation was undone are left out.

    Args:
        after: the sort key of the last row of the previous page; None: the first page.
    """
    where = Where(taskforce_id)
    where.add("hire.counted")
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


async def last_contact_person(conn: Connection, taskforce_id: UUID, caseworker_id: UUID) -> ContactPerson | None:
    """Return the contact person of the hire that a case worker confirmed last."""
    row = await conn.fetchrow(
        """
        select hire.contact_person_id, contact.name, contact.phone, contact.email
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
    return _contact_person(row) if row else None


async def last_hire_at(
    conn: Connection, taskforce_id: UUID, company: CompanyOut, *, municipality: str | None
) -> FormerHire | None:
    """Return the hire at a company that was confirmed last; None too if the company is not recognised by its id or CVR
    number.

    Args:
        municipality: the case worker's: the contact person of another one is left out.
    """
    row = await conn.fetchrow(
        """
        select hire.job_type, hire.weekly_hours, hire.contact_person_id, contact.name, contact.phone, contact.email
          from hires as hire
          left join hire_contacts as contact
            on contact.taskforce_id = hire.taskforce_id
           and contact.id = hire.id
           and (hire.caseworker_municipality is null or hire.caseworker_municipality = $4)
         where hire.taskforce_id = $1
           and hire.counted
           and (hire.company_id = $2 or hire.company_cvr = $3)
         order by hire.confirmed_at desc
         limit 1
        """,
        taskforce_id,
        company.id,
        company.cvr,
        municipality,
    )
    return FormerHire(row["job_type"], row["weekly_hours"], _contact_person(row)) if row else None


async def trainings(conn: Connection, taskforce_id: UUID, *, municipality: str | None, limit: int) -> list[TrainingRow]:
    """Return the hires that a training may have been, the latest first: those that began as a praktik or a training
    track and have ended at most a year ago, or not yet.

    Args:
        municipality: the case worker's: those of another one are left out.
    """
    rows = await conn.fetch(
        """
        select hire.id, hire.company_name, hire.job_type, hire.start_date, hire.ended_on
          from hires as hire
         where hire.taskforce_id = $1
           and hire.counted
           and hire.job_type in ('praktik', 'traening')
           and (hire.ended_on is null or hire.ended_on > current_date - interval '1 year')
           and (hire.caseworker_municipality is null or hire.caseworker_municipality = $2)
         order by hire.confirmed_at desc, hire.id desc
         limit $3
        """,
        taskforce_id,
        municipality,
        limit,
    )
    return [TrainingRow(*row) for row in rows]


async def led_to(conn: Connection, taskforce_id: UUID, training_hire_id: UUID) -> list[TrainingRow]:
    """Return the hires that a training has led to, the earliest first."""
    rows = await conn.fetch(
        """
        select hire.id, hire.company_name, hire.job_type, hire.start_date, hire.ended_on
          from hires as hire
         where hire.taskforce_id = $1
           and hire.training_hire_id = $2
           and hire.counted
         order by hire.start_date, hire.id
        """,
        taskforce_id,
        training_hire_id,
    )
    return [TrainingRow(*row) for row in rows]


def _contact_person(row: asyncpg.Record) -> ContactPerson | None:
    if row["name"] is None:
        return None
    return ContactPerson(Contact(row["name"], row["phone"], row["email"]), row["contact_person_id"])


_CHANGE_COLUMNS: Final = ("version", "kind", "changed_by", "changed_at", "reason", "note")


async def history(conn: Connection, taskforce_id: UUID, hire_id: UUID) -> list[HireChangeOut] | None:
    """Return the changes of a hire since it was confirmed, the latest first; None if there is no such hire."""
    row = await conn.fetchrow(f"{SELECT}\n   and hire.id = $2", taskforce_id, hire_id)
    if row is None:
        return None
    changes = await conn.fetch(
        """
        select version, kind, changed_by, changed_at, reason, note, before
          from hire_changes
         where taskforce_id = $1
           and hire_id = $2
         order by version desc
        """,
        taskforce_id,
        hire_id,
    )
    entries = []
    after = hire_of(row).snapshot()
    for place, change in enumerate(changes):
        before = change["before"]
        entries.append(
            HireChangeOut(
                **{name: change[name] for name in _CHANGE_COLUMNS},
                former_reason=_former_reason(changes[place:]),
                before=_state_of(before),
                after=_state_of(after),
            )
        )
        after = before
    return entries


def _former_reason(changes: Sequence[asyncpg.Record]) -> EndReason | None:
    """Return the reason that the first of these changes has replaced; None unless it has corrected one.

    Args:
        changes: the latest first.
    """
    change, *earlier = changes
    if change["kind"] != "corrected" or change["reason"] is None:
        return None
    # A hire that had ended when it was confirmed has no former change that says why.
    return next((one["reason"] for one in earlier if one["reason"] is not None), None)


def _state_of(snapshot: Mapping[str, Any]) -> HireStateOut:
    """Return what `Hire.snapshot` has saved."""
    checkpoints = [{**one, "answered_by": None} for one in snapshot["checkpoints"]]
    # Older ones know of no citizen.
    citizen = snapshot.get("citizen_id")
    return HireStateOut.model_validate(
        {**snapshot, "checkpoints": checkpoints, "citizen_id": citizen, "names_citizen": citizen is not None}
    )
