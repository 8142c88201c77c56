"""The page of the targets and their JSON, on one small history."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from html import unescape
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tests.dashboard.messages import apply_messages, checkpoint, hire, target

if TYPE_CHECKING:
    from shared.db.database import Database
    from tests.dashboard.conftest import Caller

API = "/api/dashboard/v1/targets?as_of=2026-12-01"
PAGE = {"accept": "text/html", "accept-language": "da"}


async def test_page_and_api_show_counts_beside_shares_and_hide_few_persons(
    dashboard_database: Database, caller: Caller
) -> None:
    at: dict[str, Any] = {"recorded_at": datetime(2026, 1, 1, tzinfo=UTC)}
    window: dict[str, Any] = {"starts_on": date(2025, 1, 1), "ends_on": date(2026, 12, 31)}
    count, share = uuid4(), uuid4()
    got_there = {"checkpoints": (checkpoint(6, "same_company"),)}
    stopped = {"ended_on": date(2026, 2, 1), "end_reason": "employer"}
    begun = [
        *(hire(start_date=date(2026, 1, 5), **at, **got_there) for _ in range(6)),
        *(hire(start_date=date(2026, 1, 5), **at, **stopped) for _ in range(3)),
        *(hire(start_date=date(2026, 10, 5), **at) for _ in range(11)),
    ]
    await apply_messages(
        dashboard_database,
        target(target_id=count, value=21, **window),
        target(target_id=share, measure="still_employed_6", value=50, unit="percent", **window),
        *begun,
    )

    by_id = {one["target_id"]: one for one in (await caller.get(API, "caseworker")).json()["targets"]}
    assert by_id[str(count)] | {"counted": 20, "status": "on_track", "decided": None} == by_id[str(count)]
    assert by_id[str(share)] | {"counted": 6, "decided": 9, "begun": 20, "unknown": 0} == by_id[str(share)]
    restricted = {one["target_id"]: one for one in (await caller.get(API, "member")).json()["targets"]}
    assert restricted[str(count)] == by_id[str(count)]
    assert restricted[str(share)] | {"hidden": True, "counted": None, "status": None} == restricted[str(share)]

    page = (await caller.get("/dashboard/targets?as_of=2026-12-01", "coordinator", headers=PAGE)).text
    assert "67\N{NO-BREAK SPACE}% (6 af 9)" in page
    assert "30\N{NO-BREAK SPACE}% (6 af 20)" in page
    assert "Kun de, hvis 6 måneder er gået, afgør det: 9 af 20" in page
    assert "med 80 % sikkerhed" in page
    bridge = re.search(r'href="(/dashboard/bridge[^"]+)">20</a>', page)
    assert bridge
    counted = (await caller.get(unescape(bridge[1]), "coordinator", headers=PAGE)).text
    assert "+ 20" in re.sub(r"<[^>]+>|\s+", " ", counted).replace("  ", " ")
    hidden = (await caller.get("/dashboard/targets?as_of=2026-12-01", "member", headers=PAGE)).text
    assert "6 af 9" not in hidden
    assert "skjult" in hidden
    # The title says nothing of the hidden one either.
    assert "Intet af de viste mål er ved at glide" in hidden
    # Before the target was set, and with a parameter that the page does not have.
    none = await caller.get("/dashboard/targets?known_at=2026-11-01T12:00:00Z", "member", headers=PAGE)
    assert "Der er ikke sat noget mål" in none.text
    assert (await caller.get("/dashboard/targets?happiness=1", "member", headers=PAGE)).status_code == 422
