"""Counting hours from hours ladders. Imports no I/O.

A ladder says hours a week. A day counts a seventh of them, whichever day of the week it is, from the first day of a
step to the day before the next one or before the end of the hire. Hires that overlap add up; days without a hire count
nothing. Hours are kept in sevenths, so that every sum is exact; what is shown is rounded to hundredths, counted hours
down and missing ones up, so that a rule that is not quite met never looks as if it were.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from shared.fields.dates import months_after

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from services.pledges.hour_rules.domain import HourRule
    from shared.contracts.pledges import JobType

_DAYS: Final = 7
_HUNDREDTH: Final = Decimal("0.01")
_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Work:
    """Days with the same hours a week: a step of a hire, or one that is planned.

    Attributes:
        until: the first day on which it no longer holds; None: it goes on.
        hire_id: None for a job that is planned.
    """

    starts_on: date
    until: date | None
    paid_weekly_hours: Decimal
    praktik_weekly_hours: Decimal
    job_type: JobType
    hire_id: UUID | None = None

    def days(self, first: date, until: date) -> int:
        """Return on how many days it holds between two days, the second of which is left out."""
        return max(0, (min(until, self.until or until) - max(first, self.starts_on)).days)


@dataclass(frozen=True, slots=True)
class Plan:
    """A step that somebody thinks about.

    Attributes:
        hire_id: the hire whose ladder it continues; None: a further job.
    """

    starts_on: date
    paid_weekly_hours: Decimal
    praktik_weekly_hours: Decimal
    job_type: JobType
    hire_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class FallingOut:
    """Hours of a month, and the first day on which they are no longer counted."""

    month: date
    hours: Decimal
    on: date


@dataclass(frozen=True, slots=True)
class Measured:
    """How somebody's hours compare with a rule on a day.

    Attributes:
        first: the first day whose hours count; the last one is `on`.
        counted, missing: in hours; see the module for how they are rounded.
        met_until: the last day on which the counted hours suffice, even if nobody works after `on`; None: not met.
        falling_out: the counted hours by month, the earliest first, without months that have none.
    """

    rule: HourRule
    on: date
    first: date
    counted: Decimal
    missing: Decimal
    met_until: date | None
    falling_out: tuple[FallingOut, ...]

    @property
    def met(self) -> bool:
        """Whether the rule is met."""
        return self.met_until is not None


def counted_weekly_hours(rule: HourRule, work: Work | Plan) -> Decimal:
    """Return how many hours of a week count for a rule."""
    if work.job_type not in rule.job_types:
        return Decimal(0)
    return work.paid_weekly_hours + (work.praktik_weekly_hours if rule.praktik_hours_count else 0)


def sevenths(rule: HourRule, works: Sequence[Work], first: date, until: date) -> Decimal:
    """Return the hours that count between two days, the second of which is left out: in sevenths of an hour, exact."""
    return sum((counted_weekly_hours(rule, work) * work.days(first, until) for work in works), Decimal(0))


def measure(rule: HourRule, works: Sequence[Work], on: date) -> Measured:
    """Return how hours compare with a rule at the end of a day."""
    first = rule.first_day(on)
    demanded = rule.hours * _DAYS
    months = [months_after(first, month) for month in range(rule.months)]
    by_month = [sevenths(rule, works, month, min(months_after(month, 1), on + _ONE_DAY)) for month in months]
    counted = sum(by_month, Decimal(0))
    met_until = None
    if counted >= demanded:
        # On the first of each month to come, the earliest month that is left no longer counts.
        left = (counted - dropped for dropped in accumulate(by_month))
        met_until = next(
            months_after(month, rule.months) - _ONE_DAY
            for month, rest in zip(months, left, strict=True)
            if rest < demanded
        )
    return Measured(
        rule,
        on,
        first,
        _rounded(counted, ROUND_FLOOR),
        _rounded(max(demanded - counted, Decimal(0)), ROUND_CEILING),
        met_until,
        tuple(
            FallingOut(month, _rounded(hours, ROUND_FLOOR), months_after(month, rule.months))
            for month, hours in zip(months, by_month, strict=True)
            if hours
        ),
    )


def met_on(rule: HourRule, works: Sequence[Work], earliest: date) -> date | None:
    """Return the first day, not before `earliest`, at whose end the rule is met; None: there is none.

    What has no end goes on for ever, and steps to come are counted. The rule's own days are not looked at.
    """
    starts = [work.starts_on for work in works if counted_weekly_hours(rule, work)]
    if not starts:
        return None
    # Nothing begins after the last start, so what is not met within the rule's months from there never is.
    last = months_after(max(earliest, *starts), rule.months)
    day = rule.first_day(earliest)
    changes = _changes(rule, works, day)
    demanded = rule.hours * _DAYS
    by_month: dict[date, Decimal] = defaultdict(Decimal)
    weekly = counted = Decimal(0)
    while day <= last:
        if day.day == 1:
            counted -= by_month.pop(months_after(day, -rule.months), Decimal(0))
        weekly += changes.get(day, Decimal(0))
        by_month[day.replace(day=1)] += weekly
        counted += weekly
        if day >= earliest and counted >= demanded:
            return day
        day += _ONE_DAY
    return None


def _changes(rule: HourRule, works: Sequence[Work], first: date) -> dict[date, Decimal]:
    """Return by how much the counted hours a week change on which days; what has begun before the first day, on it."""
    changes: dict[date, Decimal] = defaultdict(Decimal)
    for work in works:
        weekly = counted_weekly_hours(rule, work)
        if work.until is not None and work.until <= first:
            continue
        changes[max(work.starts_on, first)] += weekly
        if work.until is not None:
            changes[work.until] -= weekly
    return changes


def with_plan(works: Sequence[Work], plan: Plan) -> list[Work]:
    """Return what somebody works if a plan comes true: a further job, or the rest of a hire's ladder."""
    until = None
    kept = list(works)
    if plan.hire_id is not None:
        of_hire = [work for work in works if work.hire_id == plan.hire_id]
        ends = [work.until for work in of_hire]
        until = None if not ends or None in ends else max(end for end in ends if end is not None)
        kept = [work for work in works if work.hire_id != plan.hire_id]
        kept += [
            work if work.until is not None and work.until <= plan.starts_on else replace(work, until=plan.starts_on)
            for work in of_hire
            if work.starts_on < plan.starts_on
        ]
    if until is not None and until <= plan.starts_on:
        return list(works)
    return [
        *kept,
        Work(plan.starts_on, until, plan.paid_weekly_hours, plan.praktik_weekly_hours, plan.job_type, plan.hire_id),
    ]


