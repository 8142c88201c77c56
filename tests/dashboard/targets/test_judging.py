"""What is published when it changes whether a target will be reached."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from services.dashboard.targets.judging import judge_targets
from shared.contracts.events import TargetDropped
from tests.dashboard.messages import apply_messages, hire, target

if TYPE_CHECKING:
    from uuid import UUID

    from shared.db.database import Database

NOON: Final = datetime(2026, 12, 1, 11, tzinfo=UTC)


async def test_only_a_change_of_the_judgement_is_published(dashboard_database: Database, taskforce_id: UUID) -> None:
    id, empty = uuid4(), uuid4()
    at: dict[str, Any] = {"recorded_at": NOON, "confirmed_at": NOON}
    begun = [hire(start_date=date(2026, 11, 2), **at) for _ in range(3)]
    window: dict[str, Any] = {"starts_on": date(2026, 11, 1), "recorded_at": NOON}
    await apply_messages(
        dashboard_database,
        target(target_id=id, value=4, **window),
        # Nobody's six months have run out: it says nothing yet.
        target(target_id=empty, measure="still_employed_6", value=70, unit="percent", **window),
        *begun,
    )

    async def judged(at: datetime = NOON) -> list[tuple[UUID, int, str, date | None]]:
        published = await judge_targets(dashboard_database, taskforce_id, at=at)
        return [(one.target_id, one.version, one.status, one.reachable_until) for one in published]

    # One is missing; three came in the best quarter, so one takes 21 days of the window's 61.
    assert await judged() == [(id, 1, "at_risk", date(2026, 12, 11))]
    assert await judged() == []
    await apply_messages(dashboard_database, *(hire(start_date=date(2026, 12, 1), **at) for _ in range(2)))
    assert await judged(NOON + timedelta(hours=1)) == [(id, 2, "reached", None)]
    await apply_messages(dashboard_database, target(TargetDropped, target_id=id, version=2, recorded_at=NOON))
    assert await judged() == []

    async with dashboard_database.read(taskforce_id) as conn:
        rows = await conn.fetch(
            "select version, payload from outbox where aggregatetype = 'dashboard.target' order by 1"
        )
    assert [row["version"] for row in rows] == [1, 2]
