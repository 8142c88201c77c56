"""The SQL of filters: which deltas and which versions count."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from services.dashboard.read_model.deltas import COMPANIES_PRESENT
from services.dashboard.read_model.generations import SERVED
from shared.i18n.translations import N_
from shared.product.industries import NOT_STATED, SECTIONS
from shared.refusals import Refusal

if TYPE_CHECKING:
    from services.dashboard.measures.selection import Filters
    from shared.db.database import Connection


class UnknownFilter(Refusal):
    """A filter names an event or a company that this taskforce does not have."""

    kind = "invalid"
    code = "unknown-filter"
    title = N_("This filter is not known")
    detail = N_("There is no such event or company here. Choose one from the list, or leave the filter out.")


async def refuse_unknown(conn: Connection, filters: Filters) -> None:
    """Raise `UnknownFilter` unless the event and the company of the filters are known, whatever their figures are.

    Pledges may be known before the event or the company that they name.
    """
    for column, value, table in (
        ("event_id", filters.event_id, "employer_events"),
        ("company_id", filters.company_id, "companies"),
    ):
        if value is not None and not await conn.fetchval(
            f"""
            select exists (select from {table} where generation = {SERVED} and {column} = $1)
                or exists (select from company_deltas where generation = {SERVED} and {column} = $1)
            """,  # noqa: S608  (our own words)
            value,
        ):
            raise UnknownFilter


class Arguments(list[object]):
    """The arguments of a statement, in the order of their numbers."""

    def add(self, value: object, kind: str) -> str:
        """Return SQL for one more argument, of this type of PostgreSQL."""
        self.append(value)
        return f"${len(self)}::{kind}"


def of_deltas(filters: Filters, arguments: Arguments, known_at: str | None) -> str:
    """Return an SQL condition on rows with `measure`, `event_id`, `company_id` and `municipality`.

    Args:
        known_at: an SQL expression: what is known of companies at that moment; None: everything.
    """
    conditions = [*_of_versions(filters, arguments, known_at, attendance="measure = '" + COMPANIES_PRESENT + "'")]
    return " and ".join(conditions) or "true"


def of_versions(filters: Filters, arguments: Arguments, known_at: str | None) -> str:
    """Return an SQL condition on versions of pledges or hires, with what of companies is known then."""
    return " and ".join(_of_versions(filters, arguments, known_at)) or "true"


def of_contacts(filters: Filters, arguments: Arguments, known_at: str | None) -> str:
    """Return an SQL condition on contacts with companies: rows with a `company_id`. They are of no event."""
    return " and ".join(_of_companies(filters, arguments, known_at)) or "true"


def _of_versions(filters: Filters, arguments: Arguments, known_at: str | None, *, attendance: str = "") -> list[str]:
    conditions = []
    if filters.event_id is not None:
        conditions.append(f"event_id = {arguments.add(filters.event_id, 'uuid')}")
    if filters.municipality is not None:
        municipality = arguments.add(filters.municipality, "text")
        own = f"municipality = {municipality}"
        # A check-in has no municipality of its own.
        company = f"{attendance} and company_id = any ({_companies(f'municipality = {municipality}', known_at)})"
        conditions.append(f"({own} or {company})" if attendance else own)
    return conditions + _of_companies(replace(filters, municipality=None), arguments, known_at)


def _of_companies(filters: Filters, arguments: Arguments, known_at: str | None) -> list[str]:
    """Return the conditions on the company, by its latest facts."""
    conditions = []
    if filters.company_id is not None:
        conditions.append(f"company_id = {arguments.add(filters.company_id, 'uuid')}")
    if filters.municipality is not None:
        facts = f"municipality = {arguments.add(filters.municipality, 'text')}"
        conditions.append(f"company_id = any ({_companies(facts, known_at)})")
    if filters.industry is not None:
        divisions = arguments.add(SECTIONS[filters.industry].divisions, "text[]")
        facts = f"left(industry, 2) = any ({divisions}) and industry <> '{NOT_STATED}'"
        conditions.append(f"company_id = any ({_companies(facts, known_at)})")
    return conditions


def _companies(facts: str, known_at: str | None) -> str:
    """Return SQL for the ids of the companies whose latest facts are these."""
    return f"""array(select company_id
                       from (select distinct on (company_id) company_id, municipality, industry
                               from companies
                              where generation = {SERVED}
                                and {f"recorded_at <= {known_at}" if known_at else "true"}
                              order by company_id, version desc) as company
                      where {facts})"""  # noqa: S608  (our own words)
