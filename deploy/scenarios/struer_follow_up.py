"""What became of the pledges and hires of the Struer scenario: hours ladders, answers, matches, trials and ends.

It adds to the scenario and changes none of its dates: a praktik comes before the first day of a småjob, and more hours
come after it. Always the same, like the scenario; what is under way is counted from the day of loading.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from deploy.scenarios import facts
from deploy.scenarios.model import Answer, LadderStep, SeededRandom
from deploy.scenarios.struer import UNTIL
from shared.contracts.pledges import position_id
from shared.fields.copenhagen import local_moment
from shared.fields.dates import months_after

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from deploy.scenarios.model import Hire, Pledge, Scenario
    from shared.contracts.pledges import CheckpointMonths

_PRAKTIK: Final = timedelta(weeks=4)
_ANSWERED_SINCE: Final = date(2022, 1, 1)
"""Nobody has written down what became of those who began before, except that some have stopped."""
RECENT_SINCE: Final = date(2026, 1, 1)
"""What has happened to the positions that were pledged since then is recorded, too."""
INSTALLED_AT: Final = local_moment(date(2025, 5, 5), time(9))
"""What had happened before is recorded at this moment."""
_CONFIRMED: Final = time(10)
_REPORTED_LATE: Final = frozenset({UUID("e5b3ba8a-a0df-5b40-a798-0bb0c5ae8689")})
"""A hire that nobody had told the municipality about when the last meeting looked at the figures."""
_LATE: Final = timedelta(days=30)
_FOUND_FOR_WAITING: Final = 4
"""For so many of the citizens who wait a position was found."""


@dataclass(frozen=True, slots=True)
class UnderWay:
    """What is happening to a position that was pledged lately.

    Attributes:
        status: `matched`, `trial`, `cancelled`, or `filled`: then it was matched before its hire.
        at: when it was matched, or cancelled.
    """

    position_id: UUID
    status: str
    at: datetime


def ladder(hire: Hire, pledge: Pledge | None) -> tuple[LadderStep, ...]:
    """Return the steps of a hire; one for most hires."""
    rng = SeededRandom(f"ladder {hire.id}")
    first = LadderStep(hire.start_date, hire.weekly_hours, 0, hire.job_type)
    if hire.job_type in {"praktik", "traening"}:
        first = LadderStep(hire.start_date, 0, hire.weekly_hours, hire.job_type)
    if hire.job_type != "smaajob":
        return (first,)
    steps = [first]
    pledged_on = facts.SINCE if pledge is None else pledge.captured_at.date()
    if rng.happens(0.2) and hire.start_date - _PRAKTIK > max(pledged_on, facts.SINCE):
        steps = [
            LadderStep(hire.start_date - _PRAKTIK, 0, 20, "praktik"),
            LadderStep(hire.start_date, hire.weekly_hours, 4, "smaajob"),
            LadderStep(hire.start_date + timedelta(weeks=12), 20, 0, "ordinaer"),
        ]
    elif rng.happens(0.3) and hire.weekly_hours < 12:
        steps.append(LadderStep(hire.start_date + timedelta(weeks=20), hire.weekly_hours + 3, 0, "smaajob"))
    end = min(UNTIL, hire.ended_on or date.max)
    return tuple(step for step in steps if step.starts_on < end)


def recorded_at(moment: datetime) -> datetime:
    """Return when something was recorded: at its moment, or with all that had happened before the system was there."""
    return max(moment, INSTALLED_AT)


def confirmed_at(hire: Hire, pledge: Pledge | None) -> datetime:
    """Return when a hire was confirmed: on the day after it began, unless it was reported late."""
    late = _LATE if hire.id in _REPORTED_LATE else timedelta(days=1)
    return recorded_at(local_moment(ladder(hire, pledge)[0].starts_on + late, _CONFIRMED))


def answers(scenario: Scenario, on: date) -> Iterator[Answer]:
    """Yield the answers that are known on a day. Some checkpoints that were due in the last months have none."""
    pledges = {pledge.id: pledge for pledge in scenario.pledges}
    for hire in scenario.hires:
        rng = SeededRandom(f"answers {hire.id}")
        begins_on = ladder(hire, pledges[hire.pledge_id] if hire.pledge_id else None)[0].starts_on
        months: CheckpointMonths
        for months in (3, 6, 12):
            due_on = months_after(begins_on, months)
            waiting = rng.happens(0.6) and due_on > on - timedelta(days=150)
            employed = due_on <= on and (hire.ended_on is None or due_on < hire.ended_on)
            if employed and not waiting and begins_on >= _ANSWERED_SINCE and rng.happens(0.92):
                yield Answer(hire.id, months, "elsewhere" if rng.happens(0.06) else "same_company")


def recent(scenario: Scenario) -> list[Pledge]:
    """Return the pledges that were made lately."""
    return [pledge for pledge in scenario.pledges if pledge.captured_at.date() >= RECENT_SINCE]


def affirmed(scenario: Scenario) -> Iterator[tuple[UUID, datetime]]:
    """Yield the pledges that their company has confirmed, and when."""
    for pledge in recent(scenario):
        rng = SeededRandom(f"affirmed {pledge.id}")
        if rng.happens(0.5):
            yield pledge.id, pledge.captured_at + timedelta(days=2 + rng.below(12))


def under_way(scenario: Scenario) -> Iterator[UnderWay]:
    """Yield what is happening to the positions that were pledged lately, and to those that are filled."""
    hires = {(hire.pledge_id, hire.position): hire for hire in scenario.hires}
    for pledge in recent(scenario):
        for number in range(1, pledge.positions + 1):
            rng = SeededRandom(f"position {pledge.id} {number}")
            status = rng.choose(("matched", "matched", "trial", "trial", "cancelled", "", "", ""))
            at = pledge.captured_at + timedelta(days=15 + rng.below(30))
            hire = hires.get((pledge.id, number))
            if hire is not None:
                began = ladder(hire, pledge)[0].starts_on
                status, at = "filled", pledge.captured_at + (began - pledge.captured_at.date()) / 2
            if status:
                yield UnderWay(position_id(pledge.id, number), status, at)


def found_for(scenario: Scenario, moving: Iterable[UnderWay]) -> dict[UUID, str]:
    """Return for whom some of the positions were found: the case reference by the position's id.

    A filled one was found for the citizen of its hire. Of the others, some were found for citizens who wait.
    """
    citizens = {citizen.case_reference: citizen for citizen in scenario.citizens}
    citizen_of = {
        position_id(hire.pledge_id, hire.position): hire.citizen
        for hire in scenario.hires
        if hire.pledge_id and hire.position
    }
    hired = {hire.citizen for hire in scenario.hires}
    waiting = [
        reference
        for reference, citizen in citizens.items()
        if reference not in hired and citizen.card is None and citizen.terms.status == "active"
    ][:_FOUND_FOR_WAITING]
    found: dict[UUID, str] = {}
    for position in moving:
        if position.status == "filled":
            reference = citizen_of[position.position_id]
        else:
            reference = waiting[0] if waiting and position.status != "cancelled" else None
        known_by_then = reference is not None and citizens[reference].registered_on <= position.at.date()
        if reference is not None and known_by_then and reference not in found.values():
            found[position.position_id] = reference
            waiting = [one for one in waiting if one != reference]
    return found