@dataclass(frozen=True, slots=True)
class HoursBetween:
    """The hours from a day to the end of another: those with pay, and praktik hours. What counts, each rule says."""

    first: date
    paid: Decimal
    praktik: Decimal


def hours_between(works: Sequence[Work], first: date, last: date) -> HoursBetween:
    """Return the hours from a day to the end of another."""
    days = [(work, work.days(first, last + _ONE_DAY)) for work in works]
    paid = sum((work.paid_weekly_hours * count for work, count in days), Decimal(0))
    praktik = sum((work.praktik_weekly_hours * count for work, count in days), Decimal(0))
    return HoursBetween(first, _rounded(paid, ROUND_FLOOR), _rounded(praktik, ROUND_FLOOR))


def by_month(works: Sequence[Work], first: date, last: date) -> list[HoursBetween]:
    """Return the hours of each month from the first of a month to the end of another day."""
    found = []
    while first <= last:
        following = months_after(first, 1)
        found.append(hours_between(works, first, min(following - _ONE_DAY, last)))
        first = following
    return found


def _rounded(sevenths_of_hours: Decimal, rounding: str) -> Decimal:
    """Return hours in hundredths. Hours a week have two decimals, so the division never crosses a hundredth."""
    return (sevenths_of_hours / _DAYS).quantize(_HUNDREDTH, rounding)
