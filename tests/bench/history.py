"""Fills the publishers' outboxes with years of pledges and hires by COPY, as if they had been logged one by one.

The messages are those that the services would have published. The dashboard gets its rows by a rebuild; nothing is
written into the read model directly.
"""

from __future__ import annotations

import asyncio
import heapq
import random
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid5

import asyncpg

from shared.contracts.events import (
    CompanyCheckedIn,
    CompanyRegistered,
    EventClosed,
    MeetingFiguresFixed,
    TargetSet,
    TaskforceRegistered,
)
from shared.contracts.pledges import HireConfirmed, PledgeLogged, Position, PositionFilled, position_id
from shared.ui.formats import local_date
from tests.bench.pledging import COMPANIES, MUNICIPALITY, company_id, company_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from shared.contracts.message import Message

SINCE = date(2018, 5, 1)
EVENTS = 100
"""The number of events: one a month for eight years."""
MEETINGS = 36
"""The number of meetings of the taskforce whose figures are fixed: one after every 80 days."""
LAST_MEETING = date(2026, 6, 15)
"""Some weeks before the last pledges."""
TODAY = date(2026, 9, 1)
"""A day after the last pledges."""
TARGETS: Final = (
    ("pledged_positions", 60_000, "count", date(2018, 5, 1), date(2027, 12, 31)),
    ("hires", 20_000, "count", date(2026, 1, 1), date(2027, 12, 31)),
    ("hires_current", 5_000, "count", date(2026, 1, 1), date(2026, 12, 31)),
    ("still_employed_6", 80, "percent", date(2025, 1, 1), date(2026, 12, 31)),
)
"""Measure, value, unit and window."""
_INDUSTRIES = ("474110", "102010", "620100", "471900")
_AT_A_TIME = 20_000
_HIRED = 0.25
"""The share of pledges with one filled position, which makes two more messages."""
_AT_EVENTS = 0.7
_COLUMNS = (
    "id",
    "taskforce_id",
    "aggregatetype",
    "aggregateid",
    "version",
    "type",
    "payload",
    "correlation_id",
    "recorded_at",
    "published_at",
    "settled_at",
)


def register(taskforce_id: UUID) -> Iterator[Message]:
    """Yield the messages of the taskforce, its companies, its events with their check-ins, its meetings and targets."""
    began = _evening(0)
    yield TaskforceRegistered(
        taskforce_id=taskforce_id,
        version=1,
        recorded_at=began,
        slug="bench",
        name="Taskforcen",
        municipality=MUNICIPALITY,
        since=SINCE,
    )
    for number in range(COMPANIES):
        yield CompanyRegistered(
            taskforce_id=taskforce_id,
            version=1,
            recorded_at=began,
            company_id=company_id(taskforce_id, number),
            name=company_name(number),
            municipality=MUNICIPALITY,
            industry=_INDUSTRIES[number % len(_INDUSTRIES)],
            member=number % 4 == 0,
        )
    for number in range(EVENTS):
        starts = _evening(number)
        yield EventClosed(
            taskforce_id=taskforce_id,
            version=3,
            recorded_at=starts + timedelta(hours=3),
            event_id=event_id(taskforce_id, number),
            status="closed",
            title="Småjob-aften",
            place="B&O, Struer",
            starts_at=starts,
            ends_at=starts + timedelta(hours=3),
            goal_positions=50,
        )
        for company in range(COMPANIES):
            yield CompanyCheckedIn(
                taskforce_id=taskforce_id,
                version=1,
                recorded_at=starts,
                event_id=event_id(taskforce_id, number),
                company_id=company_id(taskforce_id, company),
                checked_in_at=starts,
            )
    yield from _meetings(taskforce_id)
    for number, (measure, value, unit, starts_on, ends_on) in enumerate(TARGETS):
        yield TargetSet(
            taskforce_id=taskforce_id,
            version=1,
            recorded_at=began,
            target_id=uuid5(taskforce_id, f"target {number}"),
            measure=measure,
            job_type="smaajob",
            value=value,
            unit=unit,
            starts_on=starts_on,
            ends_on=ends_on,
        )


def _meetings(taskforce_id: UUID) -> Iterator[Message]:
    for number in range(MEETINGS):
        starts = meeting_begins(number)
        yield EventClosed(
            taskforce_id=taskforce_id,
            version=3,
            recorded_at=starts + timedelta(hours=2),
            event_id=meeting_id(taskforce_id, number),
            kind="taskforce_meeting",
            status="closed",
            title="Taskforcemøde",
            starts_at=starts,
            ends_at=starts + timedelta(hours=2),
        )
        yield MeetingFiguresFixed(
            taskforce_id=taskforce_id,
            version=1,
            recorded_at=starts,
            meeting_id=meeting_id(taskforce_id, number),
            as_of=starts.date(),
            known_at=starts,
        )


