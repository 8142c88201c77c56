"""SQL for reading what a company's page shows: everything of one company, and no name of a citizen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final
from uuid import UUID

from services.pledges.pledges.domain import Contact
from services.pledges.pledges.queries import Where, select_pledges
from services.pledges.privacy.retention import ERASED
from services.pledges.register.queries import EVENT_ROW, EventRow
from shared.contracts.events import AgreementRole
from shared.contracts.pledges import CheckpointAnswer, CheckpointMonths, JobType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.pledges.pledges.schemas import PledgeOut
    from shared.db.database import Connection

_MOST: Final = 200
"""Rows of each kind; a company has a handful."""


@dataclass(frozen=True, slots=True)
class CompanyFacts:
    """A company of the register. A personally owned one has no name there; the one it gave with a pledge is shown."""

    id: UUID
    name: str
    municipality: str | None


@dataclass(frozen=True, slots=True)
class DueCheckpoint:
    """A day on which the person may still have been employed, and nobody has said."""

    months: CheckpointMonths
    due_on: date


@dataclass(frozen=True, slots=True)
class CompanyHire:
    """A hire as its company sees it, without the person.

    Attributes:
        paid, praktik: hours a week, of the step that holds today.
        ended_on: the first day after the employment. Why it ended is not shown.
        due: the checkpoints that wait for an answer, the earliest first.
    """

    id: UUID
    pledge_id: UUID | None
    start_date: date
    ended_on: date | None
    job_type: JobType
    paid: Decimal
    praktik: Decimal
    version: int
    due: tuple[DueCheckpoint, ...] = ()

    def has_ended(self, today: date) -> bool:
        """Whether the employment is over."""
        return self.ended_on is not None and self.ended_on <= today


@dataclass(frozen=True, slots=True)
class CompanyEvent:
    """An event that the company can still come to.

    Attributes:
        registered: whether `events` expects the company.
        wanted: what the company has asked for on its page within the last hour; None: nothing.
    """

    event: EventRow
    registered: bool
    wanted: bool | None

    @property
    def waits(self) -> bool:
        """Whether the answer of `events` to the company's last wish has not arrived."""
        return self.wanted is not None and self.wanted != self.registered


@dataclass(frozen=True, slots=True)
class CompanyAgreement:
    """A standing agreement with the company.

    Attributes:
        trainees: how many it can take at a time; None: not said.
        ends_on: the last day; None: until further notice.
    """

    role: AgreementRole
    trainees: int | None
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """An answer of the company, for its page and for staff.

    Attributes:
        hire_municipality: whose case workers tick off and undo the answer about a hire; None: everybody who may.
    """

    id: UUID
    company_id: UUID
    company: str
    kind: str
    version: int
    answered_at: datetime
    pledge_id: UUID | None
    hire_id: UUID | None
    event_id: UUID | None
    event_title: str | None
    months: CheckpointMonths | None
    answer: CheckpointAnswer | None
    seen_by: UUID | None
    seen_at: datetime | None
    undone_by: UUID | None
    undone_at: datetime | None
    hire_municipality: str | None


_NAME: Final = f"""coalesce(
           company.name,
           (select pledge.company_name
              from pledges as pledge
             where pledge.taskforce_id = company.taskforce_id
               and pledge.company_id = company.id
               and pledge.company_name <> '{ERASED}'
             order by pledge.pledged_on desc, pledge.id
             limit 1),
           '')"""  # noqa: S608  (a word of our own)


async def company(conn: Connection, taskforce_id: UUID, company_id: UUID) -> CompanyFacts | None:
    """Return a company, or None."""
    row = await conn.fetchrow(
        f"""
        select company.id,
               {_NAME} as name,
               company.municipality
          from companies as company
         where company.taskforce_id = $1
           and company.id = $2
        """,  # noqa: S608  (columns of our own table)
        taskforce_id,
        company_id,
    )
    return CompanyFacts(**row) if row else None


