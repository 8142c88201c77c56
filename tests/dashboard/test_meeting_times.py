"""Which meetings there are, and the times of their figures."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from services.dashboard.measures.selection import Times
from services.dashboard.meeting_times import Meeting, meeting_before, meetings
from shared.contracts.events import EventDrafted, EventPublished, MeetingFiguresFixed
from tests.dashboard.messages import EVENING, apply_messages, employer_event, meeting
from tests.support.taskforces import TASKFORCE

if TYPE_CHECKING:
    from shared.db.database import Database

BEFORE, BEGUN = EVENING - timedelta(hours=1), EVENING + timedelta(hours=1)


def event(**fields: Any) -> Any:
    return employer_event(EventPublished, kind="taskforce_meeting", status="published", **fields)


async def read(database: Database, **when: datetime) -> list[Meeting]:
    async with database.read(TASKFORCE) as conn:
        return await meetings(conn, **when)


async def test_a_meeting_has_its_agenda_and_its_times(dashboard_database: Database) -> None:
    held, item = event(), uuid4()
    planned = meeting(
        meeting_id=held.event_id,
        as_of=date(2026, 11, 30),
        agenda=({"item_id": item, "minutes": 20, "shows": "changes"}, {"item_id": held.event_id}),
        decisions_open=2,
    )
    fixed_at = EVENING + timedelta(minutes=20)
    fixed = planned.model_dump() | {"version": 2, "recorded_at": fixed_at, "known_at": fixed_at}
    await apply_messages(dashboard_database, held, employer_event(), MeetingFiguresFixed(**fixed), planned)

    [found] = await read(dashboard_database, now=BEGUN)
    assert (found.id, found.as_of, found.known_at, found.fixed) == (held.event_id, date(2026, 11, 30), fixed_at, True)
    assert found.agenda == ((item, 20, "changes"), (held.event_id, None, None))
    assert found.decisions_open == 2
    [as_known] = await read(dashboard_database, known_at=EVENING, now=BEGUN)
    assert (as_known.known_at, as_known.fixed) == (EVENING, False)


async def test_a_meeting_of_a_former_release_has_the_times_of_its_event(dashboard_database: Database) -> None:
    held = event()
    await apply_messages(dashboard_database, held)
    [ahead] = await read(dashboard_database, now=BEFORE)
    assert (ahead.agenda, ahead.known_at) == ((), None)
    assert ahead.times(date(2026, 11, 3)) == Times(date(2026, 11, 3), None)
    [begun] = await read(dashboard_database, now=BEGUN)
    assert begun.times(date(2027, 1, 1)) == Times(date(2026, 12, 1), EVENING)


async def test_the_meeting_before_is_neither_a_draft_nor_cancelled(dashboard_database: Database) -> None:
    starts = {days: EVENING - timedelta(days=days) for days in (0, 7, 14, 21, 28)}
    held = {days: event(starts_at=at, event_id=UUID(int=days)) for days, at in starts.items() if days in {0, 21, 28}}
    draft = employer_event(EventDrafted, kind="taskforce_meeting", status="draft", starts_at=starts[7])
    cancelled = employer_event(EventDrafted, kind="taskforce_meeting", status="cancelled", starts_at=starts[14])
    await apply_messages(dashboard_database, *held.values(), draft, cancelled)
    found = await read(dashboard_database, now=datetime.now(UTC))
    assert [one.starts_at for one in found] == sorted(starts.values(), reverse=True)
    before = meeting_before(found, found[0])
    assert before is not None
    assert before.id == UUID(int=21)
    assert meeting_before(found, found[-1]) is None
