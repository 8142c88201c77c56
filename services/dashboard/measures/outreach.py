"""Measures of the contacts that the staff have made with companies.

A company counts once however often it was contacted, so its figure is no sum of deltas. There are few contacts: they
are counted from their versions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from services.dashboard.measures.measure import Measure, Scope, Unit
from services.dashboard.measures.narrowing import Arguments, of_contacts
from services.dashboard.measures.selection import NO_FILTERS, Filters
from services.dashboard.read_model.generations import SERVED
from shared.i18n.translations import N_

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from shared.contracts.pledges import OutreachKind
    from shared.db.database import Connection

KINDS: Final[Mapping[OutreachKind, str]] = {
    "visit": N_("Visits"),
    "call": N_("Calls"),
    "card": N_("Cards handed over"),
}
"""The kinds of contacts, with their words."""


class OutreachNewCompanies(Measure):
    """Companies that were new to the municipality when the staff reached them."""

    code = "outreach_new_companies"
    unit: ClassVar[Unit] = "companies"
    label = N_("New companies reached")
    definition = N_(
        "Companies that the staff have visited, called or given a card, and that were new to the municipality then, by "
        "what was logged. Each counts once, from the day of the first such contact. A contact that was never made does "
        "not count."
    )
    scopes: ClassVar[tuple[Scope, ...]] = ()


class OutreachContacts(Measure):
    """Contacts that the staff have made with companies, by kind."""

    code = "outreach_contacts"
    unit: ClassVar[Unit] = "contacts"
    label = N_("Contacts with companies")
    definition = N_(
        "Visits to companies, calls and cards handed over that the staff have logged, each from its day. A contact "
        "that was never made does not count."
    )
    scopes: ClassVar[tuple[Scope, ...]] = ()


@dataclass(frozen=True, slots=True)
class Outreach:
    """How many new companies were reached, and how often companies were contacted. None: too few to be shown."""

    new_companies: int | None
    contacts: Mapping[OutreachKind, int | None]

    @property
    def has_contacts(self) -> bool:
        """Whether anybody was contacted."""
        return any(number != 0 for number in self.contacts.values())


async def outreach_counts(
    conn: Connection, *, as_of: date, known_at: datetime | None = None, filters: Filters = NO_FILTERS
) -> Outreach | None:
    """Return what was reached by a day; None under a filter by an event, where no contact is made.

    Args:
        known_at: count only what had been recorded by then; None: everything.
        filters: which companies count.
    """
    if filters.event_id is not None:
        return None
    arguments = Arguments([as_of, known_at])
    (row,) = await conn.fetch(
        f"""
        with known as (
            select distinct on (outreach_id) company_id, kind, made_on, new_company, counted
              from outreach_versions
             where generation = {SERVED}
               and ($2::timestamptz is null or recorded_at <= $2)
             order by outreach_id, version desc
        )
        select count(distinct company_id) filter (where new_company) as new_companies,
               {", ".join(f"count(*) filter (where kind = '{kind}') as {kind}" for kind in KINDS)}
          from known
         where counted
           and made_on <= $1
           and {of_contacts(filters, arguments, None if known_at is None else "$2")}
        """,  # noqa: S608  (our own words)
        *arguments,
    )
    return Outreach(row["new_companies"], {kind: row[kind] for kind in KINDS})
