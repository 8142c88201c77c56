"""SQL for the list of contacts with companies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from services.pledges.pledges.queries import Where
from shared.contracts.pledges import OutreachKind

if TYPE_CHECKING:
    from services.pledges.companies.cursors import LatestFirst
    from shared.db.database import Connection


@dataclass(frozen=True, slots=True)
class OutreachFilter:
    """The contacts to return: those that match every field. None and False match all.

    Attributes:
        since: the first day.
        new: only those with companies that were new to the municipality.
    """

    kind: OutreachKind | None = None
    since: date | None = None
    logged_by: UUID | None = None
    new: bool = False


@dataclass(frozen=True, slots=True)
class OutreachRow:
    """A contact with a company. `company` is None for one that is a person's own."""

    id: UUID
    company_id: UUID
    company: str | None
    kind: OutreachKind
    made_on: date
    logged_at: datetime
    logged_by: UUID | None
    new_company: bool
    note: str | None


@dataclass(frozen=True, slots=True)
class OutreachTotals:
    """What the filtered contacts come to.

    Attributes:
        companies: how many companies there was contact with.
        new_companies: how many of them were new to the municipality.
    """

    visits: int
    calls: int
    cards: int
    companies: int
    new_companies: int


def _conditions(taskforce_id: UUID, filters: OutreachFilter) -> Where:
    where = Where(taskforce_id)
    where.add("outreach.counted")
    if filters.kind is not None:
        where.add("outreach.kind = ?", filters.kind)
    if filters.since is not None:
        where.add("outreach.made_on >= ?", filters.since)
    if filters.logged_by is not None:
        where.add("outreach.logged_by = ?", filters.logged_by)
    if filters.new:
        where.add("outreach.new_company")
    return where


async def outreach_list(
    conn: Connection, taskforce_id: UUID, filters: OutreachFilter, *, after: LatestFirst | None = None, limit: int
) -> list[OutreachRow]:
    """Return contacts, the latest first.

    Args:
        after: the sort key of the last row of the previous page; None: the first page.
    """
    where = _conditions(taskforce_id, filters)
    if after is not None:
        where.add("(outreach.made_on, outreach.logged_at, outreach.id) < (?, ?, ?)", after.on, after.at, after.id)
    rows = await conn.fetch(
        f"""
        select outreach.id, outreach.company_id, company.name, outreach.kind, outreach.made_on, outreach.logged_at,
               outreach.logged_by, outreach.new_company, outreach.note
          from outreach
          left join companies as company
            on company.taskforce_id = outreach.taskforce_id
           and company.id = outreach.company_id
         where outreach.taskforce_id = $1{where.sql}
         order by outreach.made_on desc, outreach.logged_at desc, outreach.id desc
         {where.limit(limit)}
        """,  # noqa: S608  (conditions of our own)
        *where.arguments,
    )
    return [OutreachRow(*row) for row in rows]


async def outreach_totals(conn: Connection, taskforce_id: UUID, filters: OutreachFilter) -> OutreachTotals:
    """Return what contacts come to."""
    where = _conditions(taskforce_id, filters)
    row = await conn.fetchrow(
        f"""
        select count(*) filter (where outreach.kind = 'visit'),
               count(*) filter (where outreach.kind = 'call'),
               count(*) filter (where outreach.kind = 'card'),
               count(distinct outreach.company_id),
               count(distinct outreach.company_id) filter (where outreach.new_company)
          from outreach
         where outreach.taskforce_id = $1{where.sql}
        """,  # noqa: S608  (conditions of our own)
        *where.arguments,
    )
    assert row is not None  # an aggregate has one row
    return OutreachTotals(*row)
