"""Computes the deltas of a message: how the state in it changes the figures.

A delta is a change of one sum by a number on a day. A measure (`services.dashboard.measures`) is a sum of deltas
up to a day. The deltas of an aggregate's highest version count; those of its earlier versions are history.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, get_args
from uuid import UUID

from services.dashboard.read_model.ladder import (
    CHECKPOINT_MONTHS,
    HOUR_BANDS,
    Outcome,
    Progress,
    employed_after,
    hour_band,
    progress,
    stages,
)
from shared.contracts.events import CompanyCheckedIn
from shared.contracts.pledges import EndReason, HireState, PledgeState
from shared.ui.formats import local_date

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import date

    from services.dashboard.read_model.ladder import Stage
    from shared.contracts.message import Message

PLEDGED_POSITIONS: Final = "pledged_positions"
POSITIONS_AFFIRMED: Final = "positions_affirmed"
POSITIONS_MATCHED: Final = "positions_matched"
HIRES_FROM_PLEDGES: Final = "hires_from_pledges"
HIRES_WITHOUT_PLEDGE: Final = "hires_without_pledge"
STARTING_LATER_FROM_PLEDGES: Final = "starting_later_from_pledges"
STARTING_LATER_WITHOUT_PLEDGE: Final = "starting_later_without_pledge"
COMPANIES_PRESENT: Final = "companies_present"
UNKNOWN: Final = "unknown"
CURRENT_BY_HOURS: Final = {
    band: f"hires_current_hours_{band.replace('-', '_').removesuffix('+')}" for band in HOUR_BANDS
}
"""By the band of paid weekly hours: the code of the current hires."""
CURRENT_BY_LADDER: Final = {compared: f"hires_current_ladder_{compared}" for compared in get_args(Progress)}
"""By the paid hours against those of the first day: the code of the current hires."""
ENDED_BY_REASON: Final = {reason: f"hires_ended_{reason}" for reason in (*get_args(EndReason), UNKNOWN)}
"""By the reason: the code of the hires that have ended."""
EMPLOYED_AFTER: Final[dict[int, dict[Outcome, str]]] = {
    months: {outcome: f"employed_after_{months}_{outcome}" for outcome in get_args(Outcome)}
    for months in CHECKPOINT_MONTHS
}
"""By the months since the start, and whether the person was employed then: the code of the hires."""


@dataclass(frozen=True, slots=True)
class Delta:
    """A change of one sum on one day, in Europe/Copenhagen.

    Attributes:
        measure: the code of the sum; `[a-z0-9_]+`.
        job_type, event_id: its dimensions; None where one does not apply. The company and its municipality are those
            of the message.
    """

    measure: str
    day: date
    delta: int
    job_type: str | None = None
    event_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Counting:
    """A projection from messages to deltas.

    Attributes:
        messages: the class of the messages; classes derived from it count too.
        deltas: what a version counts as, a function of the message alone.
    """

    messages: type[Message]
    deltas: Callable[[Any], Iterator[Delta]]


def _pledged_positions(pledge: PledgeState) -> Iterator[Delta]:
    yield from _positions(PLEDGED_POSITIONS, pledge, [pledge.pledged_on for _ in pledge.positions])


def _positions_affirmed(pledge: PledgeState) -> Iterator[Delta]:
    if pledge.affirmed_on is not None:
        yield from _positions(POSITIONS_AFFIRMED, pledge, [pledge.affirmed_on for _ in pledge.positions])


def _positions_matched(pledge: PledgeState) -> Iterator[Delta]:
    yield from _positions(POSITIONS_MATCHED, pledge, [position.matched_on for position in pledge.positions])


def _positions(measure: str, pledge: PledgeState, days: Iterable[date | None]) -> Iterator[Delta]:
    """Count each position from its day on, until it is cancelled; one without a day not at all."""
    if not pledge.counted:
        return
    # No counters, which take longer to make: a rebuild comes here for each version of each pledge.
    added: dict[date, int] = {}
    removed: dict[date, int] = {}
    for position, day in zip(pledge.positions, days, strict=True):
        if day is None:
            continue
        # A phone's clock that is ahead may have pledged on the day after a later step; that counts from then on.
        first = max(day, pledge.pledged_on)
        added[first] = added.get(first, 0) + 1
        # One that was cancelled alone has a day of its own.
        cancelled_on = position.cancelled_on or pledge.ended_on
        if position.status == "cancelled" and cancelled_on is not None:
            last = max(cancelled_on, first)
            removed[last] = removed.get(last, 0) + 1
    for day, count in added.items():
        yield Delta(measure, day, count, pledge.job_type, pledge.event_id)
    for day, count in removed.items():
        yield Delta(measure, day, -count, pledge.job_type, pledge.event_id)


def _hires(hire: HireState) -> Iterator[Delta]:
    if not hire.counted:
        return
    ladder = stages(hire)
    yield from _by_first_day(hire, ladder)
    yield from _current(hire, ladder)
    if ladder[-1].ends_on is not None:
        reason = ENDED_BY_REASON[hire.end_reason or UNKNOWN]
        yield Delta(reason, ladder[-1].ends_on, 1, ladder[-1].job_type, hire.event_id)
    for months in CHECKPOINT_MONTHS:
        day, outcome = employed_after(hire, months)
        yield Delta(EMPLOYED_AFTER[months][outcome], day, 1, ladder[0].job_type, hire.event_id)


def _by_first_day(hire: HireState, ladder: Sequence[Stage]) -> Iterator[Delta]:
    begun, later = HIRES_FROM_PLEDGES, STARTING_LATER_FROM_PLEDGES
    if hire.pledge_id is None:
        begun, later = HIRES_WITHOUT_PLEDGE, STARTING_LATER_WITHOUT_PLEDGE
    # The first stage of each job type.
    for job_type, stage in {stage.job_type: stage for stage in reversed(ladder)}.items():
        yield Delta(begun, stage.starts_on, 1, job_type, hire.event_id)
    confirmed_on = local_date(hire.confirmed_at)
    if confirmed_on < hire.start_date:
        yield Delta(later, confirmed_on, 1, ladder[0].job_type, hire.event_id)
        yield Delta(later, hire.start_date, -1, ladder[0].job_type, hire.event_id)


def _current(hire: HireState, ladder: Sequence[Stage]) -> Iterator[Delta]:
    for stage in ladder:
        if stage.ends_on is None or stage.starts_on < stage.ends_on:
            compared = progress(stage.paid_weekly_hours, ladder[0].paid_weekly_hours)
            for code in (CURRENT_BY_HOURS[hour_band(stage.paid_weekly_hours)], CURRENT_BY_LADDER[compared]):
                yield Delta(code, stage.starts_on, 1, stage.job_type, hire.event_id)
                if stage.ends_on is not None:
                    yield Delta(code, stage.ends_on, -1, stage.job_type, hire.event_id)


def _companies_present(attendance: CompanyCheckedIn) -> Iterator[Delta]:
    # An attendance is one company at one event, so a company counts once there.
    yield Delta(COMPANIES_PRESENT, local_date(attendance.checked_in_at), 1, event_id=attendance.event_id)


COUNTINGS: tuple[Counting, ...] = (
    Counting(PledgeState, _pledged_positions),
    Counting(PledgeState, _positions_affirmed),
    Counting(PledgeState, _positions_matched),
    Counting(HireState, _hires),
    Counting(CompanyCheckedIn, _companies_present),
)
"""Every projection to deltas. A new one counts from the next rebuild on."""


def counts(kind: type[Message]) -> bool:
    """Whether messages of this class have deltas."""
    return bool(_functions(kind))


def deltas_of(messages: Sequence[Message]) -> list[str]:
    """Return the deltas of each message as PostgreSQL's text of a `delta[]`."""
    functions = {kind: _functions(kind) for kind in {type(message) for message in messages}}
    return [
        array_of_composites(
            (delta.measure, delta.day, delta.delta, delta.job_type, delta.event_id)
            for function in functions[type(message)]
            for delta in function(message)
        )
        for message in messages
    ]


def array_of_composites(rows: Iterable[tuple[object, ...]]) -> str:
    """Return rows as PostgreSQL's text of an array of a composite type. None of their values may need quotes."""
    # A rebuild writes hundreds of thousands of these, and all values are codes, numbers, days and ids.
    return "{" + ",".join(['"(' + ",".join([_text(value) for value in row]) + ')"' for row in rows]) + "}"


def _text(value: object) -> str:
    if value is None:
        return ""
    return _text_of_id(value) if isinstance(value, UUID) else str(value)


@lru_cache
def _text_of_id(value: UUID) -> str:
    # The deltas of a message have all the same event.
    return str(value)


def _functions(kind: type[Message]) -> list[Callable[[Any], Iterator[Delta]]]:
    return [counting.deltas for counting in COUNTINGS if issubclass(kind, counting.messages)]
