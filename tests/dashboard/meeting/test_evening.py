"""The projector: which event it shows."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from tests.dashboard.messages import apply_messages, employer_event, pledge
from tests.dashboard.overview.test_pages import PAGE, words

if TYPE_CHECKING:
    from shared.db.database import Database
    from tests.dashboard.conftest import Caller


async def test_the_projector_shows_the_chosen_event_and_stays_on_it(
    caller: Caller, dashboard_database: Database
) -> None:
    here = employer_event(starts_at=datetime.now(UTC), title="Den store aften")
    there = employer_event(starts_at=datetime.now(UTC), title="Den lille aften")
    await apply_messages(
        dashboard_database, here, there, pledge(positions=44, event_id=here.event_id, captured_at=datetime.now(UTC))
    )

    small = (await caller.get(f"/dashboard/projector?event={there.event_id}", "member", headers=PAGE)).text
    address = html.unescape(re.search(r'data-live-src="([^"]+)"', small)[1])  # type: ignore[index]
    fresh = (await caller.get(address, "member", headers={"hx-request": "true"})).text
    for page in (small, fresh):
        assert "Den lille aften" in words(page)
        assert "Den store aften" not in words(page)
    for nothing in ("", "?event=x", f"?event={uuid4()}"):
        page = (await caller.get(f"/dashboard/projector{nothing}", "member", headers=PAGE)).text
        assert "Den store aften" in words(page)
    front = (await caller.get("/", "member", headers=PAGE)).text
    assert f'href="/dashboard/projector?event={here.event_id}"' in front
