"""Meetings in the database, and what is published of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from services.events.calendar.commands import draft_event, publish_event
from services.events.calendar.domain import EmployerEvent, EventPlan
from services.events.calendar.meetings import commands, queries
from services.events.calendar.meetings.domain import (
    AgendaItem,
    ItemHasMinutes,
    MeetingIsADraft,
    NotAMeeting,
    PresenterNotFound,
)
from services.events.calendar.store import insert_event
from services.events.register.domain import IdTaken
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
    await commands.set_times(db, taskforce_id, event.id, as_of=date(2090, 11, 30), by="karen")
    await commands.set_times(db, taskforce_id, event.id, fixed=True, by="karen", at=START)
    await commands.set_times(db, taskforce_id, event.id, fixed=True, by="karen")
    await commands.set_times(db, taskforce_id, event.id, fixed=False, by="karen")
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
    await commands.set_times(db, taskforce_id, event.id, fixed=True, by="karen", expected_version=0)
    [(_, last)] = await meeting_messages(db)
    assert (last["version"], last["as_of"]) == (1, "2090-12-01")


async def test_other_events_have_no_figures_of_their_own(db: Database, taskforce_id: UUID) -> None:
    evening = await drafted(db, taskforce_id, kind="employer_event")
    with pytest.raises(NotAMeeting):
        await commands.set_times(db, taskforce_id, evening.id, fixed=True, by="karen")


async def test_an_agenda_keeps_its_order_and_what_was_written_about_its_items(db: Database, taskforce_id: UUID) -> None:
    event, other = await drafted(db, taskforce_id), await drafted(db, taskforce_id)
    await publish_event(db, taskforce_id, event.id)
    first, second, third = (AgendaItem(uuid4(), title, 10) for title in ("A", "B", "C"))
    for item in (first, second, third):
        await commands.put_item(db, taskforce_id, event.id, item, by="karen")
    minutes = await commands.write_minutes(db, taskforce_id, event.id, second.id, "Alle var enige.", by="karen")
    assert minutes.version == 1
    await commands.move_item(db, taskforce_id, event.id, third.id, "up", by="karen")
    await commands.remove_item(db, taskforce_id, event.id, first.id, by="karen")
    async with db.read(taskforce_id) as conn:
        read = await queries.meeting(conn, taskforce_id, event.id, drafts=True)
    assert [(item.title, item.notes) for item in read.items] == [("C", None), ("B", "Alle var enige.")]
    _, last = (await meeting_messages(db))[-1]
    assert [item["item_id"] for item in last["agenda"]] == [str(third.id), str(second.id)]

    with pytest.raises(ItemHasMinutes):
        await commands.remove_item(db, taskforce_id, event.id, second.id, by="karen")
    with pytest.raises(IdTaken):
        await commands.put_item(db, taskforce_id, other.id, second, by="karen")
    with pytest.raises(PresenterNotFound):
        await commands.put_item(db, taskforce_id, event.id, replace(third, presenter=uuid4()), by="karen")


async def test_minutes_are_not_written_for_a_draft(db: Database, taskforce_id: UUID) -> None:
    event, item = await drafted(db, taskforce_id), AgendaItem(uuid4(), "A")
    await commands.put_item(db, taskforce_id, event.id, item, by="karen")
    with pytest.raises(MeetingIsADraft):
        await commands.write_minutes(db, taskforce_id, event.id, item.id, "Nej", by="karen")
