"""The hours ladder of a hire: dated steps of paid and praktik hours. Imports no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from services.pledges.hires.refusals import (
    FirstStepNotAtStart,
    NoHours,
    StepsOverlap,
    StepsTooFarAhead,
    TooManyStepHours,
    TooManySteps,
)
from shared.contracts.pledges import JobType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.pledges.pledges.domain import Limits

MOST_STEPS: Final = 50
"""Of one hire."""
_UNPAID: Final[frozenset[JobType]] = frozenset({"praktik", "traening"})


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the ladder. It holds until the next one, and the last one until the hire ends."""

    starts_on: date
    paid_weekly_hours: Decimal
    praktik_weekly_hours: Decimal
    job_type: JobType

    @property
    def weekly_hours(self) -> Decimal:
        """The paid hours, or the praktik hours where none is paid."""
        return self.paid_weekly_hours or self.praktik_weekly_hours


@dataclass(frozen=True, slots=True)
class TypedStep:
    """A step as it was typed. `job_type` is None where it follows from the hours: see `step_of`."""

    starts_on: date
    paid_weekly_hours: Decimal
    praktik_weekly_hours: Decimal
    job_type: JobType | None = None


def step_of(typed: TypedStep, usual: JobType) -> Step:
    """Return the step with its job type.

    Where none was typed, it is `usual`, except that hours without pay are a praktik, unless `usual` is unpaid too, and
    that paid hours after a praktik are a småjob.
    """
    job_type = typed.job_type
    if job_type is None and typed.paid_weekly_hours > 0:
        job_type = "smaajob" if usual == "praktik" else usual
    elif job_type is None:
        job_type = usual if usual in _UNPAID else "praktik"
    return Step(typed.starts_on, typed.paid_weekly_hours, typed.praktik_weekly_hours, job_type)


def ladder_of(typed: Sequence[TypedStep], usual: JobType) -> tuple[Step, ...]:
    """Return the steps with their job types, as `step_of`."""
    return tuple(step_of(step, usual) for step in typed)


def single_step(starts_on: date, weekly_hours: Decimal, job_type: JobType) -> Step:
    """Return the only step of a ladder. In a praktik and on a training track the hours are praktik hours."""
    nothing = Decimal(0)
    if job_type in _UNPAID:
        return Step(starts_on, nothing, weekly_hours, job_type)
    return Step(starts_on, weekly_hours, nothing, job_type)


def check_hours(step: Step, limits: Limits) -> None:
    """Raise `NoHours` or `TooManyStepHours` for a step whose hours cannot be right."""
    hours = step.paid_weekly_hours + step.praktik_weekly_hours
    if hours <= 0:
        raise NoHours
    if hours > limits.weekly_hours:
        raise TooManyStepHours(hours=limits.weekly_hours)


def check_ladder(steps: Sequence[Step], *, start_date: date, latest: date, limits: Limits) -> None:
    """Refuse a whole ladder that cannot be right.

    Args:
        steps: at least one.
        latest: the last day on which a step may start.

    Raises:
        FirstStepNotAtStart, StepsOverlap, StepsTooFarAhead, TooManySteps, NoHours, TooManyStepHours
    """
    if steps[0].starts_on != start_date:
        raise FirstStepNotAtStart
    if len(steps) > MOST_STEPS:
        raise TooManySteps(steps=MOST_STEPS)
    if any(later.starts_on <= earlier.starts_on for earlier, later in pairwise(steps)):
        raise StepsOverlap
    if steps[-1].starts_on > latest:
        raise StepsTooFarAhead
    for step in steps:
        check_hours(step, limits)
