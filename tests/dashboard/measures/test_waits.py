"""The median days between the steps, counted by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from services.dashboard.measures.figures import compute
from services.dashboard.measures.waits import Wait
from shared.contracts.pledges import HireEnded, Position, PositionFilled, PositionMatched, PositionReopened, position_id
from tests.dashboard.messages import apply_messages, hire, pledge

if TYPE_CHECKING:
    from uuid import UUID

    from shared.db.database import Database


def _at(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 11, tzinfo=UTC)


async def test_a_position_that_is_given_away_twice_has_two_waits_from_match_to_hire(
    dashboard_database: Database, taskforce_id: UUID
) -> None:
    pledge_id, first, second = uuid4(), uuid4(), uuid4()
    place = position_id(pledge_id, 1)

    def version(number: int, of: type[Any], at: datetime, **position: Any) -> Any:
        logged = pledge(of, pledge_id=pledge_id, captured_at=_at(1, 1), recorded_at=at, version=number)
        return logged.model_copy(update={"positions": (Position(position_id=place, number=1, **position),)})

    january, june = {"matched_on": date(2026, 1, 11)}, {"matched_on": date(2026, 6, 10)}
    job: dict[str, Any] = {"pledge_id": pledge_id, "position_id": place}
    hired = hire(**job, hire_id=first, start_date=date(2026, 2, 1), confirmed_at=_at(1, 20), recorded_at=_at(1, 20))
    end = {"version": 2, "recorded_at": _at(6, 1), "ended_on": date(2026, 6, 1), "end_reason": "health"}
    await apply_messages(
        dashboard_database,
        version(2, PositionMatched, _at(1, 11), status="matched", **january),
        version(3, PositionFilled, _at(1, 20), status="filled", hire_id=first, **january),
        hired,
        version(4, PositionReopened, _at(6, 1), status="open"),
        HireEnded(**hired.model_dump() | end),
        version(5, PositionMatched, _at(6, 10), status="matched", **june),
        version(6, PositionFilled, _at(6, 20), status="filled", hire_id=second, **june),
        hire(**job, hire_id=second, start_date=date(2026, 7, 5), confirmed_at=_at(6, 20), recorded_at=_at(6, 20)),
    )

    in_march = (await compute(dashboard_database, taskforce_id, as_of=date(2026, 3, 1))).waits
    in_august = (await compute(dashboard_database, taskforce_id, as_of=date(2026, 8, 1))).waits

    assert in_march["matched_to_hired"] == Wait(21, 1)
    assert in_august["matched_to_hired"] == Wait(23, 2)
    assert in_august["pledged_to_hired"] == Wait((31 + 185) / 2, 2)
