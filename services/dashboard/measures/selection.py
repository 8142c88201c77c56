"""What figures are asked for: the two times, and the filters. All of it is in a page's URL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from shared.fields.copenhagen import COPENHAGEN

if TYPE_CHECKING:
    from uuid import UUID

    from shared.product.industries import SectionCode


@dataclass(frozen=True, slots=True)
class Times:
    """The pair of times of a figure.

    Attributes:
        as_of: the day, in Europe/Copenhagen: what was true on it, by the effective dates.
        known_at: count only what had been recorded by this moment; None: everything.
    """

    as_of: date
    known_at: datetime | None = None


_FIRST: Final = date(1900, 1, 1)
_DAY: Final = timedelta(days=1)


def quarter_ends(times: Times, *, now: datetime | None = None) -> Times:
    """Return the ends of quarters up to a pair of times: the last day of a quarter, as known when one ended.

    All pairs of times within a quarter have the same.
    """
    known_at = _begin_of_quarter((times.known_at or now or datetime.now(UTC)).astimezone(COPENHAGEN).date())
    # A day that is the last one of its quarter is meant itself.
    day = _begin_of_quarter(min(times.as_of, known_at - _DAY) + _DAY) - _DAY
    return Times(day, datetime.combine(known_at, time(), COPENHAGEN))


def _begin_of_quarter(day: date) -> date:
    return max(day, _FIRST).replace(month=(max(day, _FIRST).month - 1) // 3 * 3 + 1, day=1)


@dataclass(frozen=True, slots=True)
class Filters:
    """Which pledges and hires count. Each filter narrows the others; None leaves its dimension open.

    Attributes:
        event_id: those that were pledged at this event.
        company_id: those of this company.
        municipality: those of companies in this municipality, by its four-digit code, as it was in the version that
            counts.
        industry: those of companies in this section of DB07, by its letter, `A` to `U`.
    """

    event_id: UUID | None = None
    company_id: UUID | None = None
    municipality: str | None = None
    industry: SectionCode | None = None

    def __bool__(self) -> bool:
        """Whether anything is narrowed."""
        return self != NO_FILTERS

    def query(self) -> dict[str, str]:
        """Return the parameters of a URL: `event`, `company`, `municipality`, `industry`."""
        chosen = {
            "event": self.event_id,
            "company": self.company_id,
            "municipality": self.municipality,
            "industry": self.industry,
        }
        return {name: str(value) for name, value in chosen.items() if value is not None}


NO_FILTERS: Final = Filters()
