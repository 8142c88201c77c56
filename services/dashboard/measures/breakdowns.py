"""Figures by municipality, by industry and by member company."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from services.dashboard.measures import queries
from services.dashboard.measures.hires import Hires, HiresCurrent
from services.dashboard.measures.measure import addends
from services.dashboard.measures.pledges import PledgedPositions
from services.dashboard.measures.selection import NO_FILTERS, Filters, Times
from shared.product.industries import section_of
from shared.product.vocabulary import JOB_TYPES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from uuid import UUID

    from services.dashboard.measures.measure import Measure
    from services.dashboard.measures.queries import CompanyFacts
    from shared.contracts.pledges import JobType
    from shared.db.database import Connection

Dimension = Literal["municipality", "industry", "company"]
DIMENSIONS: Final[tuple[Dimension, ...]] = get_args(Dimension)
BROKEN_DOWN: Final[tuple[type[Measure], ...]] = (PledgedPositions, Hires, HiresCurrent)
"""The measures that are broken down."""
LARGEST: Final = 10
"""So many member companies are named, those with the largest numbers; the others are the rest."""


@dataclass
class Part:
    """The figures of one municipality, industry or company.

    Attributes:
        key: the municipality's code, the letter of the section of DB07, or the company's id; None: it is not stated,
            or this is the rest.
        counts: by the code of a measure and by job type.
        name: of a company, if the register publishes it.
    """

    key: str | None
    counts: dict[str, dict[str, int]]
    name: str | None = None

    @classmethod
    def zero(cls, key: str | None, job_types: Iterable[str], name: str | None = None) -> Part:
        """Return a part that counts nothing yet."""
        job_types = tuple(job_types)
        return cls(key, {measure.code: dict.fromkeys(job_types, 0) for measure in BROKEN_DOWN}, name)

    def number(self, measure: type[Measure], job_type: str) -> int:
        """Return a measure's number for one job type."""
        return self.counts[measure.code][job_type]

    @property
    def size(self) -> tuple[int, int]:
        """What parts are ordered by: pledged positions, then hires."""
        pledged, hires, _ = (sum(self.counts[measure.code].values()) for measure in BROKEN_DOWN)
        return pledged, hires

    def add(self, other: Part) -> None:
        """Add the numbers of another part."""
        for code, numbers in other.counts.items():
            for job_type, number in numbers.items():
                self.counts[code][job_type] += number


@dataclass
class Breakdown:
    """The parts that add up to the figures, the largest first; those not stated last.

    Attributes:
        rest: all companies that are no members, and the members with small numbers; None: there is no rest.
        in_rest: how many companies that is; those of pledges and hires without a known company are not among them.
    """

    parts: list[Part] = field(default_factory=list)
    rest: Part | None = None
    in_rest: int = 0


async def break_down(
    conn: Connection, times: Times, filters: Filters = NO_FILTERS, *, job_type: JobType | None = None
) -> dict[Dimension, Breakdown]:
    """Read the figures by each dimension.

    Args:
        conn: bound to the taskforce.
        job_type: only its numbers, which is faster; None: those of each job type.
    """
    job_types: tuple[str, ...] = tuple(JOB_TYPES) if job_type is None else (job_type,)
    using: dict[str, list[tuple[str, int]]] = {}
    for measure in BROKEN_DOWN:
        for code, _group, sign in addends(measure):
            using.setdefault(code, []).append((measure.code, sign))
    sums = await queries.sums_by_company(conn, times, filters, codes=sorted(using), job_types=job_types)
    companies = await queries.company_facts(conn, known_at=times.known_at)
    parts: dict[tuple[UUID | None, str | None], Part] = {}
    for code, of_type, company_id, municipality, total in sums:
        part = parts.get((company_id, municipality))
        if part is None:
            part = parts[company_id, municipality] = Part.zero(None, job_types)
        for measure_code, sign in using[code]:
            part.counts[measure_code][of_type] += sign * total
    return {
        "municipality": _by(parts, lambda _company_id, municipality: municipality, job_types),
        "industry": _by(parts, lambda company_id, _municipality: _section(companies, company_id), job_types),
        "company": _by_member(parts, companies, job_types),
    }


def _section(companies: Mapping[UUID, CompanyFacts], company_id: UUID | None) -> str | None:
    facts = None if company_id is None else companies.get(company_id)
    return section_of(facts.industry) if facts else None


_Parts = dict[tuple[Any, Any], Part]


def _by(parts: _Parts, key_of: Callable[[Any, Any], str | None], job_types: Iterable[str]) -> Breakdown:
    found: dict[str | None, Part] = {}
    for (company_id, municipality), part in parts.items():
        key = key_of(company_id, municipality)
        if key not in found:
            found[key] = Part.zero(key, job_types)
        found[key].add(part)
    return Breakdown(sorted(found.values(), key=_largest_first))


def _by_member(parts: _Parts, companies: Mapping[UUID, CompanyFacts], job_types: Iterable[str]) -> Breakdown:
    of_company: dict[UUID | None, Part] = {}
    for (company_id, _), part in parts.items():
        if company_id not in of_company:
            facts = companies.get(company_id)
            key, name = (None, None) if company_id is None else (str(company_id), facts.name if facts else None)
            of_company[company_id] = Part.zero(key, job_types, name)
        of_company[company_id].add(part)
    known_members = {company_id for company_id, facts in companies.items() if facts.member}
    members = sorted(
        (part for company_id, part in of_company.items() if company_id in known_members),
        key=_largest_first,
    )
    named = members[:LARGEST]
    others = [part for part in of_company.values() if not any(part is one for one in named)]
    if not others:
        return Breakdown(named)
    rest = Part.zero(None, job_types)
    for part in others:
        rest.add(part)
    return Breakdown(named, rest, sum(part.key is not None for part in others))


def _largest_first(part: Part) -> tuple[bool, int, int, str]:
    pledged, hires = part.size
    return part.key is None, -pledged, -hires, part.key or ""
