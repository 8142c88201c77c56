"""What a hire's hours ladder and its checkpoints say: which step was in force when, and whether the job has lasted."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal, get_args

from shared.contracts.pledges import CheckpointMonths, HoursStep
from shared.fields.dates import months_after

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from shared.contracts.pledges import EndReason, HireState, JobType

Outcome = Literal["yes", "no", "unknown"]
Progress = Literal["more", "same", "fewer"]
"""The paid hours of a day against those of the first day of work."""

CHECKPOINT_MONTHS: Final[tuple[CheckpointMonths, ...]] = get_args(CheckpointMonths)
HOUR_BANDS: Final = ("0", "1-4", "5-9", "10-15", "16-20", "21-29", "30+")
"""Paid hours a week: none, below 5, below 10, below 16, below 21, below 30, and more."""
_FIRST_HOURS: Final = (30, 21, 16, 10, 5)
_UNPAID: Final[frozenset[JobType]] = frozenset({"praktik", "traening"})
_STILL_IN_WORK: Final[frozenset[EndReason]] = frozenset({"more_hours_elsewhere", "ordinary_job"})


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of the ladder that has begun before the hire ended.

    Attributes:
        ends_on: the first day on which it no longer holds; None: it holds on.
    """

    starts_on: date
    ends_on: date | None
    paid_weekly_hours: Decimal
    job_type: JobType


def ladder_of(hire: HireState) -> Sequence[HoursStep]:
    """Return the steps of a hire, the earliest first. In a message of a release before 0.4.0 it is a single one."""
    if hire.steps:
        return hire.steps
    hours, none = hire.weekly_hours, Decimal(0)
    paid, praktik = (none, hours) if hire.job_type in _UNPAID else (hours, none)
    return (
        HoursStep.model_construct(
            starts_on=hire.start_date, paid_weekly_hours=paid, praktik_weekly_hours=praktik, job_type=hire.job_type
        ),
    )


def stages(hire: HireState) -> list[Stage]:
    """Return the steps of a hire, the earliest first, each until the next one or the end of the hire.

    There is always a first one, even if the hire ended before it began: then it ends on the day it starts.
    """
    # A hire that ended before it began has never been current.
    ended_on = None if hire.ended_on is None else max(hire.ended_on, hire.start_date)
    steps = ladder_of(hire)
    begun = [step for step in steps if step is steps[0] or ended_on is None or step.starts_on < ended_on]
    ends = [*(step.starts_on for step in begun[1:]), ended_on]
    return [
        Stage(step.starts_on, end, step.paid_weekly_hours, step.job_type) for step, end in zip(begun, ends, strict=True)
    ]


def hour_band(paid_weekly_hours: Decimal) -> str:
    """Return the band of `HOUR_BANDS` in which these hours lie."""
    if not paid_weekly_hours:
        return "0"
    for band, first in zip(reversed(HOUR_BANDS), _FIRST_HOURS, strict=False):
        if paid_weekly_hours >= first:
            return band
    return "1-4"


def progress(paid_weekly_hours: Decimal, at_first: Decimal) -> Progress:
    """Return whether these paid hours are more or fewer than those of the first day. Praktik alone has none."""
    if paid_weekly_hours == at_first:
        return "same"
    return "more" if paid_weekly_hours > at_first else "fewer"


def employed_after(hire: HireState, months: CheckpointMonths) -> tuple[date, Outcome]:
    """Return the day so many months after the start, and whether the person was employed on it, anywhere.

    An answer says so. Without one it is known from the end of a hire before that day: yes, if the person went on to
    more hours or to an ordinary job; no, for any other reason.
    """
    day = months_after(hire.start_date, months)
    answer = next((checkpoint.answer for checkpoint in hire.checkpoints if checkpoint.months == months), None)
    if answer in {"same_company", "elsewhere"}:
        return day, "yes"
    if answer == "no":
        return day, "no"
    if hire.ended_on is not None and hire.ended_on <= day and hire.end_reason is not None:
        return day, "yes" if hire.end_reason in _STILL_IN_WORK else "no"
    return day, "unknown"
