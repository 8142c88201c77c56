"""What a list is asked for, and what a row of it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from services.dashboard.bridge.domain import check_order
from shared.i18n.translations import N_
from shared.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from uuid import UUID

    from services.dashboard.bridge.counted import Counted
    from services.dashboard.bridge.domain import Kind
    from services.dashboard.measures.selection import Times

Thing = Literal["pledge", "hire", "attendance"]

OF_TABLE: Final[Mapping[str, Thing]] = {
    "pledge_versions": "pledge",
    "hire_versions": "hire",
    "attendances": "attendance",
}


class TermIncomplete(Refusal):
    """A term of a bridge has both pairs of times and a kind; some are missing."""

    code = "term-incomplete"
    kind = "invalid"
    title = N_("The term is not complete")
    detail = N_("A term of a bridge is chosen by `from`, `to` and `term` together. A figure has none of them.")
    field = "?term"


@dataclass(frozen=True, slots=True)
class Listing:
    """A list: what a figure counts at a pair of times, or what a term of a bridge to it counts.

    Attributes:
        until: the pair of times of the figure, or of the end of the bridge.
        since, term: the start of the bridge, and the kind of the term; None for a figure.
    """

    counted: Counted
    until: Times
    since: Times | None = None
    term: Kind | None = None

    def __post_init__(self) -> None:
        """Raises `TermIncomplete` or `TimesReversed`."""
        if (self.since is None) != (self.term is None):
            raise TermIncomplete
        if self.since is not None:
            check_order(self.since, self.until)

    @property
    def thing(self) -> Thing:
        """What each row is."""
        return OF_TABLE[self.counted.source.table]


@dataclass(frozen=True, slots=True)
class Row:
    """One pledge, hire or attendance.

    Attributes:
        sorted_on: by which the list is ordered.
        day: the day since which it counts, or of the term: on which it took effect, or was recorded.
        number: what it adds to the figure or to the term.
        company: its name, if the register publishes it.
        facts: the columns of the version that counts.
        earlier: those of the version that was known before, if it is in a term of what was recorded later.
        old_number, new_number: what the two versions count for on the first day.
        recorded_at: when the version was recorded, in a term of what was recorded later.
        effective_on: since when it counts.
    """

    thing: Thing
    id: UUID
    sorted_on: date
    day: date
    number: int
    company: str | None
    event: str | None
    facts: Mapping[str, Any]
    earlier: Mapping[str, Any] | None = None
    old_number: int = 0
    new_number: int = 0
    recorded_at: datetime | None = None
    effective_on: date | None = None
