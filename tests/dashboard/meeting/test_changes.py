"""What a meeting sees of the time since the meeting before, on its page and on the projector."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import pytest_asyncio

from services.dashboard.meeting import content
from services.dashboard.meeting.changes import changes_since_last, corrections
from services.dashboard.meeting_times import meetings as read_meetings
from shared.contracts.events import AgendaItem
from shared.ui.formats import local_date
from tests.dashboard.meeting.test_pages import page
from tests.dashboard.messages import apply_messages, employer_event, hire, meeting, pledge
from tests.support.taskforces import TASKFORCE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from services.dashboard.meeting.content import Content
    from shared.db.database import Database
    from tests.dashboard.conftest import Caller

NOW = datetime.now(UTC)


def ago(days: int) -> datetime:
    return NOW - timedelta(days=days)


@pytest_asyncio.fixture
async def meetings(dashboard_database: Database) -> Mapping[str, UUID]:
    """Meetings by their names: `old` sees figures of before `last`; a hire from before `last` is recorded after it."""
    days = {"first": 90, "cancelled": 70, "last": 60, "now": 3, "old": 2, "next": -20, "later": -90}
    events = {
        name: employer_event(
            kind="taskforce_meeting",
            title=name,
            status="cancelled" if name == "cancelled" else "closed",
            starts_at=ago(day),
            recorded_at=ago(200),
        )
        for name, day in days.items()
    }
    agenda = (AgendaItem(item_id=uuid4(), shows="changes"),)
    await apply_messages(
        dashboard_database,
        *events.values(),
        meeting(meeting_id=events["now"].event_id, as_of=local_date(ago(3)), agenda=agenda, recorded_at=ago(100)),
        meeting(meeting_id=events["old"].event_id, as_of=local_date(ago(80)), recorded_at=ago(100)),
        pledge(positions=5, captured_at=ago(100)),
        *(hire(start_date=local_date(ago(95)), recorded_at=ago(95)) for _ in range(2)),
        hire(start_date=local_date(ago(85)), recorded_at=ago(10)),
        *(hire(start_date=local_date(ago(20)), recorded_at=ago(20)) for _ in range(3)),
    )
    return {name: event.event_id for name, event in events.items()}


async def seen(database: Database, meeting_id: UUID) -> tuple[Content, Content]:
    """What the slides of a meeting show: of the changes, and of the corrections."""
    today = local_date(NOW)
    async with database.read(TASKFORCE) as conn:
        every = await read_meetings(conn)
        here = next(one for one in every if one.id == meeting_id)
        since = await changes_since_last(conn, every, here, today=today, job_type="smaajob")
        corrected = await corrections(conn, every, here, today=today, job_types=["smaajob"])
    return content.of_changes(since), content.of_corrections(corrected)


@pytest.mark.parametrize(
    ("name", "sums", "reason"),
    [
        ("first", [], "This is the first meeting"),
        ("last", ["5, unchanged", "2, unchanged", "2, unchanged"], ""),
        ("now", ["5, unchanged", "2 + 3 new + 1 recorded late = 6", "2 + 3 new + 1 recorded late = 6"], ""),
        ("old", [], "The figures of this meeting are older"),
        ("next", ["5, unchanged", "3 + 3 new = 6", "3 + 3 new = 6"], ""),
        ("later", [], "The meeting before has not been held yet"),
    ],
)
async def test_a_meeting_is_compared_with_the_one_before(
    dashboard_database: Database, meetings: Mapping[str, UUID], name: str, sums: list[str], reason: str
) -> None:
    changed, _ = await seen(dashboard_database, meetings[name])
    assert [line.sum for line in changed.lines] == sums
    assert changed.nothing.startswith(reason)


async def test_a_figure_that_became_another_one_is_shown_with_both_values_and_the_cause(
    caller: Caller, dashboard_database: Database, meetings: Mapping[str, UUID]
) -> None:
    _, corrected = await seen(dashboard_database, meetings["now"])
    assert [(line.value, line.sum) for line in corrected.lines] == [("2, now 3", "2 + 1 recorded late = 3")] * 2
    _, none = await seen(dashboard_database, meetings["last"])
    assert not none.lines
    assert none.nothing.startswith("No figure")

    text = await page(caller, f"/meetings/{meetings['now']}", "member")
    assert "2 tal, som tidligere møder så, er anderledes nu" in text
    slides: Any = [await page(caller, f"/meetings/{meetings['now']}/projector/slide?step={step}") for step in (2, 3)]
    assert "2 + 3 nye + 1 registreret senere = 6" in slides[0]
    assert "2, nu 3" in slides[1]
