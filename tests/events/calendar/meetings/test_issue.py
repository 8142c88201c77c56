"""Who is told of the pack of a meeting, and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from services.events.calendar.commands import cancel_event, publish_event
from services.events.calendar.meetings.domain import MeetingIsADraft, MeetingIsCancelled
from services.events.calendar.meetings.issue import issue_due_packs, issue_pack
from services.events.calendar.meetings.schedule import latest_morning
from tests.events.calendar.meetings.test_commands import START, drafted, meeting_messages

if TYPE_CHECKING:
    from uuid import UUID

    from services.events.identity.people.domain import Person
    from shared.db.database import Database

MORNING = datetime(2090, 11, 28, 7, 0, tzinfo=UTC)
"""8 o'clock in Denmark, three days before the meeting."""


async def told(db: Database) -> list[tuple[str, str]]:
    """Meeting and person of every announcement."""
    messages = await meeting_messages(db)
    return [(fact["meeting_id"], fact["person_id"]) for name, fact in messages if name == "MeetingPackIssued"]


@pytest.mark.parametrize(
    ("now", "due_at", "too_late"),
    [
        (MORNING, MORNING, False),
        (MORNING - timedelta(minutes=1), MORNING - timedelta(days=1), True),
        (MORNING + timedelta(hours=13), MORNING, True),
    ],
)
def test_packs_are_mailed_at_eight(now: datetime, due_at: datetime, too_late: bool) -> None:
    morning = latest_morning(now)
    assert (morning.due_at, morning.is_too_late(now)) == (due_at, too_late)


async def test_each_member_and_coordinator_is_told_once(
    db: Database, taskforce_id: UUID, karen: Person, eva: Person
) -> None:
    meeting = await drafted(db, taskforce_id)
    evening = await drafted(db, taskforce_id, kind="employer_event")
    draft = await drafted(db, taskforce_id, starts_at=START + timedelta(hours=1))
    for event in (meeting, evening):
        await publish_event(db, taskforce_id, event.id)
    morning = latest_morning(MORNING)
    for days, now in ((2, MORNING), (3, MORNING), (3, MORNING), (40, START)):
        await issue_due_packs(db, morning, days_before=days, now=now)
    # Karen is an administrator and a member, Bo an administrator only.
    assert sorted(await told(db)) == sorted((str(meeting.id), str(person.id)) for person in (karen, eva))
    assert await issue_pack(db, taskforce_id, meeting.id) == 0
    with pytest.raises(MeetingIsADraft):
        await issue_pack(db, taskforce_id, draft.id)
    await cancel_event(db, taskforce_id, draft.id)
    with pytest.raises(MeetingIsCancelled):
        await issue_pack(db, taskforce_id, draft.id)
