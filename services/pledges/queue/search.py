"""SQL for finding companies, pledges and hires by name, CVR number or reference."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final
from uuid import UUID

from services.pledges.pledges.queries import Where, of_company
from shared.fields.search import cvr_beginning, search_words

if TYPE_CHECKING:
    from shared.db.database import Connection

MOST_FOUND: Final = 20
"""Of each kind."""
_REFERENCE: Final = re.compile(
    r"(?:^|[/\s])([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{8})(?:$|[/?#\s])", re.I
)


@dataclass(frozen=True, slots=True)
class FoundCompany:
    """A registered company."""

    id: UUID
    name: str
    cvr: str | None


@dataclass(frozen=True, slots=True)
class FoundCase:
    """A pledge or a hire. `day` is when it was pledged, or starts."""

    id: UUID
    company: str
    job_type: str
    day: date
    status: str | None = None

    @property
    def reference(self) -> str:
        """What a colleague can be told: the beginning of its id."""
        return reference(self.id)


@dataclass(frozen=True, slots=True)
class Found:
    """What a search has found, the latest first, at most `MOST_FOUND` of each kind."""

    companies: list[FoundCompany]
    pledges: list[FoundCase]
    hires: list[FoundCase]

    @property
    def nothing(self) -> bool:
        """Whether it has found nothing."""
        return not (self.companies or self.pledges or self.hires)


def reference(case_id: UUID) -> str:
    """Return the reference of a pledge or a hire: the first eight digits of its id."""
    return case_id.hex[:8]


async def search(conn: Connection, taskforce_id: UUID, typed: str) -> Found:
    """Find companies, pledges and hires.

    Args:
        typed: words of a company's name, the beginning of its CVR number, a reference, an id, or the address of a case.
    """
    companies = Where(taskforce_id)
    pledges = Where(taskforce_id)
    hires = Where(taskforce_id)
    ids = _ids(typed)
    for where, table in ((companies, "company"), (pledges, "pledge"), (hires, "hire")):
        if ids is None:
            where.add(of_company(table), search_words(typed), cvr_beginning(typed))
        else:
            # Eight digits may be a reference or a CVR number.
            where.add(
                f"({table}.id between ? and ? or {of_company(table)})", *ids, search_words(typed), cvr_beginning(typed)
            )
    found_companies = await conn.fetch(
        f"""
        select company.id, company.company_name, company.company_cvr
          from (select taskforce_id, id, name as company_name, cvr as company_cvr, name_key
                  from companies
                 where name is not null) as company
         where company.taskforce_id = $1{companies.sql}
         order by company.name_key
         {companies.limit(MOST_FOUND)}
        """,  # noqa: S608  (conditions of our own)
        *companies.arguments,
    )
    found_pledges = await conn.fetch(
        f"""
        select pledge.id, pledge.company_name, pledge.job_type, pledge.pledged_on, pledge.status
          from pledges as pledge
         where pledge.taskforce_id = $1{pledges.sql}
         order by pledge.received_at desc, pledge.id desc
         {pledges.limit(MOST_FOUND)}
        """,  # noqa: S608  (conditions of our own)
        *pledges.arguments,
    )
    found_hires = await conn.fetch(
        f"""
        select hire.id, hire.company_name, hire.job_type, hire.start_date
          from hires as hire
         where hire.taskforce_id = $1{hires.sql}
         order by hire.confirmed_at desc, hire.id desc
         {hires.limit(MOST_FOUND)}
        """,  # noqa: S608  (conditions of our own)
        *hires.arguments,
    )
    return Found(
        [FoundCompany(*row) for row in found_companies],
        [FoundCase(*row) for row in found_pledges],
        [FoundCase(*row) for row in found_hires],
    )


def _ids(typed: str) -> tuple[UUID, UUID] | None:
    """Return the lowest and the highest id that a reference stands for; None where the text has none."""
    found = _REFERENCE.search(typed)
    if found is None:
        return None
    digits = found[1].replace("-", "")
    return UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))
