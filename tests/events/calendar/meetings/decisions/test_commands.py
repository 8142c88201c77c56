"""Decisions come back at the next meetings until they are done or dropped."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from services.events.calendar.commands import publish_event
from services.events.calendar.meetings.decisions import commands, queries
from services.events.calendar.meetings.decisions.domain import DecisionTerms, OwnerNotFound
from services.events.calendar.meetings.domain import AgendaItemNotFound, MeetingIsADraft
from services.events.register.domain import IdTaken
from tests.events.calendar.meetings.test_commands import drafted, meeting_messages

if TYPE_CHECKING:
    from services.events.identity.people.domain import Person
    from shared.db.database import Database

FIRST = datetime(2090, 3, 1, 15, 0, tzinfo=UTC)
SECOND, THIRD = FIRST + timedelta(days=60), FIRST + timedelta(days=120)


async def met(db: Database, taskforce_id: UUID, starts_at: datetime) -> UUID:
    """A published meeting."""
    event = await drafted(db, taskforce_id, starts_at=starts_at)
    await publish_event(db, taskforce_id, event.id)
    return event.id


async def decided(db: Database, taskforce_id: UUID, meeting_id: UUID, owner: UUID, text: str) -> UUID:
    """A decision of a meeting."""
    made, terms = uuid4(), DecisionTerms(text, owner, date(2090, 4, 1))
    await commands.make_decision(db, taskforce_id, made, meeting_id, terms, by="karen", at=FIRST)
    return made


async def test_a_decision_comes_back_until_the_meeting_after_it_is_settled(
    db: Database, taskforce_id: UUID, eva: Person
) -> None:
    first, second, third = [await met(db, taskforce_id, at) for at in (FIRST, SECOND, THIRD)]
    early, late, open_ = [await decided(db, taskforce_id, first, eva.id, text) for text in ("Tidlig", "Sen", "Åben")]
    await commands.settle(db, taskforce_id, early, "done", by="karen", at=FIRST + timedelta(days=1))
    await commands.settle(db, taskforce_id, late, "drop", reason="Lukket", by="karen", at=SECOND + timedelta(days=1))

    async with db.read(taskforce_id) as conn:
        back = {
            meeting: [row.text for row in await queries.decisions_before(conn, taskforce_id, meeting)]
            for meeting in (first, second, third)
        }
        [row] = [row for row in await queries.decisions_of(conn, taskforce_id, first) if row.id == open_]
    assert {meeting: sorted(texts) for meeting, texts in back.items()} == {
        first: [],
        second: ["Sen", "Tidlig", "Åben"],
        third: ["Sen", "Åben"],
    }
    assert [texts[:1] for texts in back.values()] == [[], ["Åben"], ["Åben"]]
    assert (row.owner_name, row.meeting_id, row.status) == ("Eva Holm", first, "open")


async def test_the_meetings_ahead_are_told_how_many_decisions_are_open(
    db: Database, taskforce_id: UUID, eva: Person
) -> None:
    first, second = await met(db, taskforce_id, FIRST), await met(db, taskforce_id, SECOND)
    one = await decided(db, taskforce_id, first, eva.id, "En")
    await decided(db, taskforce_id, second, eva.id, "To")
    await commands.settle(db, taskforce_id, one, "done", by="karen")
    await commands.settle(db, taskforce_id, one, "done", by="karen")
    await commands.settle(db, taskforce_id, one, "reopen", by="karen")
    third = await met(db, taskforce_id, THIRD)
    told = [(fact["meeting_id"], fact["version"], fact["decisions_open"]) for _, fact in await meeting_messages(db)]
    assert told == [
        *((str(first), 1, 0), (str(second), 1, 0)),
        *((str(second), 2, 1), (str(second), 3, 0), (str(second), 4, 1)),
        (str(third), 1, 2),
    ]


async def test_a_decision_has_an_owner_a_published_meeting_and_an_item_of_its_agenda(
    db: Database, taskforce_id: UUID, eva: Person
) -> None:
    draft, meeting = (await drafted(db, taskforce_id)).id, await met(db, taskforce_id, FIRST)
    made = await decided(db, taskforce_id, meeting, eva.id, "En")
    due = date(2090, 4, 1)
    for id, meeting_id, terms, refusal in (
        (uuid4(), draft, DecisionTerms("To", eva.id, due), MeetingIsADraft),
        (uuid4(), meeting, DecisionTerms("To", uuid4(), due), OwnerNotFound),
        (uuid4(), meeting, DecisionTerms("To", eva.id, due, uuid4()), AgendaItemNotFound),
        (made, meeting, DecisionTerms("To", eva.id, due), IdTaken),
    ):
        with pytest.raises(refusal):
            await commands.make_decision(db, taskforce_id, id, meeting_id, terms, by="karen")