def pledges(taskforce_id: UUID, size: int) -> Iterator[Message]:
    """Yield the messages of `size` pledges and of their hires, always the same.

    They are in the order of recording: most of a month's pledges on the evening of its event, the others on the days
    after.
    """
    later: list[tuple[datetime, int, list[Message]]] = []
    for number in range(size):
        logged, *hired = _pledge(taskforce_id, number, size)
        while later and later[0][0] <= logged.recorded_at:
            yield from heapq.heappop(later)[2]
        yield logged
        if hired:
            heapq.heappush(later, (hired[0].recorded_at, number, hired))
    for _, _, hired in sorted(later):
        yield from hired


def _pledge(taskforce_id: UUID, number: int, size: int) -> Iterator[Message]:
    chance = random.Random(number)
    pledge_id = uuid5(taskforce_id, f"history:{number} of {size}")
    month, of_month = divmod(number * EVENTS / size, 1)
    evening = int(month) if of_month < _AT_EVENTS else None
    at = _evening(int(month)) + timedelta(hours=2 * of_month)
    if evening is None:
        at += timedelta(days=1 + 29 * (of_month - _AT_EVENTS) / (1 - _AT_EVENTS))
    hours = Decimal(chance.choice((5, 8, 10)))
    positions = tuple(
        Position(position_id=position_id(pledge_id, one), number=one, status="open")
        for one in range(1, 1 + chance.choice((1, 1, 2, 3)))
    )
    state: dict[str, Any] = {
        "taskforce_id": taskforce_id,
        "pledge_id": pledge_id,
        "job_type": chance.choice(("smaajob",) * 5 + ("praktik", "fleksjob", "ordinaer")),
        "weekly_hours_from": hours,
        "weekly_hours_to": hours + 5,
        "tasks": ("shelf_stocking", "tidying"),
        "event_id": None if evening is None else event_id(taskforce_id, evening),
        "company_id": company_id(taskforce_id, chance.randrange(COMPANIES)),
        "municipality": MUNICIPALITY,
        "captured_by": "phone",
        "captured_at": at,
        "received_at": at,
        "pledged_on": local_date(at),
    }
    yield PledgeLogged(**state, version=1, recorded_at=at, status="logged", positions=positions)
    if chance.random() >= _HIRED:
        return
    hire_id, confirmed = uuid5(pledge_id, "hire"), at + timedelta(days=chance.randrange(1, 20))
    filled = positions[0].model_copy(update={"status": "filled", "hire_id": hire_id})
    status = "in_progress" if len(positions) > 1 else "fulfilled"
    yield PositionFilled(**state, version=2, recorded_at=confirmed, status=status, positions=(filled, *positions[1:]))
    starts = local_date(confirmed) + timedelta(days=chance.randrange(-3, 30))
    yield HireConfirmed(
        taskforce_id=taskforce_id,
        version=1,
        recorded_at=confirmed,
        hire_id=hire_id,
        pledge_id=pledge_id,
        position_id=filled.position_id,
        event_id=state["event_id"],
        company_id=state["company_id"],
        municipality=MUNICIPALITY,
        job_type=state["job_type"],
        start_date=starts,
        weekly_hours=hours,
        confirmed_at=confirmed,
        ended_on=starts + timedelta(days=200) if chance.random() < 0.2 else None,
    )


def event_id(taskforce_id: UUID, number: int) -> UUID:
    """Return the id of an event; `number` counts from 0."""
    return uuid5(taskforce_id, f"evening {number}")


def meeting_id(taskforce_id: UUID, number: int) -> UUID:
    """Return the id of a meeting; `number` counts from 0."""
    return uuid5(taskforce_id, f"meeting {number}")


def meeting_begins(number: int) -> datetime:
    """Return when a meeting begins, and when its figures are fixed."""
    return datetime.combine(LAST_MEETING - timedelta(days=80 * (MEETINGS - 1 - number)), time(13), UTC)


def _evening(number: int) -> datetime:
    return datetime.combine(SINCE + timedelta(days=31 * number), time(17), UTC)


def put(dsn: str, messages: Iterable[Message]) -> int:
    """Replace the content of an outbox with messages that were published and applied long ago.

    Args:
        dsn: the publishing service's database, with a role that may write everything.

    Returns:
        The number of messages.
    """
    return asyncio.run(_put(dsn, messages))


async def _put(dsn: str, messages: Iterable[Message]) -> int:
    conn = await asyncpg.connect(dsn, command_timeout=300)
    count = 0
    rows: list[tuple[Any, ...]] = []
    try:
        await conn.execute("truncate outbox")
        for message in messages:
            rows.append(_row(message))
            if len(rows) == _AT_A_TIME:
                await conn.copy_records_to_table("outbox", records=rows, columns=_COLUMNS)
                count += len(rows)
                rows.clear()
        await conn.copy_records_to_table("outbox", records=rows, columns=_COLUMNS)
        await conn.execute("analyze outbox")
    finally:
        await conn.close()
    return count + len(rows)


def _row(message: Message) -> tuple[Any, ...]:
    message_id = uuid5(message.aggregate_id, f"{message.version}")
    return (
        message_id,
        message.taskforce_id,
        message.aggregate,
        message.aggregate_id,
        message.version,
        message.type_name(),
        message.model_dump_json(),
        message_id,
        *(message.recorded_at,) * 3,
    )
