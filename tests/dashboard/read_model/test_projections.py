"""Messages become the same rows whatever order they come in, and however often."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, get_args
from uuid import UUID, uuid4, uuid5

import asyncpg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.dashboard.measures.figures import compute
from services.dashboard.read_model import projections
from shared.contracts import events, pledges
from shared.contracts.events import CompanyRegistered, EventClosed, TaskforceRegistered
from shared.contracts.pledges import CheckpointAnswer, EndReason, PledgeState, PledgeStatus
from shared.db.database import Database
from tests.dashboard.messages import (
    EVENING,
    apply_messages,
    check_in,
    checkpoint,
    company,
    delivered,
    employer_event,
    filled,
    hire,
    pledge,
    pledge_again,
    step,
    taskforce,
    undone,
)
from tests.dashboard.recount import counted, recounted
from tests.support.properties import PATIENT

if TYPE_CHECKING:
    from shared.contracts.message import Message
    from tests.support.infrastructure import Databases

DAYS = st.dates(date(2025, 11, 1), date(2027, 2, 1))
JOB_TYPES = st.sampled_from(["smaajob", "praktik"])
_FIRST_PLEDGE = uuid5(UUID(int=1), "0")
_ON_PLEDGES: list[dict[str, UUID | None]] = [
    {"pledge_id": None},
    {"pledge_id": UUID(int=3)},
    {"pledge_id": _FIRST_PLEDGE, "position_id": pledges.position_id(_FIRST_PLEDGE, 1)},
]
AS_OF = (date(2025, 12, 31), date(2026, 6, 30), date(2026, 12, 1), date(2027, 12, 31))


def test_every_message_type_has_one_projection() -> None:
    times = Counter(message for projection in projections.PROJECTIONS for message in projection.messages)
    assert dict(times) == dict.fromkeys(projections.MESSAGES, 1)
    assert set(events.REGISTER + events.MEETINGS + events.TARGETS + pledges.PLEDGES_AND_HIRES) <= set(times)


# ---- any order, any multiplicity


@st.composite
def histories(draw: st.DrawFn) -> list[Message]:
    """All messages of a taskforce: some aggregates, each with all its versions."""
    event_ids = [uuid5(UUID(int=0), f"event {number}") for number in range(2)]
    events = st.sampled_from([*event_ids, None])
    messages: list[Message] = [taskforce(), taskforce(version=2, slug="struer-nord")]
    for number, event_id in enumerate(event_ids):
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
                **draw(employments()),
                confirmed_at=datetime.combine(draw(DAYS), datetime.min.time(), UTC),
                recorded_at=EVENING + timedelta(hours=version),
            )
            for version in range(1, draw(st.integers(1, 3)) + 1)
        ]
    return messages


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


@pytest.mark.many_examples
@settings(PATIENT, max_examples=40, derandomize=True)
@given(delivered_as=deliveries())
async def test_any_order_and_multiplicity_makes_the_same_rows_and_figures(
    dashboard_database: Database, delivered_as: tuple[list[Message], list[list[Message]]]
) -> None:
    messages, batches = delivered_as
    orderly, shuffled = uuid4(), uuid4()
    await apply_messages(dashboard_database, *(_of(orderly, message) for message in messages))
    for batch in batches:
        await apply_messages(dashboard_database, *(_of(shuffled, message) for message in batch))

    assert await _rows(dashboard_database, shuffled) == await _rows(dashboard_database, orderly)
    for as_of in AS_OF:
        figures = await compute(dashboard_database, shuffled, as_of=as_of)
        assert counted(figures) == recounted(messages, as_of), as_of
        known = await compute(dashboard_database, shuffled, as_of=as_of, known_at=EVENING + timedelta(hours=2))
        past = [m for m in messages if m.recorded_at <= EVENING + timedelta(hours=2)]
        assert counted(known) == recounted(past, as_of), f"{as_of}, as known before the last versions"


def _of(taskforce_id: UUID, message: Message) -> Message:
    return message.model_copy(update={"taskforce_id": taskforce_id})


async def _rows(database: Database, taskforce_id: UUID) -> dict[str, list[tuple[Any, ...]]]:
    async with database.read(taskforce_id) as conn:
        return {
            table: sorted(
                [
                    tuple(str(value) for name, value in row.items() if name != "taskforce_id")
                    for row in await conn.fetch(f"select * from {table} where taskforce_id = $1", taskforce_id)
                ]
            )
            for table in projections.TABLES
        }


# ---- one by one


async def test_a_late_older_version_is_kept_as_history(dashboard_database: Database, taskforce_id: UUID) -> None:
    logged = pledge(positions=2)
    await apply_messages(dashboard_database, filled(logged, filled=2))
    await apply_messages(dashboard_database, logged)
    async with dashboard_database.read(taskforce_id) as conn:
        assert await conn.fetchval("select version from contributions") == 2
        assert await conn.fetchval("select array_agg(version order by version) from pledge_versions") == [1, 2]


async def test_a_row_holds_the_state_of_its_message(dashboard_database: Database, taskforce_id: UUID) -> None:
    evening, company_id = employer_event(), uuid4()
    logged = pledge(positions=3, event_id=evening.event_id, company_id=company_id, municipality="0671")
    confirmed = hire(pledge_id=logged.pledge_id, weekly_hours=Decimal("12.5"), ended_on=date(2027, 3, 1))
    owner = company(company_id=company_id, personally_owned=True, name=None)
    await apply_messages(dashboard_database, evening, owner, filled(logged, filled=1), confirmed)
    async with dashboard_database.read(taskforce_id) as conn:
        row = await conn.fetchrow("select * from pledge_versions")
        assert row is not None
        assert (row["positions"], row["positions_filled"], row["positions_cancelled"]) == (3, 1, 0)
        assert (row["version"], row["event_id"], row["pledged_on"]) == (2, evening.event_id, date(2026, 12, 1))
        kept = await conn.fetchrow("select * from hire_versions")
        assert kept is not None
        assert (kept["weekly_hours"], kept["ended_on"]) == (Decimal("12.5"), date(2027, 3, 1))
        assert await conn.fetchval("select name from companies") is None


async def test_a_contribution_that_changes_takes_its_earlier_deltas_back(
    dashboard_database: Database, taskforce_id: UUID
) -> None:
    logged = pledge(positions=2, pledged_on=date(2026, 12, 1))
    begun = hire(start_date=date(2027, 1, 4))
    await apply_messages(dashboard_database, logged, begun)
    await apply_messages(
        dashboard_database,
        pledge_again(pledges.PledgeMerged, logged, status="duplicate", counted=False),
        hire(hire_id=begun.hire_id, version=2, start_date=date(2027, 2, 1), confirmed_at=EVENING + timedelta(days=80)),
    )
    async with dashboard_database.read(taskforce_id) as conn:
        left = await conn.fetch(
            """
            select period, day, measure, delta
              from deltas
             where measure not like 'employed_after_%'
             order by period, measure
            """
        )
    assert [tuple(row) for row in left] == [
        ("day", date(2027, 2, 1), "hires_current_hours_10_15", 1),
        ("day", date(2027, 2, 1), "hires_from_pledges", 1),
        ("quarter", date(2027, 1, 1), "hires_current_hours_10_15", 1),
        ("quarter", date(2027, 1, 1), "hires_from_pledges", 1),
    ], "a sum of zero has no row"


async def test_workers_that_write_the_same_rows_at_once_write_them_once(
    dashboard_database: Database, taskforce_id: UUID
) -> None:
    messages: list[Message] = []
    for _ in range(200):
        logged = pledge(positions=2)
        messages += [logged, filled(logged), filled(filled(logged), filled=2)]

    async def worker(seed: int) -> None:
        mine = list(messages)
        random.Random(seed).shuffle(mine)
        for start in range(0, len(mine), 50):
            while True:
                try:
                    async with dashboard_database.change(taskforce_id) as conn:
                        await projections.apply(conn, delivered(mine[start : start + 50]))
                    break
                except asyncpg.DeadlockDetectedError:
                    continue

    await asyncio.gather(*(worker(seed) for seed in range(4)))
    figures = await compute(dashboard_database, taskforce_id, as_of=date(2026, 12, 31))
    assert figures.counts["pledged_positions"]["smaajob"] == 400
    async with dashboard_database.read(taskforce_id) as conn:
        assert await conn.fetchval("select count(*) from pledge_versions") == 600
        assert await conn.fetchval("select count(*) from contributions where version = 3") == 200


async def test_a_batch_notifies_once_and_repeated_messages_do_not(
    dashboard_database: Database, dashboard_dsns: Databases, taskforce_id: UUID
) -> None:
    payloads: list[str] = []
    listener = await asyncpg.connect(dashboard_dsns.app_dsn("dashboard"))
    await listener.add_listener(projections.CHANNEL, lambda *arguments: payloads.append(str(arguments[3])))
    logged = pledge()
    await apply_messages(dashboard_database, logged, pledge(), hire())
    await apply_messages(dashboard_database, logged)
    await listener.execute("select 1")
    assert payloads == [str(taskforce_id)]
    await listener.close()


async def test_a_batch_with_an_invalid_value_is_refused_whole(dashboard_database: Database, taskforce_id: UUID) -> None:
    with pytest.raises(asyncpg.DataError):
        await apply_messages(
            dashboard_database,
            pledge(),
            hire(weekly_hours=Decimal(10)).model_copy(update={"weekly_hours": Decimal(10**6)}),
        )
    assert (await compute(dashboard_database, taskforce_id)).counts["pledged_positions"]["smaajob"] == 0


def test_only_register_tables_hold_names() -> None:
    named = {p.table for p in projections.PROJECTIONS if "name" in p.columns or "title" in p.columns}
    assert named == {"taskforces", "companies", "employer_events"}
    assert TaskforceRegistered in projections.TASKFORCES.messages
    assert CompanyRegistered in projections.COMPANIES.messages
