"""Random histories of a taskforce for property tests: its messages, how they may be delivered, and what is asked."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, get_args
from uuid import UUID, uuid5

from hypothesis import strategies as st

from services.dashboard.measures.selection import Filters, Times
from shared.contracts import pledges
from shared.contracts.events import EventClosed
from shared.contracts.pledges import CheckpointAnswer, EndReason, OutreachKind, PledgeState, PledgeStatus
from tests.dashboard.messages import (
    EVENING,
    check_in,
    checkpoint,
    company,
    employer_event,
    hire,
    outreach,
    pledge,
    step,
    taskforce,
    undone,
)

if TYPE_CHECKING:
    from shared.contracts.message import Message

DAYS = st.dates(date(2025, 11, 1), date(2027, 2, 1))
JOB_TYPES = st.sampled_from(["smaajob", "praktik"])
COMPANIES = st.sampled_from([UUID(int=0), UUID(int=1), UUID(int=2), None])
CITIZENS = st.sampled_from([UUID(int=4), UUID(int=5), None])
MUNICIPALITIES = st.sampled_from(["0671", "0661", None])
INDUSTRIES = st.sampled_from(["101110", "412000", "999999", None])
_EVENTS = [uuid5(UUID(int=0), f"event {number}") for number in range(2)]
_FIRST_PLEDGE = uuid5(UUID(int=1), "0")
_ON_PLEDGES: list[dict[str, UUID | None]] = [
    {"pledge_id": None},
    {"pledge_id": UUID(int=3)},
    {"pledge_id": _FIRST_PLEDGE, "position_id": pledges.position_id(_FIRST_PLEDGE, 1)},
]


@st.composite
def times(draw: st.DrawFn) -> Times:
    """A pair of times: any day, and everything known or only the versions up to one of them."""
    known_at = draw(st.sampled_from([None, *(EVENING + timedelta(hours=hours) for hours in range(4))]))
    return Times(draw(st.dates(date(2025, 10, 1), date(2028, 3, 1))), known_at)


@st.composite
def histories(draw: st.DrawFn) -> list[Message]:
    """All messages of a taskforce: some aggregates, each with all its versions."""
    events = st.sampled_from([*_EVENTS, None])
    messages: list[Message] = [taskforce(), taskforce(version=2, slug="struer-nord")]
    messages += [
        company(
            company_id=UUID(int=number),
            version=version,
            municipality=draw(MUNICIPALITIES),
            industry=draw(INDUSTRIES),
            recorded_at=EVENING + timedelta(hours=version),
        )
        for number in range(2)
        for version in range(1, draw(st.integers(1, 2)) + 1)
    ]
    for number, event_id in enumerate(_EVENTS):
        starts_at = datetime.combine(draw(DAYS), datetime.min.time(), UTC) + timedelta(hours=17)
        states = draw(st.lists(st.sampled_from(["draft", "open", "closed", "cancelled"]), min_size=1, max_size=3))
        messages += [
            employer_event(EventClosed, event_id=event_id, version=version, status=status, starts_at=starts_at)
            for version, status in enumerate(states, start=1)
        ]
        arrivals = [check_in(event_id, company_id=UUID(int=company)) for company in range(number + 1)]
        messages += [*arrivals, *(undone(arrival) for arrival in arrivals[: draw(st.integers(0, number))])]
    for number in range(draw(st.integers(0, 4))):
        messages += [
            _ended(
                pledge(
                    pledge_id=uuid5(UUID(int=1), str(number)),
                    version=version,
                    positions=draw(st.integers(1, 3)),
                    job_type=draw(JOB_TYPES),
                    event_id=draw(events),
                    company_id=draw(COMPANIES),
                    municipality=draw(MUNICIPALITIES),
                    pledged_on=draw(DAYS),
                    recorded_at=EVENING + timedelta(hours=version),
                ),
                draw(st.sampled_from(["logged", "in_progress", "withdrawn", "duplicate"])),
                ended_on=draw(st.none() | DAYS),
                left=draw(st.integers(0, 1)),
                steps=(draw(st.none() | DAYS), draw(st.none() | DAYS), draw(st.none() | DAYS)),
            )
            for version in range(1, draw(st.integers(1, 3)) + 1)
        ]
    for number in range(draw(st.integers(0, 4))):
        messages += [
            hire(
                hire_id=uuid5(UUID(int=2), str(number)),
                version=version,
                **draw(st.sampled_from(_ON_PLEDGES)),
                event_id=draw(events),
                company_id=draw(COMPANIES),
                municipality=draw(MUNICIPALITIES),
                **draw(employments()),
                citizen_id=draw(CITIZENS),
                confirmed_at=datetime.combine(draw(DAYS), datetime.min.time(), UTC),
                recorded_at=EVENING + timedelta(hours=version),
            )
            for version in range(1, draw(st.integers(1, 3)) + 1)
        ]
    for number in range(draw(st.integers(0, 5))):
        messages += [
            outreach(
                outreach_id=uuid5(UUID(int=6), str(number)),
                version=version,
                company_id=UUID(int=number % 3),
                kind=draw(st.sampled_from(get_args(OutreachKind))),
                made_on=draw(DAYS),
                new_company=draw(st.integers(0, 2)) > 0,
                counted=draw(st.integers(0, 3)) > 0,
                recorded_at=EVENING + timedelta(hours=version),
            )
            for version in range(1, draw(st.integers(1, 3)) + 1)
        ]
    return messages


@st.composite
def careers(draw: st.DrawFn) -> list[Message]:
    """All messages about the hires of few citizens, whom a later version may take for somebody else."""
    citizens = st.sampled_from([UUID(int=4), UUID(int=4), UUID(int=5), None, None])
    return [
        company(company_id=UUID(int=0), municipality="0671", industry="101110"),
        *(
            hire(
                hire_id=uuid5(UUID(int=2), str(number)),
                version=version,
                event_id=draw(st.sampled_from(_EVENTS)),
                company_id=draw(st.sampled_from([UUID(int=0), UUID(int=0), UUID(int=1)])),
                municipality=draw(st.sampled_from(["0671", "0671", None])),
                **draw(employments()),
                citizen_id=draw(citizens),
                confirmed_at=EVENING,
                recorded_at=EVENING + timedelta(hours=draw(st.integers(0, 3))),
            )
            for number in range(draw(st.integers(2, 4)))
            for version in range(1, draw(st.integers(1, 3)) + 1)
        ),
    ]


@st.composite
def employments(draw: st.DrawFn) -> dict[str, Any]:
    """When somebody works how much, in which job type, and what is known about how long."""
    starts_on = draw(DAYS)
    later = st.dates(starts_on + timedelta(days=1), date(2027, 3, 1))
    days = [starts_on, *sorted(draw(st.sets(later, max_size=2)))]
    hours = st.sampled_from([(0, 20), (4.5, 0), (12, 4), (20.5, 0), (37, 0)])
    ladder = tuple(step(day, *draw(hours), draw(JOB_TYPES)) for day in days)
    ended_on = draw(st.none() | DAYS)
    return {
        "start_date": starts_on,
        "job_type": draw(JOB_TYPES),
        # Releases before 0.4.0 have published no ladder.
        "steps": draw(st.sampled_from([(), ladder])),
        "ended_on": ended_on,
        "end_reason": draw(st.none() | st.sampled_from(get_args(EndReason))) if ended_on else None,
        "checkpoints": tuple(
            checkpoint(months, draw(st.none() | st.sampled_from(get_args(CheckpointAnswer))))
            for months in draw(st.sets(st.sampled_from([3, 6, 12])))
        ),
        "counted": draw(st.integers(0, 5)) > 0,
    }


def _ended(
    logged: PledgeState,
    status: PledgeStatus,
    *,
    ended_on: date | None,
    left: int,
    steps: tuple[date | None, date | None, date | None],
) -> PledgeState:
    """The pledge in this status. A withdrawn one without a day has never counted; else some positions may be left.

    Args:
        steps: the days on which the company has affirmed it, a person was found for the first position, and the last
            position alone was cancelled.
    """
    affirmed_on, matched_on, cancelled_on = steps
    positions = [
        position
        if position.number <= left or status != "withdrawn"
        else position.model_copy(update={"status": "cancelled"})
        for position in logged.positions
    ]
    positions[0] = positions[0].model_copy(update={"matched_on": matched_on})
    if cancelled_on:
        positions[-1] = positions[-1].model_copy(update={"status": "cancelled", "cancelled_on": cancelled_on})
    changes: dict[str, Any] = {"status": status, "positions": tuple(positions), "affirmed_on": affirmed_on}
    if status == "withdrawn":
        changes |= {"ended_on": ended_on, "counted": ended_on is not None}
    elif status == "duplicate":
        changes |= {"counted": False}
    return logged.model_copy(update=changes)


@st.composite
def narrowings(draw: st.DrawFn) -> Filters:
    """Filters, or none, with values that the histories have and some that they do not have."""
    return Filters(
        event_id=draw(st.sampled_from([None, *_EVENTS])),
        company_id=draw(COMPANIES),
        municipality=draw(MUNICIPALITIES),
        industry=draw(st.sampled_from([None, "C", "F", "A"])),
    )


WIDE: st.SearchStrategy[Filters] = st.sampled_from(
    [
        Filters(),
        Filters(event_id=_EVENTS[0]),
        Filters(company_id=UUID(int=0)),
        Filters(municipality="0671"),
        Filters(industry="C"),
    ]
)
"""No filters, or one that much passes."""


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[Message], list[list[Message]]]:
    """A history, and the same as it may be delivered: shuffled, repeated, in batches of any size."""
    messages = draw(histories())
    again = draw(st.lists(st.sampled_from(messages), max_size=10))
    order = [*messages, *again]
    draw(st.randoms(use_true_random=False)).shuffle(order)
    batches: list[list[Message]] = []
    while order:
        size = draw(st.integers(1, len(order)))
        batches.append(order[:size])
        order = order[size:]
    return messages, batches
