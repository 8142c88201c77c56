"""The bridge: a figure at one pair of times, the terms between, and the figure at another pair of times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, get_args

from shared.i18n.translations import N_
from shared.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.dashboard.bridge.counted import Counted
    from services.dashboard.measures.measure import Measure
    from services.dashboard.measures.selection import Times
    from shared.contracts.pledges import JobType

Kind = Literal["new", "ended", "late", "merged", "unmerged", "revoked", "moved", "corrected"]
"""Why a figure has changed.

`new` and `ended` are what has happened between the two days. The others are what was recorded between the two moments
about the time before: recorded late; a duplicate, or none after all; found never to have been; moved to another job
type, event, company, municipality or industry; corrected in another way.
"""

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
"""In the order in which the terms stand."""


class TimesReversed(Refusal):
    """The second pair of times is before the first one."""

    code = "times-reversed"
    kind = "invalid"
    title = N_("The times are in the wrong order")
    detail = N_(
        "A bridge leads from an earlier day to a later one, and from an earlier state of knowledge to a later one."
    )
    field = "?from"


class DoesNotSum(Exception):
    """The terms of a bridge do not lead from its start to its end. That is a bug, and never shown as a figure."""


@dataclass(frozen=True, slots=True)
class Term:
    """One term: so many more, or fewer if `count` is negative, of one kind. It is never zero."""

    kind: Kind
    count: int


@dataclass(frozen=True, slots=True)
class Bridge:
    """How a figure came from `start` to `end`.

    Attributes:
        counted: what the figure counts: its measure, job type, group and filters.
        since, until: the two pairs of times.
    """

    counted: Counted
    since: Times
    until: Times
    start: int
    terms: Sequence[Term]
    end: int

    @property
    def measure(self) -> type[Measure]:
        """The measure of the figure."""
        return self.counted.measure

    @property
    def job_type(self) -> JobType | None:
        """The job type of the figure; None if the measure has none."""
        return self.counted.job_type

    def check(self) -> None:
        """Raise `DoesNotSum` unless the start and the terms sum to the end."""
        total = self.start + sum(term.count for term in self.terms)
        if total != self.end:
            raise DoesNotSum(
                f"{self.measure.code} of {self.job_type}: {self.start} leads to {total}, not to {self.end}"
            )


def check_order(since: Times, until: Times) -> None:
    """Raise `TimesReversed` unless both times of `since` are at most those of `until`. No moment: everything."""
    knows_less = since.known_at is not None and (until.known_at is None or since.known_at <= until.known_at)
    knows_all = since.known_at is None and until.known_at is None
    if since.as_of > until.as_of or not (knows_less or knows_all):
        raise TimesReversed
