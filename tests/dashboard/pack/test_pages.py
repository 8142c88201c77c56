"""The pack as people and programs fetch it, and that it says what the page says."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest_asyncio

from services.dashboard.pack.job import make_waiting
from shared.contracts.events import EventPublished, TargetSet
from tests.dashboard.messages import apply_messages, employer_event, hire, pledge, taskforce
from tests.dashboard.overview.test_pages import PAGE, words
from tests.dashboard.pack.reading import pdf_text, sheets
from tests.support.taskforces import TASKFORCE

if TYPE_CHECKING:
    from services.dashboard.settings import DashboardSettings
    from shared.db.database import Database
    from tests.dashboard.conftest import Caller

HELD = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


@pytest_asyncio.fixture
async def meeting_id(dashboard_database: Database) -> UUID:
    """A meeting with 1,234 pledged positions and 23 hires, and one hire that it did not know of."""
    held = employer_event(EventPublished, kind="taskforce_meeting", status="published", starts_at=HELD)
    known: dict[str, Any] = {"recorded_at": HELD - timedelta(days=1)}
    began: dict[str, Any] = {"start_date": date(2026, 3, 2), "confirmed_at": HELD - timedelta(days=90)}
    await apply_messages(
        dashboard_database,
        taskforce(),
        held,
        *(pledge(positions=number, pledged_on=date(2026, 2, 1), **known) for number in (1000, 234)),
        *(hire(pledge_id=uuid4() if number else None, **began, **known) for number in range(23)),
        hire(**began, recorded_at=HELD + timedelta(days=1)),
    )
    return held.event_id  # type: ignore[no-any-return]


async def test_the_pack_is_made_while_its_page_says_how_far_it_is(
    caller: Caller, dashboard_database: Database, dashboard_settings: DashboardSettings, meeting_id: UUID
) -> None:
    url = f"/meetings/{meeting_id}/pack"
    waiting = await caller.get(f"{url}.pdf", "member")
    assert (waiting.status_code, waiting.json()["status"]) == (202, "waiting")
    page = await caller.get(f"{url}.pdf", "member", headers=PAGE)
    assert page.status_code == 202
    assert "Mødematerialet er ved at blive lavet" in words(page.text)
    assert 'data-live-src="' + url + '/state"' in page.text

    await make_waiting(dashboard_database, dashboard_settings)
    ready = await caller.get(url, "member", headers=PAGE)
    assert "Mødematerialet er klar" in words(ready.text)
    assert f'href="{url}.xlsx"' in ready.text
    pdf = await caller.get(f"{url}.pdf", "member")
    assert (pdf.status_code, pdf.headers["content-type"]) == (200, "application/pdf")
    assert pdf.headers["content-disposition"] == 'attachment; filename="moede-2026-06-01.pdf"'
    english = await caller.get(f"{url}.pdf?language=en", "member")
    assert english.status_code == 202, "each language is a pack of its own"


async def test_pack_and_page_have_the_same_numbers(
    caller: Caller, dashboard_database: Database, dashboard_settings: DashboardSettings, meeting_id: UUID
) -> None:
    url = f"/meetings/{meeting_id}/pack"
    await caller.get(f"{url}.pdf", "coordinator")
    await make_waiting(dashboard_database, dashboard_settings)
    text = pdf_text((await caller.get(f"{url}.pdf", "coordinator")).content)
    book = sheets((await caller.get(f"{url}.xlsx", "coordinator")).content)
    page = words(
        (await caller.get("/?as_of=2026-06-01&known_at=2026-06-01T12:00:00Z", "coordinator", headers=PAGE)).text
    )

    headlines = {row[0]: row[1] for row in book["Hvor vi står"][3:7]}
    assert headlines == {"Lovede pladser": 1234, "Ansættelser": 23, "I job den dag": 23, "Bekræftet, starter senere": 0}
    for label, number in headlines.items():
        shown = f"{number:,.0f}".replace(",", ".")
        assert re.search(rf"\b{re.escape(shown)} {label}", page), label
        assert f"{shown} {label}" in text, label


async def test_the_pack_says_what_has_changed_and_what_was_corrected_as_the_api_does(
    caller: Caller, dashboard_database: Database, dashboard_settings: DashboardSettings, meeting_id: UUID
) -> None:
    before = HELD - timedelta(days=80)
    spring = employer_event(
        EventPublished, kind="taskforce_meeting", status="published", title="Forårsmøde", starts_at=before
    )
    seen = hire(start_date=date(2026, 3, 3), recorded_at=before - timedelta(days=1))
    target = TargetSet(
        taskforce_id=TASKFORCE,
        version=1,
        recorded_at=before,
        target_id=uuid4(),
        measure="hires",
        job_type="smaajob",
        value=200,
        unit="count",
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 12, 31),
    )
    await apply_messages(dashboard_database, spring, seen, target)
    url = f"/meetings/{meeting_id}/pack"
    await caller.get(f"{url}.pdf", "coordinator")
    await make_waiting(dashboard_database, dashboard_settings)
    text = pdf_text((await caller.get(f"{url}.pdf", "coordinator")).content)
    book = sheets((await caller.get(f"{url}.xlsx", "coordinator")).content)

    moments = [f"{at:%Y-%m-%d}@{at:%Y-%m-%dT%H:%M:%SZ}" for at in (before, HELD)]
    query = {"measure": "hires", "from": moments[0], "to": moments[1]}
    told = (await caller.get(f"/api/dashboard/v1/bridge?{urlencode(query)}", "coordinator")).json()
    assert (told["start"], told["end"]) == (1, 24)
    assert [(term["kind"], term["count"]) for term in told["terms"]] == [("late", 23)]
    row = next(row for row in book["Hvad er ændret"] if row[:1] == ["Ansættelser"] and len(row) > 3)
    assert (row[1], row[-1]) == (1, 24)
    assert 23 in row[2:-1]
    assert "1 + 23 registreret senere = 24" in text
    assert ["Forårsmøde", before.date(), "Ansættelser", "Småjob", 1, 24, "+ 23 registreret senere"] in book["Rettelser"]
    assert any(row[2:4] == [200, 24] for row in book["Mål"])

    # The page of the meeting says the same: every sum, and every correction with both values.
    page = words((await caller.get(f"/meetings/{meeting_id}", "coordinator", headers=PAGE)).text)
    lines = [str(row[1]) for row in book["Hvad er ændret"] if len(row) == 2]
    sums = [line for line in lines if "=" in line or "uændret" in line]
    assert len(sums) == 4
    corrected = [row for row in book["Rettelser"] if row[:1] == ["Forårsmøde"]]
    assert f"{len(corrected)} tal, som tidligere møder så, er anderledes nu" in page
    for one in sums:
        assert one in page, one


async def test_auditors_and_programs_get_no_agenda(
    caller: Caller, dashboard_database: Database, dashboard_settings: DashboardSettings, meeting_id: UUID
) -> None:
    url = f"/meetings/{meeting_id}/pack.xlsx"
    for role in ("member", "auditor"):
        await caller.get(url, role)
    await make_waiting(dashboard_database, dashboard_settings)
    assert "Dagsorden" in sheets((await caller.get(url, "member")).content)
    assert "Dagsorden" not in sheets((await caller.get(url, "auditor")).content)
