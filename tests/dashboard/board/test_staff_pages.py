"""The coordinator's page of the board."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from tests.dashboard.board.releases import release
from tests.dashboard.messages import apply_messages, hire, taskforce

if TYPE_CHECKING:
    from shared.db.database import Database
    from tests.dashboard.conftest import Caller


async def test_a_coordinator_sees_why_nothing_is_released_and_releases_before_the_time(
    caller: Caller, dashboard_database: Database
) -> None:
    begun = {"start_date": date(2019, 3, 1)}
    await apply_messages(dashboard_database, taskforce(), *(hire(**begun) for _ in range(7)))
    await release(dashboard_database)
    await apply_messages(dashboard_database, *(hire(**begun) for _ in range(4)))
    page = await caller.get("/dashboard/board", "coordinator")
    assert "Der er kommet eller gået for få siden sidste offentliggørelse" in page.text
    assert "<form" not in page.text.split("<main")[1]
    refused = await caller.post("/dashboard/board", "coordinator")
    assert refused.headers["location"] == "/dashboard/board?answer=too-few-since-the-last-release"
    assert "viser fortsat" in (await caller.get(refused.headers["location"], "coordinator")).text

    await apply_messages(dashboard_database, hire(**begun))
    assert "Tallet må vises nu" in (await caller.get("/dashboard/board", "coordinator")).text
    released = await caller.post("/dashboard/board", "coordinator")
    assert released.headers["location"] == "/dashboard/board?answer=released"
    page = await caller.get(released.headers["location"], "coordinator")
    assert "Tavlen viser det nye tal" in page.text
    assert "i hånden" in page.text
    assert (await caller.get("/board/struer.json")).json()["count"] == 12


async def test_before_the_taskforce_is_known_there_is_no_board(caller: Caller) -> None:
    assert (await caller.get("/dashboard/board", "coordinator")).status_code == 404


async def test_only_coordinators_see_what_is_not_public(caller: Caller, dashboard_database: Database) -> None:
    await apply_messages(dashboard_database, taskforce())
    for role in ("member", "caseworker", "admin", "auditor"):
        assert (await caller.get("/dashboard/board", role)).status_code == 403
