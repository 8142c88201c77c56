"""What the figures count: as of a day, and as known at a moment."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from services.dashboard.measures import catalogue
from services.dashboard.measures.figures import Figures, compute, quarter_code, today
from services.dashboard.measures.queries import last_change
from services.dashboard.measures.selection import Filters
from shared.contracts.events import EventCancelled, EventClosed, EventDrafted
from shared.contracts.pledges import HireCorrected, PledgeMerged, PledgeRestored, PledgeReviewed, PledgeWithdrawn
from tests.dashboard.messages import (
    EVENING,
    apply_messages,
    check_in,
    employer_event,
    filled,
    hire,
    hire_again,
    pledge,
    pledge_again,
    undone,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from shared.db.database import Database

    Ask = Callable[..., Awaitable[Figures]]

NIGHT = date(2026, 12, 1)


def only(**counts: int) -> dict[str, int]:
    """A figure with these counts, and zero for all other job types."""
    nothing = dict.fromkeys(("smaajob", "praktik", "loentilskud", "fleksjob", "ordinaer", "traening"), 0)
    return nothing | counts


@pytest.fixture
def figures(dashboard_database: Database, taskforce_id: UUID) -> Ask:
    async def ask(as_of: date = NIGHT, known_at: datetime | None = None) -> Figures:
        return await compute(dashboard_database, taskforce_id, as_of=as_of, known_at=known_at)

    return ask


async def test_an_empty_taskforce_has_figures_of_nothing(figures: Ask) -> None:
    nothing = await figures()
    assert nothing.counts["pledged_positions"] == nothing.counts["hires"] == nothing.counts["hires_current"] == only()
    assert nothing.events == []
    assert nothing.quarters == []
    assert nothing.updated_at is None


async def test_positions_count_not_pledges_and_types_stay_apart(dashboard_database: Database, figures: Ask) -> None:
    await apply_messages(
        dashboard_database, pledge(positions=3), pledge(positions=2), pledge(positions=4, job_type="praktik")
    )
    assert (await figures()).counts["pledged_positions"] == only(smaajob=5, praktik=4)


async def test_a_pledge_counts_from_the_day_it_was_pledged(dashboard_database: Database, figures: Ask) -> None:
    await apply_messages(dashboard_database, pledge(pledged_on=date(2026, 12, 1)))
    assert (await figures(date(2026, 11, 30))).counts["pledged_positions"] == only()
    assert (await figures(date(2026, 12, 1))).counts["pledged_positions"] == only(smaajob=1)


async def test_a_duplicate_pledge_never_counts(dashboard_database: Database, figures: Ask) -> None:
    real, twice = pledge(positions=2), pledge(positions=2)
    await apply_messages(dashboard_database, real, twice)
    await apply_messages(dashboard_database, pledge_again(PledgeMerged, twice, status="duplicate", counted=False))
    assert (await figures()).counts["pledged_positions"] == only(smaajob=2)
    before = await figures(known_at=EVENING)
    assert before.counts["pledged_positions"] == only(smaajob=4), "on the evening nobody knew"


async def test_a_held_pledge_counts_once_it_is_accepted_and_a_rejected_one_never(
    dashboard_database: Database, figures: Ask
) -> None:
    held, other = pledge(positions=2, counted=False), pledge(positions=3)
    await apply_messages(dashboard_database, held, other)
    while_held = await figures()
    await apply_messages(
        dashboard_database,
        pledge(PledgeReviewed, positions=2, pledge_id=held.pledge_id, version=2),
        pledge(PledgeReviewed, positions=3, pledge_id=other.pledge_id, version=2, counted=False),
    )

    assert while_held.counts["pledged_positions"] == only(smaajob=3)
    assert (await figures()).counts["pledged_positions"] == only(smaajob=2)


async def test_what_a_company_withdraws_counts_until_that_day(dashboard_database: Database, figures: Ask) -> None:
    ended_on = date(2027, 1, 4)
    evening = employer_event()
    logged, other = (pledge(positions=count, event_id=evening.event_id) for count in (3, 1))
    left = tuple(
        position.model_copy(update={"status": "filled" if position.number == 1 else "cancelled"})
        for position in logged.positions
    )
    withdrawn = pledge_again(PledgeWithdrawn, logged, positions=left, status="withdrawn", ended_on=ended_on)
    await apply_messages(dashboard_database, evening, logged, other, withdrawn)

    before, after = await figures(date(2027, 1, 3)), await figures(ended_on)
    assert before.counts["pledged_positions"] == only(smaajob=4)
    assert after.counts["pledged_positions"] == after.events[0].counts["pledged_positions"] == only(smaajob=2)
    assert [quarter.counts["pledged_positions"]["smaajob"] for quarter in after.quarters] == [4, -2]
    as_known_then = await figures(ended_on, known_at=EVENING)
    assert as_known_then.counts["pledged_positions"] == only(smaajob=4)

    await apply_messages(dashboard_database, pledge_again(PledgeRestored, withdrawn, positions=logged.positions))
    assert (await figures(ended_on)).counts["pledged_positions"] == only(smaajob=4)


async def test_a_pledge_that_was_never_made_has_counted_on_no_day(dashboard_database: Database, figures: Ask) -> None:
    logged = pledge(positions=2)
    mistake = pledge_again(PledgeWithdrawn, logged, status="withdrawn", counted=False)
    await apply_messages(dashboard_database, logged, mistake)
    assert (await figures()).counts["pledged_positions"] == only()
    assert (await figures(known_at=EVENING)).counts["pledged_positions"] == only(smaajob=2)


async def test_a_hire_counts_from_its_first_day_and_as_starting_later_before_it(
    dashboard_database: Database, figures: Ask
) -> None:
    await apply_messages(dashboard_database, hire(start_date=date(2027, 1, 4), confirmed_at=EVENING))
    before_confirmation = await figures(date(2026, 11, 30))
    assert before_confirmation.counts["hires_starting_later"] == only()
    confirmed = await figures(NIGHT)
    assert confirmed.counts["hires"] == only()
    assert confirmed.counts["hires_starting_later"] == only(smaajob=1)
    eve = await figures(date(2027, 1, 3))
    assert (eve.counts["hires"], eve.counts["hires_starting_later"]) == (only(), only(smaajob=1))
    begun = await figures(date(2027, 1, 4))
    assert begun.counts["hires"] == begun.counts["hires_current"] == only(smaajob=1)
    assert begun.counts["hires_starting_later"] == only()


async def test_a_hire_confirmed_after_its_first_day_never_counts_as_starting_later(
    dashboard_database: Database, figures: Ask
) -> None:
    await apply_messages(dashboard_database, hire(start_date=date(2026, 11, 2), confirmed_at=EVENING))
    for day in (date(2026, 11, 1), date(2026, 11, 2), NIGHT):
        assert (await figures(day)).counts["hires_starting_later"] == only()
    assert (await figures(date(2026, 11, 2))).counts["hires"] == only(smaajob=1), (
        "it was true then, though nobody had said so"
    )


async def test_an_ended_hire_stays_a_hire_and_is_no_longer_current(dashboard_database: Database, figures: Ask) -> None:
    await apply_messages(dashboard_database, hire(start_date=date(2026, 6, 1), ended_on=date(2026, 9, 1)))
    last_day = await figures(date(2026, 8, 31))
    assert last_day.counts["hires_current"] == only(smaajob=1)
    gone = await figures(date(2026, 9, 1))
    assert gone.counts["hires"] == only(smaajob=1)
    assert gone.counts["hires_current"] == only()


async def test_a_hire_that_ended_before_it_began_is_never_current(dashboard_database: Database, figures: Ask) -> None:
    await apply_messages(dashboard_database, hire(start_date=date(2026, 6, 1), ended_on=date(2026, 5, 1)))
    assert (await figures(date(2026, 5, 15))).counts["hires_current"] == only()
    assert (await figures(date(2026, 6, 1))).counts["hires_current"] == only()
    assert (await figures(date(2026, 6, 1))).counts["hires"] == only(smaajob=1)


async def test_hires_without_a_pledge_are_counted_apart(dashboard_database: Database, figures: Ask) -> None:
    await apply_messages(
        dashboard_database, hire(), hire(), hire(pledge_id=None), hire(pledge_id=None, job_type="fleksjob")
    )
    computed = await figures()
    assert computed.counts["hires"] == only(smaajob=3, fleksjob=1)
    assert computed.counts["hires_from_pledges"] == only(smaajob=2)
    assert computed.counts["hires_without_pledge"] == only(smaajob=1, fleksjob=1)


@pytest.mark.parametrize("filters", [Filters(), Filters(municipality="0671")], ids=["everything", "filtered"])
async def test_hires_that_no_longer_name_a_citizen_are_citizens_of_their_own(
    dashboard_database: Database, taskforce_id: UUID, filters: Filters
) -> None:
    citizen = uuid4()
    named = [hire(municipality="0671", citizen_id=citizen) for _ in range(3)]
    await apply_messages(dashboard_database, *named)
    await apply_messages(dashboard_database, *(hire_again(HireCorrected, one, citizen_id=None) for one in named[:2]))

    counts = (await compute(dashboard_database, taskforce_id, as_of=NIGHT, filters=filters)).counts

    assert counts["citizens"] == counts["citizens_current"] == only(smaajob=3)


async def test_an_event_shows_its_goal_and_its_counts(dashboard_database: Database, figures: Ask) -> None:
    evening = employer_event(goal_positions=50)
    await apply_messages(
        dashboard_database,
        evening,
        check_in(evening.event_id),
        check_in(evening.event_id),
        pledge(positions=3, event_id=evening.event_id),
        pledge(positions=1, event_id=evening.event_id, job_type="praktik"),
        pledge(positions=9),
        hire(event_id=evening.event_id),
        hire(event_id=evening.event_id, start_date=date(2027, 1, 4)),
    )
    (event,) = (await figures()).events
    assert (event.title, event.date, event.goal_positions) == ("Småjob-aften", NIGHT, 50)
    assert event.counts["companies_present"] == 2
    assert event.counts["pledged_positions"] == only(smaajob=3, praktik=1)
    assert event.counts["hires"] == event.counts["hires_starting_later"] == only(smaajob=1)


async def test_beside_a_part_of_its_pledges_an_event_has_no_goal(
    dashboard_database: Database, taskforce_id: UUID
) -> None:
    evening, other = employer_event(goal_positions=5), employer_event(goal_positions=8)
    await apply_messages(
        dashboard_database, evening, other, pledge(event_id=evening.event_id, positions=5, municipality="0671")
    )

    async def goals(filters: Filters) -> dict[UUID, int | None]:
        shown = await compute(dashboard_database, taskforce_id, as_of=EVENING.date(), filters=filters)
        return {event.event_id: event.goal_positions for event in shown.events}

    assert await goals(Filters()) == {evening.event_id: 5, other.event_id: 8}
    assert await goals(Filters(event_id=evening.event_id)) == {evening.event_id: 5, other.event_id: None}
    for part in (Filters(municipality="0671"), Filters(evening.event_id, municipality="0671")):
        assert set((await goals(part)).values()) == {None}


async def test_a_company_checked_in_twice_is_one_company(dashboard_database: Database, figures: Ask) -> None:
    evening, company_id = employer_event(), uuid4()
    await apply_messages(
        dashboard_database,
        evening,
        check_in(evening.event_id, company_id=company_id),
        check_in(evening.event_id, company_id=company_id, version=2, checked_in_at=EVENING + timedelta(hours=1)),
    )
    assert (await figures()).events[0].counts["companies_present"] == 1


async def test_a_check_in_that_was_undone_does_not_count_until_it_is_made_again(
    dashboard_database: Database, figures: Ask
) -> None:
    evening = employer_event()
    arrival = check_in(evening.event_id)
    # The messages arrive in the wrong order.
    await apply_messages(dashboard_database, evening, undone(arrival))
    await apply_messages(dashboard_database, arrival, check_in(evening.event_id))
    assert (await figures()).events[0].counts["companies_present"] == 1
    await apply_messages(dashboard_database, arrival.model_copy(update={"version": 3}))
    assert (await figures()).events[0].counts["companies_present"] == 2


async def test_events_are_listed_latest_first_without_future_ones(dashboard_database: Database, figures: Ask) -> None:
    spring = employer_event(title="Forår", starts_at=EVENING - timedelta(days=200))
    night = employer_event(title="I aften")
    later = employer_event(title="Næste år", starts_at=EVENING + timedelta(days=100))
    await apply_messages(dashboard_database, spring, later, night)
    assert [event.title for event in (await figures()).events] == ["I aften", "Forår"]
    assert [event.title for event in (await figures(date(2026, 6, 30))).events] == ["Forår"]


async def test_drafts_and_cancelled_events_are_listed_only_if_something_is_counted(
    dashboard_database: Database, figures: Ask
) -> None:
    draft = employer_event(EventDrafted, status="draft", title="Kladde")
    cancelled = employer_event(EventCancelled, status="cancelled", title="Aflyst")
    await apply_messages(dashboard_database, draft, cancelled)
    assert (await figures()).events == []
    await apply_messages(dashboard_database, pledge(event_id=cancelled.event_id))
    assert [event.title for event in (await figures()).events] == ["Aflyst"]


async def test_a_meeting_of_the_taskforce_is_listed_only_if_something_is_counted(
    dashboard_database: Database, figures: Ask
) -> None:
    meeting = employer_event(kind="taskforce_meeting", title="Taskforcemøde")
    await apply_messages(dashboard_database, meeting)
    assert (await figures()).events == []
    await apply_messages(dashboard_database, pledge(event_id=meeting.event_id))
    assert [event.title for event in (await figures()).events] == ["Taskforcemøde"]


async def test_a_pledge_may_arrive_before_its_event_is_known(dashboard_database: Database, figures: Ask) -> None:
    evening = employer_event()
    await apply_messages(dashboard_database, pledge(positions=2, event_id=evening.event_id))
    (unknown,) = (await figures()).events
    assert (unknown.event_id, unknown.title, unknown.date) == (evening.event_id, None, None)
    assert unknown.counts["pledged_positions"] == only(smaajob=2)
    await apply_messages(dashboard_database, evening)
    assert [event.title for event in (await figures()).events] == ["Småjob-aften"]


@pytest.mark.parametrize(
    ("moment", "day", "quarter"),
    [
        # New Year's Eve, half past midnight in Denmark: UTC is still in the old year.
        (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), date(2027, 1, 1), "2027-Q1"),
        (datetime(2026, 12, 31, 22, 30, tzinfo=UTC), date(2026, 12, 31), "2026-Q4"),
        # Midsummer: two hours ahead of UTC.
        (datetime(2026, 6, 30, 22, 30, tzinfo=UTC), date(2026, 7, 1), "2026-Q3"),
        (datetime(2026, 6, 30, 21, 30, tzinfo=UTC), date(2026, 6, 30), "2026-Q2"),
        # The nights the clocks change.
        (datetime(2026, 3, 28, 23, 30, tzinfo=UTC), date(2026, 3, 29), "2026-Q1"),
        (datetime(2026, 3, 29, 21, 59, tzinfo=UTC), date(2026, 3, 29), "2026-Q1"),
        (datetime(2026, 3, 29, 22, 0, tzinfo=UTC), date(2026, 3, 30), "2026-Q1"),
        (datetime(2026, 10, 24, 22, 0, tzinfo=UTC), date(2026, 10, 25), "2026-Q4"),
        (datetime(2026, 10, 25, 22, 59, tzinfo=UTC), date(2026, 10, 25), "2026-Q4"),
        (datetime(2026, 10, 25, 23, 0, tzinfo=UTC), date(2026, 10, 26), "2026-Q4"),
    ],
)
async def test_a_moment_belongs_to_its_day_in_denmark(
    moment: datetime, day: date, quarter: str, dashboard_database: Database, figures: Ask
) -> None:
    assert today(moment) == day
    assert quarter_code(day) == quarter
    evening = employer_event(EventClosed, status="closed", starts_at=moment)
    await apply_messages(
        dashboard_database,
        evening,
        check_in(evening.event_id, checked_in_at=moment),
        pledge(captured_at=moment),
        hire(start_date=date(2030, 1, 1), confirmed_at=moment),
    )
    before, on_the_day = await figures(day - timedelta(days=1)), await figures(day)
    assert before.events == []
    assert before.counts["hires_starting_later"] == before.counts["pledged_positions"] == only()
    assert on_the_day.events[0].date == day
    assert on_the_day.events[0].counts["companies_present"] == 1
    assert on_the_day.counts["hires_starting_later"] == on_the_day.counts["pledged_positions"] == only(smaajob=1)
    assert [q.quarter for q in on_the_day.quarters] == [quarter]


async def test_quarters_run_without_gaps_over_the_turn_of_the_year(dashboard_database: Database, figures: Ask) -> None:
    await apply_messages(
        dashboard_database,
        pledge(positions=2, pledged_on=date(2025, 9, 30)),
        pledge(positions=3, pledged_on=date(2025, 10, 1)),
        hire(start_date=date(2026, 3, 31)),
        hire(start_date=date(2026, 4, 1), job_type="praktik"),
    )
    quarters = (await figures()).quarters
    assert [q.quarter for q in quarters] == ["2025-Q3", "2025-Q4", "2026-Q1", "2026-Q2"]
    assert [q.begins_on for q in quarters][-1] == date(2026, 4, 1)
    assert [q.counts["pledged_positions"]["smaajob"] for q in quarters] == [2, 3, 0, 0]
    assert [q.counts["hires"]["smaajob"] for q in quarters] == [0, 0, 1, 0]
    assert quarters[-1].counts["hires"] == only(praktik=1)


async def test_a_future_hire_adds_no_quarter(dashboard_database: Database, figures: Ask) -> None:
    await apply_messages(dashboard_database, hire(start_date=date(2027, 5, 1), confirmed_at=EVENING))
    assert (await figures()).quarters == []
    assert [q.quarter for q in (await figures(date(2027, 5, 1))).quarters] == ["2027-Q2"]


async def test_figures_known_at_a_moment_stay_what_they_were(dashboard_database: Database, figures: Ask) -> None:
    evening = employer_event(goal_positions=40)
    logged = pledge(positions=2, event_id=evening.event_id)
    await apply_messages(dashboard_database, evening, logged)
    then = await figures(known_at=EVENING)

    await apply_messages(
        dashboard_database,
        filled(logged, filled=1, job_type="praktik", recorded_at=EVENING + timedelta(hours=1)),
        hire(recorded_at=EVENING + timedelta(hours=1), event_id=evening.event_id),
        pledge(positions=7, recorded_at=EVENING + timedelta(hours=2)),
        employer_event(
            event_id=evening.event_id, version=2, goal_positions=60, recorded_at=EVENING + timedelta(hours=1)
        ),
        check_in(evening.event_id, recorded_at=EVENING + timedelta(hours=1)),
    )
    assert (await figures(known_at=EVENING)).__dict__ | {"updated_at": then.updated_at} == then.__dict__
    an_hour_later = await figures(known_at=EVENING + timedelta(hours=1))
    assert an_hour_later.counts["pledged_positions"] == only(praktik=2)
    assert an_hour_later.counts["hires"] == only(smaajob=1)
    assert an_hour_later.events[0].goal_positions == 60
    assert an_hour_later.events[0].counts["companies_present"] == 1
    assert (await figures()).counts["pledged_positions"] == only(praktik=2, smaajob=7)
    assert (await figures(known_at=EVENING - timedelta(seconds=1))).counts["pledged_positions"] == only()


async def test_the_latest_change_is_the_latest_of_any_kind(dashboard_database: Database, taskforce_id: UUID) -> None:
    evening = employer_event()
    latest = EVENING + timedelta(minutes=7)
    await apply_messages(dashboard_database, evening, pledge(), check_in(evening.event_id, recorded_at=latest), hire())
    async with dashboard_database.read(taskforce_id) as conn:
        assert await last_change(conn) == latest


async def test_figures_contain_nothing_of_another_taskforce(
    dashboard_database: Database, figures: Ask, other_taskforce_id: UUID
) -> None:
    shared_id = uuid4()
    await apply_messages(
        dashboard_database,
        pledge(pledge_id=shared_id, positions=2),
        pledge(pledge_id=shared_id, positions=5, taskforce_id=other_taskforce_id),
        hire(taskforce_id=other_taskforce_id),
        employer_event(taskforce_id=other_taskforce_id),
    )
    mine = await figures()
    assert mine.counts["pledged_positions"] == only(smaajob=2)
    assert mine.counts["hires"] == only()
    assert mine.events == []
    theirs = await compute(dashboard_database, other_taskforce_id, as_of=NIGHT)
    assert theirs.counts["pledged_positions"] == only(smaajob=5)


def test_every_measure_is_explained_once() -> None:
    codes = [measure.code for measure in catalogue.MEASURES]
    assert len(set(codes)) == len(codes)
    assert all(measure.label and measure.definition.endswith(".") for measure in catalogue.listed())
    names = {name for name in Figures.__dataclass_fields__ if name.startswith(("pledged", "hires"))}
    assert names <= set(codes)
