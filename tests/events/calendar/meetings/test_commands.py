"""Meetings in the database, and what is published of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from services.events.calendar.commands import draft_event
from services.events.calendar.domain import EmployerEvent, EventPlan
from services.events.calendar.meetings import commands
from services.events.calendar.meetings.domain import NotAMeeting
from services.events.calendar.store import insert_event
from tests.events.conftest import published

if TYPE_CHECKING:
    from shared.db.database import Database

START = datetime(2090, 12, 1, 15, 0, tzinfo=UTC)
HELD_ON = date(2090, 12, 1)


async def drafted(db: Database, taskforce_id: UUID, **facts: Any) -> EmployerEvent:
    """Draft a meeting."""
    plan: dict[str, Any] = {"kind": "taskforce_meeting", "title": "Taskforcemøde", "starts_at": START} | facts
    return await draft_event(db, taskforce_id, id=uuid4(), **{"ends_at": plan["starts_at"] + timedelta(hours=2)} | plan)


async def meeting_messages(db: Database) -> list[tuple[str, dict[str, Any]]]:
    """The messages about meetings, in order."""
    return [(name, fact) for name, fact in await published(db) if name.startswith("Meeting")]


async def test_a_meeting_is_published_with_its_event_and_its_times_with_each_change(
    db: Database, taskforce_id: UUID
) -> None:
    event = await drafted(db, taskforce_id)
    await drafted(db, taskforce_id, kind="employer_event")
    await commands.choose_day(db, taskforce_id, event.id, date(2090, 11, 30), by="karen")
    await commands.fix_figures(db, taskforce_id, event.id, by="karen", at=START)
    await commands.fix_figures(db, taskforce_id, event.id, by="karen")
    await commands.release_figures(db, taskforce_id, event.id, by="karen")
    moment = START.isoformat().replace("+00:00", "Z")
    assert [
        (name, fact["meeting_id"], fact["version"], fact["as_of"], fact["known_at"])
        for name, fact in await meeting_messages(db)
    ] == [
        ("MeetingPlanned", str(event.id), 1, "2090-12-01", None),
        ("MeetingPlanned", str(event.id), 2, "2090-11-30", None),
        ("MeetingFiguresFixed", str(event.id), 3, "2090-11-30", moment),
        ("MeetingFiguresReleased", str(event.id), 4, "2090-11-30", None),
    ]


async def test_a_meeting_of_a_former_release_is_published_with_its_first_change(
    db: Database, taskforce_id: UUID
) -> None:
    event = EmployerEvent(
        uuid4(), EventPlan("taskforce_meeting", "Møde", None, START, START + timedelta(hours=2), None)
    )
    async with db.change(taskforce_id) as conn:
        await insert_event(conn, taskforce_id, event, at=START)
    await commands.fix_figures(db, taskforce_id, event.id, by="karen", expected_version=0)
    [(_, last)] = await meeting_messages(db)
    assert (last["version"], last["as_of"]) == (1, "2090-12-01")


async def test_other_events_have_no_figures_of_their_own(db: Database, taskforce_id: UUID) -> None:
    evening = await drafted(db, taskforce_id, kind="employer_event")
    with pytest.raises(NotAMeeting):
        await commands.fix_figures(db, taskforce_id, evening.id, by="karen")
