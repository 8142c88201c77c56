"""What is counted for targets, at any pair of times, on a database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

from services.dashboard.measures.figures import compute, employed_after
from services.dashboard.measures.selection import Times
from services.dashboard.targets.figures import targets
from shared.contracts.events import TargetDropped
from shared.contracts.pledges import HireEnded
from tests.dashboard.messages import EVENING, apply_messages, checkpoint, hire, hire_again, pledge, target

if TYPE_CHECKING:
    from shared.db.database import Database

TODAY: Final = date(2026, 12, 1)
BEFORE: Final = datetime(2026, 1, 1, tzinfo=UTC)


async def test_targets_count_what_their_window_holds(dashboard_database: Database, taskforce_id: UUID) -> None:
    sum_of, level, pledged, share = (uuid4() for _ in range(4))
    window: dict[str, Any] = {"starts_on": date(2026, 2, 1), "ends_on": date(2026, 12, 31)}
    hires = [
        hire(start_date=date(2026, 1, 31), recorded_at=BEFORE),
        hire(start_date=date(2026, 2, 1), recorded_at=BEFORE, checkpoints=(checkpoint(6, "same_company"),)),
        hire(start_date=date(2026, 5, 1), recorded_at=BEFORE, ended_on=date(2026, 7, 1), end_reason="employer"),
        hire(start_date=date(2026, 5, 31), recorded_at=BEFORE),
        hire(start_date=date(2026, 11, 1), recorded_at=BEFORE),
        hire(start_date=date(2026, 12, 2), recorded_at=BEFORE),
        hire(start_date=date(2026, 5, 2), recorded_at=BEFORE, job_type="praktik"),
    ]
    await apply_messages(
        dashboard_database,
        target(target_id=sum_of, value=5, **window),
        target(target_id=level, measure="hires_current", value=4, **window),
        target(target_id=pledged, measure="pledged_positions", value=4, starts_on=TODAY, ends_on=TODAY),
        target(target_id=share, measure="still_employed_6", value=40, unit="percent", **window),
        target(measure="happiness"),
        pledge(positions=3),
        *hires,
    )

    found = {one.terms.target_id: one for one in await targets(dashboard_database, taskforce_id, Times(TODAY))}

    assert len(found) == 4
    assert found[sum_of].progress.counted == 4
    assert (found[sum_of].progress.best_quarter, found[sum_of].progress.best_quarter_begins) == (2, date(2026, 1, 1))
    assert found[sum_of].progress.last_year == 5
    assert found[level].progress.counted == 4
    assert found[pledged].progress.counted == 3
    cohort = found[share].progress
    # Of four that began in the window one is not decided; one of the other three is still employed.
    assert (cohort.counted, cohort.ripe, cohort.unknown, cohort.begun) == (1, 3, 1, 4)

    # On an earlier day, and on the days of the window's ends.
    in_may = {
        one.terms.target_id: one for one in await targets(dashboard_database, taskforce_id, Times(date(2026, 5, 31)))
    }
    assert in_may[sum_of].progress.counted == 3
    assert (in_may[share].progress.ripe, in_may[share].progress.begun) == (0, 3)
    # On the last and the first day of a quarter.
    for day, counted in ((date(2026, 3, 31), 1), (date(2026, 4, 1), 1), (date(2026, 6, 30), 3), (date(2026, 7, 1), 3)):
        then = {one.terms.target_id: one for one in await targets(dashboard_database, taskforce_id, Times(day))}
        assert then[sum_of].progress.counted == counted
    for day in (date.min, date.max):
        assert len(await targets(dashboard_database, taskforce_id, Times(day))) == 4


async def test_a_target_of_citizens_counts_whoever_is_hired_again_once(
    dashboard_database: Database, taskforce_id: UUID
) -> None:
    citizen, earlier = UUID(int=1), {"recorded_at": BEFORE, "confirmed_at": BEFORE}
    await apply_messages(
        dashboard_database,
        target(measure="citizens", starts_on=date(2026, 1, 1), recorded_at=BEFORE),
        hire(start_date=date(2026, 2, 1), citizen_id=citizen, **earlier),
        hire(start_date=date(2026, 5, 1), citizen_id=citizen, **earlier),
        hire(start_date=date(2026, 5, 1), **earlier),
        hire(start_date=date(2026, 11, 1)),
    )

    restricted = Times(date(2026, 9, 30), EVENING - timedelta(days=62))
    [now] = await targets(dashboard_database, taskforce_id, Times(TODAY))
    [then] = await targets(dashboard_database, taskforce_id, Times(TODAY), shares_at=restricted)

    assert (now.progress.counted, then.progress.counted) == (3, 2)
    assert now.progress.last_year == 3


async def test_an_earlier_moment_has_the_targets_and_the_figures_of_then(
    dashboard_database: Database, taskforce_id: UUID
) -> None:
    begun = hire(start_date=date(2026, 5, 1), recorded_at=EVENING, checkpoints=(checkpoint(6, "same_company"),))
    first = target(measure="still_employed_6", value=70, unit="percent", starts_on=date(2026, 5, 1))
    later = EVENING + timedelta(days=1)
    await apply_messages(
        dashboard_database,
        first,
        begun,
        hire_again(HireEnded, begun, ended_on=date(2026, 6, 1), end_reason="employer", checkpoints=()),
        target(TargetDropped, target_id=first.target_id, version=2, recorded_at=later),
    )

    [then] = await targets(dashboard_database, taskforce_id, Times(TODAY, EVENING))

    shown = await compute(dashboard_database, taskforce_id, as_of=TODAY, known_at=EVENING)
    employed = employed_after(shown.counts, 6, "smaajob")
    assert (then.progress.counted, then.progress.ripe) == (employed.yes, employed.of)
    assert (then.terms.value, then.progress.counted, then.progress.ripe) == (70, 1, 1)
    assert await targets(dashboard_database, taskforce_id, Times(TODAY)) == []
    assert await targets(dashboard_database, taskforce_id, Times(TODAY, EVENING - timedelta(days=1))) == []


async def test_a_cohort_holds_those_that_began_in_its_window_also_at_the_end_of_a_month(
    dashboard_database: Database, taskforce_id: UUID
) -> None:
    until_28, from_30 = uuid4(), uuid4()
    share: dict[str, Any] = {"measure": "still_employed_6", "value": 50, "unit": "percent"}
    yes = (checkpoint(6, "same_company"),)
    await apply_messages(
        dashboard_database,
        target(target_id=until_28, starts_on=date(2025, 8, 1), ends_on=date(2025, 8, 28), **share),
        target(target_id=from_30, starts_on=date(2025, 8, 30), ends_on=date(2025, 9, 30), **share),
        # The day to ask is 28 February 2026 for all of them.
        *(hire(start_date=date(2025, 8, day), recorded_at=BEFORE, checkpoints=yes) for day in (28, 29, 30, 31)),
        hire(start_date=date(2025, 8, 29), recorded_at=BEFORE),
        hire(start_date=date(2025, 9, 30), recorded_at=BEFORE),
    )

    async def cohort(target_id: UUID, times: Times) -> tuple[int, int, int, int]:
        found = {one.terms.target_id: one for one in await targets(dashboard_database, taskforce_id, times)}
        progress = found[target_id].progress
        return progress.counted, progress.ripe, progress.unknown, progress.begun

    assert await cohort(until_28, Times(TODAY)) == (1, 1, 0, 1)
    assert await cohort(from_30, Times(TODAY)) == (2, 3, 1, 3)
    # While the window lasts, those who are to begin have not begun yet.
    assert await cohort(until_28, Times(date(2025, 8, 27))) == (0, 0, 0, 0)
    assert await cohort(until_28, Times(date(2025, 8, 28))) == (0, 0, 0, 1)
    assert await cohort(from_30, Times(date(2025, 8, 30), EVENING)) == (0, 0, 0, 1)
