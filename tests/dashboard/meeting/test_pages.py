"""The list of meetings, the page of one, and the steps of its projector."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest_asyncio

from shared.contracts.events import AgendaItem
from shared.ui.formats import local_date
from tests.dashboard.messages import apply_messages, employer_event, hire, meeting
from tests.dashboard.overview.test_pages import PAGE, words
from tests.support.taskforces import OTHER_TASKFORCE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from shared.db.database import Database
    from tests.dashboard.conftest import Caller

NOW = datetime.now(UTC)


def event(days: int, **fields: Any) -> Any:
    """The event of a meeting so many days from now."""
    at = NOW + timedelta(days=days)
    return employer_event(kind="taskforce_meeting", starts_at=at, recorded_at=NOW - timedelta(days=200), **fields)


@pytest_asyncio.fixture
async def meetings(dashboard_database: Database) -> Mapping[str, UUID]:
    """Meetings of every kind, by title."""
    events = [
        event(-60, title="Efterår", status="closed"),
        event(40, title="Forår", status="published"),
        event(5, title="Næste", status="published"),
        event(80, title="Kladden", status="draft"),
        event(-20, title="Aflyste", status="cancelled"),
    ]
    foreign = event(1, title="Fremmede", taskforce_id=OTHER_TASKFORCE)
    await apply_messages(dashboard_database, *events, foreign)
    return {one.title: one.event_id for one in (*events, foreign)}


async def page(caller: Caller, path: str, role: Any = "member", status: int = 200) -> str:
    answer = await caller.get(path, role, headers=PAGE)
    assert answer.status_code == status, path
    return html.unescape(words(answer.text))


async def test_the_list_has_the_next_meeting_first_and_then_the_latest(
    caller: Caller, meetings: Mapping[str, UUID]
) -> None:
    text = await page(caller, "/meetings")
    found = re.findall("Efterår|Forår|Næste|Kladden|Aflyste|Fremmede", text)
    assert list(dict.fromkeys(found)) == ["Næste", "Forår", "Aflyste", "Efterår"]
    assert "Kladden" in await page(caller, "/meetings", "coordinator")


async def test_an_empty_list_says_who_plans_meetings(caller: Caller) -> None:
    assert "En koordinator planlægger dem" in await page(caller, "/meetings")
    assert "Planlæg det første" in await page(caller, "/meetings", "coordinator")


async def test_a_meeting_that_the_viewer_may_not_see_is_not_found(caller: Caller, meetings: Mapping[str, UUID]) -> None:
    for part in ("", "/projector", "/projector/slide"):
        for meeting_id in (uuid4(), meetings["Fremmede"], meetings["Kladden"]):
            await page(caller, f"/meetings/{meeting_id}{part}", status=404)
        await page(caller, f"/meetings/{meetings['Kladden']}{part}", "coordinator")


async def test_a_cancelled_meeting_says_so_and_has_no_figures(caller: Caller, meetings: Mapping[str, UUID]) -> None:
    path = f"/meetings/{meetings['Aflyste']}"
    text = await page(caller, path)
    assert "Mødet er aflyst" in text
    assert "Projektor" not in text
    await page(caller, f"{path}/projector", status=409)


async def test_a_meeting_keeps_its_pair_of_times(caller: Caller, dashboard_database: Database) -> None:
    held = event(-10, title="Mødet", status="closed")
    early, late = NOW - timedelta(days=12), NOW - timedelta(days=1)
    await apply_messages(
        dashboard_database,
        held,
        meeting(
            meeting_id=held.event_id, as_of=local_date(early), agenda=(AgendaItem(item_id=uuid4(), shows="figures"),)
        ),
        *(hire(start_date=local_date(early) - timedelta(days=1), recorded_at=at) for at in (early, early, late)),
    )
    slide = await page(caller, f"/meetings/{held.event_id}/projector/slide?step=2")
    assert "2 Ansættelser" in slide


async def test_the_steps_are_links_and_stop_at_both_ends(caller: Caller, meetings: Mapping[str, UUID]) -> None:
    path = f"/meetings/{meetings['Næste']}/projector"

    async def steps(number: int) -> list[tuple[str, str]]:
        text = (await caller.get(f"{path}?step={number}", "member", headers=PAGE)).text
        return re.findall(r'href="[^"]*step=(\d+)" rel="(\w+)"', text)

    assert await steps(1) == [("2", "next")]
    assert await steps(3) == [("2", "prev"), ("4", "next")]
    assert await steps(99) == [("8", "prev")]


async def test_what_a_viewer_may_not_read_in_the_events_service_is_not_asked_for(
    caller: Caller, dashboard_database: Database
) -> None:
    held = event(0, title="Mødet")
    item = AgendaItem(item_id=uuid4(), minutes=20)
    await apply_messages(dashboard_database, held, meeting(meeting_id=held.event_id, agenda=(item,)))
    path = f"/meetings/{held.event_id}"
    asked = {}
    for role in ("facilitator", "auditor"):
        texts = [(await caller.get(path + part, role, headers=PAGE)).text for part in ("", "/projector?step=2")]
        asked[role] = [found for text in texts for found in re.findall(r'hx-get="/events/[^"]+"', text)]
    assert len(asked["facilitator"]) == 3
    assert asked["auditor"] == []
