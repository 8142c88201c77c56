"""SQL for finding companies, pledges and hires by name, CVR number or reference."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final, Literal
from uuid import UUID

from services.pledges.pledges.queries import Where, of_company
from shared.fields.search import cvr_beginning, search_words

if TYPE_CHECKING:
    from shared.db.database import Connection

MOST_FOUND: Final = 20
"""Of each kind."""
_PLENTY: Final = 1000
_TRIGRAM: Final = 3
_PATTERNS: Final = 3
_WILDCARD: Final = re.compile(r"[%_\\]")
_LETTERS: Final = re.compile(r"[^\W_]+")
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
            Fewer than three letters find the beginnings of words.
    """
    companies = Where(taskforce_id)
    companies.add(of_company("company"), search_words(typed), cvr_beginning(typed))
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
    pledges = await _cases_where(conn, taskforce_id, typed, "pledge")
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
    hires = await _cases_where(conn, taskforce_id, typed, "hire")
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


async def pledges_of_company(conn: Connection, typed: str, most: int) -> list[UUID]:
    """Return pledges of companies that a text finds, in no order. If there are at least `most`, more may be found."""
    rows = await conn.fetch("select pledges_of_company($1, $2, $3, $4)", *_patterns(typed), most)
    return [row[0] for row in rows]


async def hires_of_company(conn: Connection, typed: str, most: int) -> list[UUID]:
    """Return hires at companies that a text finds. See `pledges_of_company`."""
    rows = await conn.fetch("select hires_of_company($1, $2, $3, $4)", *_patterns(typed), most)
    return [row[0] for row in rows]


async def _cases_where(conn: Connection, taskforce_id: UUID, typed: str, table: Literal["pledge", "hire"]) -> Where:
    """Return the condition that a pledge or a hire is found.

    What is rare is found by an index. What is common is soon met where the latest are read first.
    """
    where = Where(taskforce_id)
    of_companies = pledges_of_company if table == "pledge" else hires_of_company
    found = await of_companies(conn, typed, _PLENTY)
    if len(found) >= _PLENTY:
        where.add(of_company(table), search_words(typed), cvr_beginning(typed))
        return where
    # Eight digits may be a reference or a CVR number.
    lowest, highest = _ids(typed) or (None, None)
    where.add(f"({table}.id = any(?::uuid[]) or {table}.id between ? and ?)", found, lowest, highest)
    return where


def _patterns(typed: str) -> tuple[list[str] | None, str | None, str | None]:
    """Return what the functions of the database take: see their migration.

    An index of trigrams finds three letters in a row anywhere, and fewer at the beginning of a word.
    """
    words = [_WILDCARD.sub(r"\\\g<0>", word) for word in search_words(typed)]
    if not words:
        return None, None, cvr_beginning(typed)
    words.sort(key=_letters_in_a_row, reverse=True)
    patterns = [f"%{word}%" for word in words] + ["%"] * (_PATTERNS - len(words))
    alternative = None
    if _letters_in_a_row(words[0]) < _TRIGRAM:
        patterns[0], alternative = f"{words[0]}%", f"% {words[0]}%"
    return patterns, alternative, cvr_beginning(typed)


def _letters_in_a_row(word: str) -> int:
    return max(map(len, _LETTERS.findall(word)), default=0)


def _ids(typed: str) -> tuple[UUID, UUID] | None:
    """Return the lowest and the highest id that a reference stands for; None where the text has none."""
    found = _REFERENCE.search(typed)
    if found is None:
        return None
    digits = found[1].replace("-", "")
    return UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))
