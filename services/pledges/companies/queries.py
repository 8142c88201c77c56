"""SQL for reading a company's facts and what stands at the top of its page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from services.pledges.pledges.domain import Contact
from services.pledges.pledges.queries import UNFILLED
from services.pledges.privacy.retention import ERASED

if TYPE_CHECKING:
    from datetime import date

    from shared.db.database import Connection


@dataclass(frozen=True, slots=True)
class CompanyFacts:
    """A company of the register.

    Attributes:
        name: as the register publishes it; of a company that is a person's own, as it was typed last. None: neither.
    """

    id: UUID
    name: str | None
    cvr: str | None
    municipality: str | None
    member: bool


async def company(conn: Connection, taskforce_id: UUID, company_id: UUID) -> CompanyFacts | None:
    """Return a company; None if the register has no such company."""
    row = await conn.fetchrow(
        """
        select company.id,
               coalesce(company.name, typed.name),
               company.cvr,
               company.municipality,
               company.member
          from companies as company
          left join lateral (
               select name
                 from (select company_name as name, received_at as at
                         from pledges
                        where taskforce_id = $1
                          and company_id = $2
                        union all
                       select company_name, confirmed_at
                         from hires
                        where taskforce_id = $1
                          and company_id = $2) as typed
                where name <> $3
                order by at desc
                limit 1
               ) as typed on company.name is null
         where company.taskforce_id = $1
           and company.id = $2
        """,
        taskforce_id,
        company_id,
        ERASED,
    )
    return CompanyFacts(*row) if row else None


@dataclass(frozen=True, slots=True)
class Summary:
    """Where a company stands today."""

    vacant: int
    employed: int


async def summary(conn: Connection, taskforce_id: UUID, company_id: UUID, *, today: date) -> Summary:
    """Return a company's vacant positions, and how many people work there in its hires that count."""
    row = await conn.fetchrow(
        f"""
        select (select count(*)
                  from pledges as pledge
                  join positions as position
                    on position.taskforce_id = pledge.taskforce_id
                   and position.pledge_id = pledge.id
                 where pledge.taskforce_id = $1
                   and pledge.company_id = $2
                   and {UNFILLED}
                   and position.status in ('open', 'matched', 'trial')),
               (select count(*)
                  from hires as hire
                 where hire.taskforce_id = $1
                   and hire.company_id = $2
                   and hire.counted
                   and hire.start_date <= $3
                   and (hire.ended_on is null or hire.ended_on > $3))
        """,  # noqa: S608  (a condition of our own)
        taskforce_id,
        company_id,
        today,
    )
    assert row is not None
    return Summary(*row)


@dataclass(frozen=True, slots=True)
class BusinessContact:
    """A person at the company, and the latest pledge that names them."""

    contact: Contact
    pledge_id: UUID


async def business_contacts(
    conn: Connection, taskforce_id: UUID, company_id: UUID, *, limit: int = 5
) -> list[BusinessContact]:
    """Return the people at a company whom its pledges name, the one named last first, each once."""
    rows = await conn.fetch(
        """
        select name, phone, email, pledge_id
          from (select distinct on (lower(contact.name), contact.phone)
                       contact.name, contact.phone, contact.email, pledge.id as pledge_id, pledge.received_at
                  from pledges as pledge
                  join pledge_contacts as contact
                    on contact.taskforce_id = pledge.taskforce_id
                   and contact.id = pledge.id
                 where pledge.taskforce_id = $1
                   and pledge.company_id = $2
                 order by lower(contact.name), contact.phone, pledge.received_at desc) as each
         order by received_at desc, pledge_id
         limit $3
        """,
        taskforce_id,
        company_id,
        limit,
    )
    return [BusinessContact(Contact(row["name"], row["phone"], row["email"]), row["pledge_id"]) for row in rows]


@dataclass(frozen=True, slots=True)
class OurContact:
    """The one person of ours whom the company can ring.

    Attributes:
        contact: the contact person of its latest hire; None: none is written down.
        person_id: the account of that person, or of whose case the latest hire or pledge is. Names of accounts are in
            the events service.
    """

    contact: Contact | None
    person_id: UUID | None


async def our_contact(conn: Connection, taskforce_id: UUID, company_id: UUID) -> OurContact | None:
    """Return whom the company can ring; None if nobody has its case."""
    hired = await conn.fetchrow(
        """
        select contact.name, contact.phone, contact.email,
               coalesce(hire.contact_person_id, hire.assigned_to, hire.confirmed_by) as person_id
          from hires as hire
          left join hire_contacts as contact
            on contact.taskforce_id = hire.taskforce_id
           and contact.id = hire.id
         where hire.taskforce_id = $1
           and hire.company_id = $2
           and hire.counted
         order by hire.ended_on is not null, hire.start_date desc, hire.confirmed_at desc
         limit 1
        """,
        taskforce_id,
        company_id,
    )
    if hired is not None and (hired["name"] or hired["person_id"]):
        contact = Contact(hired["name"], hired["phone"], hired["email"]) if hired["name"] else None
        return OurContact(contact, hired["person_id"])
    person_id = await conn.fetchval(
        """
        select assigned_to
          from pledges
         where taskforce_id = $1
           and company_id = $2
           and assigned_to is not null
         order by received_at desc
         limit 1
        """,
        taskforce_id,
        company_id,
    )
    return OurContact(None, person_id) if person_id else None