async def pledges_of(conn: Connection, taskforce_id: UUID, company_id: UUID) -> list[PledgeOut]:
    """Return the company's pledges, the latest first: all but duplicates and those that it has never made."""
    where = Where(taskforce_id)
    where.add("pledge.company_id = ?", company_id)
    where.add("pledge.status <> 'duplicate'")
    where.add("pledge.review is distinct from 'rejected'")
    where.add("coalesce(pledge.withdrawn_because, '') not in ('logged_by_mistake', 'not_genuine')")
    found = await select_pledges(conn, where, order_by="pledge.pledged_on desc, pledge.id", limit=_MOST)
    return [pledge.without_contact() for pledge in found]


async def affirmed_on(conn: Connection, taskforce_id: UUID, pledge_ids: Sequence[UUID]) -> dict[UUID, date]:
    """Return the day on which each of some pledges was affirmed by its company, if it was."""
    rows = await conn.fetch(
        """
        select id, affirmed_on
          from pledges
         where taskforce_id = $1
           and id = any ($2)
           and affirmed_on is not null
        """,
        taskforce_id,
        pledge_ids,
    )
    return {row["id"]: row["affirmed_on"] for row in rows}


async def hires_of(
    conn: Connection, taskforce_id: UUID, company_id: UUID, today: date, *, hire_id: UUID | None = None
) -> list[CompanyHire]:
    """Return the company's hires, the latest first; with `hire_id`, that one only."""
    rows = await conn.fetch(
        """
        select hire.id,
               hire.pledge_id,
               hire.start_date,
               hire.ended_on,
               coalesce(step.job_type, hire.job_type) as job_type,
               coalesce(step.paid_weekly_hours, hire.weekly_hours) as paid,
               coalesce(step.praktik_weekly_hours, 0) as praktik,
               hire.version,
               (select jsonb_agg(jsonb_build_array(checkpoint.months, checkpoint.due_on) order by checkpoint.due_on)
                  from hire_checkpoints as checkpoint
                 where checkpoint.taskforce_id = hire.taskforce_id
                   and checkpoint.hire_id = hire.id
                   and checkpoint.answer is null
                   and checkpoint.due_on <= $3) as due
          from hires as hire
          left join lateral (
               select one.job_type,
                      one.paid_weekly_hours,
                      one.praktik_weekly_hours
                 from hire_steps as one
                where one.taskforce_id = hire.taskforce_id
                  and one.hire_id = hire.id
                order by one.starts_on > $3,
                         case when one.starts_on <= $3 then one.starts_on end desc,
                         one.starts_on
                limit 1
               ) as step on true
         where hire.taskforce_id = $1
           and hire.company_id = $2
           and hire.counted
           and ($4::uuid is null or hire.id = $4)
         order by hire.start_date desc, hire.id
         limit $5
        """,
        taskforce_id,
        company_id,
        today,
        hire_id,
        _MOST,
    )
    return [
        CompanyHire(
            **{
                **row,
                "due": tuple(DueCheckpoint(months, date.fromisoformat(due_on)) for months, due_on in row["due"] or ()),
            }
        )
        for row in rows
    ]


async def events_ahead(
    conn: Connection, taskforce_id: UUID, company_id: UUID, *, event_id: UUID | None = None
) -> list[CompanyEvent]:
    """Return the events for companies that have not begun, the next one first; with `event_id`, that one only."""
    rows = await conn.fetch(
        f"""
        select {EVENT_ROW},
               exists (select
                         from registrations as registration
                        where registration.taskforce_id = event.taskforce_id
                          and registration.event_id = event.id
                          and registration.company_id = $2
                          and registration.cancelled_at is null) as registered,
               (select request.wanted
                  from registration_requests as request
                 where request.taskforce_id = event.taskforce_id
                   and request.event_id = event.id
                   and request.company_id = $2
                   and request.requested_at > now() - interval '1 hour') as wanted
          from employer_events as event
         where event.taskforce_id = $1
           and event.kind = 'employer_event'
           and event.status in ('published', 'open')
           and event.starts_at > now()
           and ($3::uuid is null or event.id = $3)
         order by event.starts_at, event.id
         limit 10
        """,  # noqa: S608  (columns of our own table)
        taskforce_id,
        company_id,
        event_id,
    )
    return [CompanyEvent(EventRow(*row[:-2]), row["registered"], row["wanted"]) for row in rows]


