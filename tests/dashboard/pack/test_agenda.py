"""What the events service answers is what the pack reads."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import uuid4

from services.dashboard.pack.agenda import Agenda
from services.events.calendar.meetings.decisions.schemas import PackedDecision
from services.events.calendar.meetings.schemas import PackedItem, PackedMeeting

NOW = datetime(2026, 12, 1, 15, 0, tzinfo=UTC)


def test_an_agenda_is_read_as_the_events_service_sends_it() -> None:
    presenter, owner = uuid4(), uuid4()
    decision = PackedDecision(
        id=uuid4(),
        text="Ring til B&O",
        owner="Mette Kirk",
        owner_id=owner,
        due_on=date(2026, 12, 15),
        status="dropped",
        reason="Lukket",
        settled_at=NOW,
        meeting_title="Forårsmøde",
        meeting_starts_at=NOW,
        item_id=None,
    )
    item = PackedItem(
        id=uuid4(),
        title="Hvad er der sket",
        minutes=10,
        presenter="Anne Bæk",
        presenter_id=presenter,
        shows="changes",
        notes=None,
    )
    sent = PackedMeeting(
        id=uuid4(),
        title="Taskforcemøde",
        place=None,
        starts_at=NOW,
        ends_at=NOW,
        as_of=NOW.date(),
        known_at=None,
        agenda=[item],
        decisions_before=[decision],
        decisions_made=[],
    )
    agenda = Agenda.model_validate_json(sent.model_dump_json())
    assert [(one.title, one.minutes, one.presenter) for one in agenda.items] == [("Hvad er der sket", 10, "Anne Bæk")]
    [read] = agenda.decisions_before
    assert (read.text, read.owner, read.due_on, read.status) == (
        "Ring til B&O",
        "Mette Kirk",
        date(2026, 12, 15),
        "dropped",
    )
    assert agenda.people == sorted([presenter, owner])
    assert "lukket" in agenda.texts
