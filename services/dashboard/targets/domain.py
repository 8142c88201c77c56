"""Whether a target will be reached. Pure: what has been counted goes in, a forecast comes out.

The methods are simple enough to be stated beside each figure (`words.py`): the pace is that of the last 12 months, the
band of counts is that of a Poisson process at this pace, that of shares a normal approximation which also allows for
the uncertainty of the share so far. Everything is as of one day.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from math import ceil, exp, floor, sqrt
from typing import TYPE_CHECKING, Final
from uuid import UUID

from shared.fields.dates import months_after
from shared.product.targets import TARGET_MEASURES, TargetMeasure

if TYPE_CHECKING:
    from shared.contracts.dashboard import TargetStatus

BAND: Final = 0.8
"""How likely the result lies within the band, if things go on as they have."""
_Z: Final = 1.2816
"""The quantile of the normal distribution at 0.9, half of what `BAND` leaves out above it."""
_QUARTER: Final = 91
"""Days. A window that is shorter may hold as much as the best quarter did: an evening brings it at once."""
_ALL_AT_ONCE: Final = 400
"""The rate from which the quantiles of a Poisson distribution are those of its normal approximation."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What is to be reached, as `events` has published it.

    Attributes:
        version: of the target.
        value: a number, or whole percent: `measure.unit`.
        starts_on, ends_on: the window; both days count.
    """

    target_id: UUID
    version: int
    measure: TargetMeasure
    job_type: str
    value: int
    starts_on: date
    ends_on: date

    @property
    def decided_on(self) -> date:
        """The first day on which nothing can change any more but by late knowledge."""
        return months_after(self.ends_on, self.measure.months or 0)


@dataclass(frozen=True, slots=True)
class Progress:
    """What has been counted up to a day, the last one of the window at most.

    Attributes:
        counted: of a sum what the window has added, of a level the number on the day, of a share those who got there.
        last_year: what the last 12 months have added; of a share, how many began in them.
        observed_days: how long these 12 months are, or the time since the first figure where it is shorter.
        best_quarter: the most that one quarter has added so far, of a share of those who began; 0: nothing yet.
        best_quarter_begins: the first day of that quarter.
        moves: of a level, how many came or left in the last 12 months.
        ripe: of a share, those whose time has run out: only they decide.
        unknown: of `ripe`, those of whom nobody has said whether they got there. They count as not.
        begun: of a share, everybody who has begun in the window.
    """

    counted: int
    last_year: int = 0
    observed_days: int = 365
    best_quarter: int = 0
    best_quarter_begins: date | None = None
    moves: int = 0
    ripe: int = 0
    unknown: int = 0
    begun: int = 0


@dataclass(frozen=True, slots=True)
class Forecast:
    """How a target stands on a day.

    Attributes:
        status: None: its window has not begun, or nothing has been counted that decides.
        expected, low, high: the result if things go on as they have, and its band, in the target's unit; None: nothing
            to expect it from.
        reachable_until: the last day on which it can still be reached at the best quarter's pace, if nothing has come
            until then; None: there is no such day, or no quarter to judge by.
    """

    terms: Terms
    as_of: date
    progress: Progress
    status: TargetStatus | None
    expected: float | None = None
    low: int | None = None
    high: int | None = None
    reachable_until: date | None = None

    @property
    def share_of_ripe(self) -> float | None:
        """Of those whose time has run out, the share who got there; None: of nobody."""
        return self.progress.counted / self.progress.ripe if self.progress.ripe else None

    @property
    def share_of_all(self) -> float | None:
        """Of everybody who has begun, the share who got there so far; None: nobody has begun."""
        return self.progress.counted / self.progress.begun if self.progress.begun else None

    @property
    def slips(self) -> bool:
        """Whether somebody has to do something about it."""
        return self.status in {"at_risk", "out_of_reach"}


def target_terms(
    *, target_id: UUID, version: int, measure: str, job_type: str | None, value: int, starts_on: date, ends_on: date
) -> Terms | None:
    """Return the terms; None where a newer release has set a target that this one does not know."""
    if measure not in TARGET_MEASURES or job_type is None:
        return None
    return Terms(target_id, version, TARGET_MEASURES[measure], job_type, value, starts_on, ends_on)


def forecast(terms: Terms, progress: Progress, as_of: date) -> Forecast:
    """Return how the target stands on a day.

    Args:
        progress: what was counted by then.
    """
    judge = {"sum": _sum, "level": _level, "share": _share}[terms.measure.kind]
    found = judge(terms, progress, as_of)
    return replace(found, status=None) if as_of < terms.starts_on else found


def poisson_quantile(rate: float, probability: float) -> int:
    """Return the least number that a Poisson variable does not exceed with this probability."""
    if rate <= 0:
        return 0
    if rate > _ALL_AT_ONCE:
        z = _Z if probability > 0.5 else -_Z
        return max(0, round(rate + z * sqrt(rate) + (z * z - 1) / 6))
    number, term = 0, exp(-rate)
    reached = term
    while reached < probability and number < 10 * _ALL_AT_ONCE:
        number += 1
        term *= rate / number
        reached += term
    return number


def _sum(terms: Terms, progress: Progress, as_of: date) -> Forecast:
    rate = max(progress.last_year, 0) / progress.observed_days * _days_left(terms, as_of)
    found = Forecast(
        terms,
        as_of,
        progress,
        None,
        expected=progress.counted + rate,
        low=progress.counted + poisson_quantile(rate, (1 - BAND) / 2),
        high=progress.counted + poisson_quantile(rate, (1 + BAND) / 2),
    )
    return _with_status(found, reached=progress.counted >= terms.value, over=as_of > terms.ends_on)


def _level(terms: Terms, progress: Progress, as_of: date) -> Forecast:
    left = _days_left(terms, as_of) / progress.observed_days
    expected = max(0.0, progress.counted + progress.last_year * left)
    spread = _Z * sqrt(max(progress.moves, 0) * left)
    found = Forecast(
        terms,
        as_of,
        progress,
        None,
        expected=expected,
        low=max(0, floor(expected - spread)),
        high=ceil(expected + spread),
    )
    # What is reached before the last day may be lost again.
    reached = as_of >= terms.ends_on and progress.counted >= terms.value
    return _with_status(found, reached=reached, over=as_of > terms.ends_on)


def _with_status(found: Forecast, *, reached: bool, over: bool) -> Forecast:
    terms, progress = found.terms, found.progress
    missing = terms.value - progress.counted
    until = _last_day(terms, missing, progress.best_quarter)
    if reached:
        return replace(found, status="reached", reachable_until=terms.ends_on)
    if over:
        return replace(found, status="missed")
    if progress.best_quarter <= 0 and not progress.counted:
        # Nothing has ever been counted, so there is no pace.
        return replace(found, expected=None, low=None, high=None)
    found = replace(found, reachable_until=until)
    if found.expected is not None and found.expected >= terms.value:
        return replace(found, status="on_track")
    if progress.best_quarter > 0 and (until is None or until < found.as_of):
        return replace(found, status="out_of_reach")
    return replace(found, status="at_risk")


def _share(terms: Terms, progress: Progress, as_of: date) -> Forecast:
    got_there, ripe, begun = progress.counted, progress.ripe, progress.begun
    undecided = begun - ripe
    found = Forecast(terms, as_of, progress, None, reachable_until=_last_day_of_share(terms, progress))
    if ripe:
        share = got_there / ripe
        to_come = undecided + max(progress.last_year, 0) / progress.observed_days * _days_left(terms, as_of)
        # With one more who got there and one more who did not: as long as all or none have, others may still differ.
        likely, known = (got_there + 1) / (ripe + 2), ripe + 2
        spread = _Z * sqrt(to_come * likely * (1 - likely) * (1 + to_come / known)) / (ripe + to_come)
        found = replace(
            found,
            expected=100 * share,
            low=max(0, floor(100 * (share - spread))),
            high=min(100, ceil(100 * (share + spread))),
        )
    if as_of >= terms.decided_on:
        reached = ripe > 0 and 100 * got_there >= terms.value * ripe
        return replace(found, status="reached" if reached else "missed", reachable_until=None)
    quarter_or_over = progress.best_quarter > 0 or as_of > terms.ends_on
    if found.reachable_until is None:
        return replace(found, status="out_of_reach" if quarter_or_over else "at_risk")
    if found.reachable_until < as_of:
        return replace(found, status="out_of_reach")
    if not ripe:
        return found
    return replace(found, status="on_track" if 100 * got_there >= terms.value * ripe else "at_risk")


def _last_day_of_share(terms: Terms, progress: Progress) -> date | None:
    """Return the last day on which enough can still begin, if everybody undecided and everybody new gets there."""
    value = Fraction(terms.value, 100)
    missing = value * progress.begun - progress.counted - (progress.begun - progress.ripe)
    if missing <= 0:
        return terms.decided_on
    return None if value >= 1 else _last_day(terms, ceil(missing / (1 - value)), progress.best_quarter)


def _last_day(terms: Terms, missing: int, best_quarter: int) -> date | None:
    """Return the last day from which so many can still come in the window, at the best quarter's pace."""
    if missing <= 0:
        return terms.ends_on
    window = (terms.ends_on - terms.starts_on).days + 1
    if best_quarter <= 0:
        return None
    days = ceil(Fraction(missing * min(_QUARTER, window), best_quarter))
    return None if days > window else terms.ends_on - timedelta(days=days - 1)


def _days_left(terms: Terms, as_of: date) -> int:
    """Return how many days of the window are after `as_of`."""
    return max(0, (terms.ends_on - max(as_of, terms.starts_on - timedelta(days=1))).days)
