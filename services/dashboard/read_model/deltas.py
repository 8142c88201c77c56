"""Computes the deltas of a message: how the state in it changes the figures.

A delta is a change of one sum by a number on a day. A measure (`services.dashboard.measures`) is a sum of deltas
up to a day. The deltas of an aggregate's highest version count; those of its earlier versions are history.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from shared.contracts.events import CompanyCheckedIn
from shared.contracts.pledges import HireState, PledgeState
from shared.ui.formats import local_date

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date
    from uuid import UUID

    from shared.contracts.message import Message

PLEDGED_POSITIONS: Final = "pledged_positions"
HIRES_FROM_PLEDGES: Final = "hires_from_pledges"
HIRES_WITHOUT_PLEDGE: Final = "hires_without_pledge"
HIRES_ENDED: Final = "hires_ended"
STARTING_LATER_FROM_PLEDGES: Final = "starting_later_from_pledges"
STARTING_LATER_WITHOUT_PLEDGE: Final = "starting_later_without_pledge"
COMPANIES_PRESENT: Final = "companies_present"


@dataclass(frozen=True, slots=True)
class Delta:
    """A change of one sum on one day, in Europe/Copenhagen.

    Attributes:
        measure: the code of the sum; `[a-z_]+`.
        job_type, event_id: its dimensions; None where one does not apply.
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
    if not pledge.counted:
        return
    yield Delta(PLEDGED_POSITIONS, pledge.pledged_on, len(pledge.positions), pledge.job_type, pledge.event_id)
    cancelled = sum(position.status == "cancelled" for position in pledge.positions)
    if pledge.ended_on is not None and cancelled:
        # A phone's clock that is ahead may have pledged on the day after; then it has never counted.
        ended_on = max(pledge.ended_on, pledge.pledged_on)
        yield Delta(PLEDGED_POSITIONS, ended_on, -cancelled, pledge.job_type, pledge.event_id)


def _hires(hire: HireState) -> Iterator[Delta]:
    code = HIRES_WITHOUT_PLEDGE if hire.pledge_id is None else HIRES_FROM_PLEDGES
    yield Delta(code, hire.start_date, 1, hire.job_type, hire.event_id)


def _hires_ended(hire: HireState) -> Iterator[Delta]:
    if hire.ended_on is not None:
        # A hire that ended before it began has never been current.
        yield Delta(HIRES_ENDED, max(hire.ended_on, hire.start_date), 1, hire.job_type, hire.event_id)


def _starting_later(hire: HireState) -> Iterator[Delta]:
    confirmed_on = local_date(hire.confirmed_at)
    if confirmed_on < hire.start_date:
        code = STARTING_LATER_WITHOUT_PLEDGE if hire.pledge_id is None else STARTING_LATER_FROM_PLEDGES
        yield Delta(code, confirmed_on, 1, hire.job_type, hire.event_id)
        yield Delta(code, hire.start_date, -1, hire.job_type, hire.event_id)


def _companies_present(attendance: CompanyCheckedIn) -> Iterator[Delta]:
    # An attendance is one company at one event, so a company counts once there.
    yield Delta(COMPANIES_PRESENT, local_date(attendance.checked_in_at), 1, event_id=attendance.event_id)


COUNTINGS: tuple[Counting, ...] = (
    Counting(PledgeState, _pledged_positions),
    Counting(HireState, _hires),
    Counting(HireState, _hires_ended),
    Counting(HireState, _starting_later),
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
        f"{{{','.join(_composite(delta) for function in functions[type(message)] for delta in function(message))}}}"
        for message in messages
    ]


def _functions(kind: type[Message]) -> list[Callable[[Any], Iterator[Delta]]]:
    return [counting.deltas for counting in COUNTINGS if issubclass(kind, counting.messages)]


def _composite(delta: Delta) -> str:
    # A rebuild writes hundreds of thousands of these, and no value needs quoting: all are codes, days and ids.
    return f'"({delta.measure},{delta.day},{delta.delta},{delta.job_type or ""},{delta.event_id or ""})"'