async def events_attended(conn: Connection, taskforce_id: UUID, company_id: UUID) -> list[EventRow]:
    """Return the events that the company has come to, the latest first."""
    rows = await conn.fetch(
        f"""
        select distinct on (event.starts_at, event.id) {EVENT_ROW}
          from attendances as attendance
          join employer_events as event
            on event.taskforce_id = attendance.taskforce_id
           and event.id = attendance.event_id
         where attendance.taskforce_id = $1
           and attendance.company_id = $2
           and attendance.undone_at is null
         order by event.starts_at desc, event.id
         limit 20
        """,  # noqa: S608  (columns of our own table)
        taskforce_id,
        company_id,
    )
    return [EventRow(*row) for row in rows]


async def agreements_of(conn: Connection, taskforce_id: UUID, company_id: UUID, today: date) -> list[CompanyAgreement]:
    """Return the agreements with the company that hold, or will, the latest first."""
    rows = await conn.fetch(
        """
        select role,
               trainees,
               starts_on,
               ends_on
          from agreements
         where taskforce_id = $1
           and company_id = $2
           and (ends_on is null or ends_on >= $3)
         order by starts_on desc, id
         limit $4
        """,
        taskforce_id,
        company_id,
        today,
        _MOST,
    )
    return [CompanyAgreement(**row) for row in rows]


async def person_to_ring(conn: Connection, taskforce_id: UUID, company_id: UUID) -> Contact | None:
    """Return the one person that the company rings.

    That is the contact person of its latest hire; else of the hires of the case worker who has its latest pledge; None
    where nobody has a telephone number.
    """
    row = await conn.fetchrow(
        """
        with of_company as (
            select contact.name, contact.phone, contact.email, hire.start_date
              from hires as hire
              join hire_contacts as contact
                on contact.taskforce_id = hire.taskforce_id
               and contact.id = hire.id
             where hire.taskforce_id = $1
               and hire.company_id = $2
               and hire.counted
               and contact.phone is not null
             order by hire.ended_on is not null, hire.start_date desc, hire.id
             limit 1
        ), assigned as (
            select pledge.assigned_to
              from pledges as pledge
             where pledge.taskforce_id = $1
               and pledge.company_id = $2
               and pledge.assigned_to is not null
             order by pledge.pledged_on desc, pledge.id
             limit 1
        ), of_caseworker as (
            select contact.name, contact.phone, contact.email
              from assigned
              join hires as hire
                on hire.taskforce_id = $1
               and hire.confirmed_by = assigned.assigned_to
               and coalesce(hire.contact_person_id, hire.confirmed_by) = assigned.assigned_to
              join hire_contacts as contact
                on contact.taskforce_id = hire.taskforce_id
               and contact.id = hire.id
             where contact.phone is not null
             order by hire.confirmed_at desc
             limit 1
        )
        select name, phone, email from of_company
        union all
        select name, phone, email from of_caseworker where not exists (select from of_company)
        """,
        taskforce_id,
        company_id,
    )
    return Contact(row["name"], row["phone"], row["email"]) if row else None


_ANSWERS: Final = f"""
        select answer.id,
               answer.company_id,
               {_NAME} as company,
               answer.kind,
               answer.version,
               answer.answered_at,
               answer.pledge_id,
               answer.hire_id,
               answer.event_id,
               event.title as event_title,
               answer.months,
               answer.answer,
               answer.seen_by,
               answer.seen_at,
               answer.undone_by,
               answer.undone_at,
               hire.caseworker_municipality as hire_municipality
          from company_answers as answer
          join companies as company
            on company.taskforce_id = answer.taskforce_id
           and company.id = answer.company_id
          left join employer_events as event
            on event.taskforce_id = answer.taskforce_id
           and event.id = answer.event_id
          left join hires as hire
            on hire.taskforce_id = answer.taskforce_id
           and hire.id = answer.hire_id
         where answer.taskforce_id = $1"""  # noqa: S608  (columns of our own table)


async def answer(conn: Connection, taskforce_id: UUID, answer_id: UUID) -> AnswerRow | None:
    """Return one answer, or None."""
    row = await conn.fetchrow(f"{_ANSWERS}\n   and answer.id = $2", taskforce_id, answer_id)
    return AnswerRow(**row) if row else None
