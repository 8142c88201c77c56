"""What the terms of a bridge count, and that they sum."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from services.dashboard.bridge import queries
from services.dashboard.bridge.counted import counted_by
from services.dashboard.bridge.domain import DoesNotSum
from services.dashboard.bridge.errata import HeldMeeting, errata
from services.dashboard.measures.attendance import CompaniesPresent
from services.dashboard.measures.hires import Hires, HiresCurrent, HiresEndedByReason, HiresStartingLater
from services.dashboard.measures.pledges import PledgedPositions
from services.dashboard.measures.selection import NO_FILTERS, Filters, Times
from shared.contracts.events import EventCancelled, EventPublished
from shared.contracts.pledges import (
    HireCorrected,
    HireEnded,
    HireRevoked,
    PledgeCorrected,
    PledgeMerged,
    PledgeReviewed,
    PledgeUnmerged,
    PledgeWithdrawn,
)
from tests.dashboard.messages import (
    EVENING,
    apply_messages,
    check_in,
    company,
    employer_event,
    hire,
    hire_again,
    pledge,
    pledge_again,
    step,
    undone,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from services.dashboard.measures.measure import Measure
    from shared.contracts.message import Message
    from shared.db.database import Database

    Build = Callable[..., Awaitable[tuple[int, dict[str, int], int]]]

NIGHT, LATER = date(2026, 12, 1), date(2027, 3, 1)
AT_THE_MEETING = Times(NIGHT, EVENING + timedelta(hours=1))
NOW = Times(LATER)
SOON = EVENING + timedelta(days=3)


@pytest.fixture
def build(dashboard_database: Database, taskforce_id: UUID) -> Build:
    async def bridge(
        *messages: Message,
        measure: type[Measure] = PledgedPositions,
        since: Times = AT_THE_MEETING,
        until: Times = NOW,
        filters: Filters = NO_FILTERS,
        **of: Any,
    ) -> tuple[int, dict[str, int], int]:
        if messages:
            await apply_messages(dashboard_database, *messages)
        async with dashboard_database.read(taskforce_id) as conn:
            counted = counted_by(measure, of.pop("job_type", "smaajob"), filters=filters, **of)
            built = await queries.bridge(conn, counted, since, until)
        return built.start, {term.kind: term.count for term in built.terms}, built.end

    return bridge


async def test_an_empty_taskforce_has_a_bridge_of_nothing(build: Build) -> None:
    assert await build() == await build(measure=HiresCurrent) == (0, {}, 0)


async def test_one_pledge_is_new_or_late_or_was_known(build: Build) -> None:
    logged = pledge(positions=2, captured_at=EVENING)
    await build(logged, pledge(positions=3, pledged_on=NIGHT + timedelta(days=5), recorded_at=SOON))
    assert await build() == (2, {"new": 3}, 5)
    assert await build(pledge(positions=4, recorded_at=SOON)) == (2, {"new": 3, "late": 4}, 9)
    assert await build(since=Times(NIGHT)) == (6, {"new": 3}, 9), "with today's knowledge there is no late one"


async def test_what_a_company_withdraws_has_ended_or_is_corrected(build: Build) -> None:
    logged = pledge(positions=3)
    cancelled = tuple(position.model_copy(update={"status": "cancelled"}) for position in logged.positions)
    of: dict[str, Any] = {"positions": cancelled, "status": "withdrawn"}
    withdrawn = pledge_again(PledgeWithdrawn, logged, **of, ended_on=NIGHT + timedelta(days=9))
    assert await build(logged, withdrawn) == (3, {"ended": -3}, 0)
    backdated = pledge_again(PledgeWithdrawn, withdrawn, **of, ended_on=NIGHT)
    assert await build(backdated) == (3, {"corrected": -3}, 0)


@pytest.mark.parametrize(
    ("change", "fields", "term"),
    [
        (PledgeMerged, {"status": "duplicate", "counted": False}, {"merged": -2}),
        (PledgeWithdrawn, {"status": "withdrawn", "counted": False}, {"revoked": -2}),
        (PledgeReviewed, {"counted": False}, {"revoked": -2}),
        (PledgeCorrected, {"pledged_on": NIGHT + timedelta(days=9)}, {"new": 2, "corrected": -2}),
        (PledgeCorrected, {"job_type": "praktik"}, {"moved": -2}),
        (PledgeCorrected, {}, {}),
    ],
)
async def test_a_change_of_a_pledge_is_named(
    build: Build, change: type[Any], fields: dict[str, Any], term: dict[str, int]
) -> None:
    logged = pledge(positions=2)
    assert await build(logged, pledge_again(change, logged, **fields)) == (2, term, 2 + sum(term.values()))


async def test_a_pledge_merged_before_and_unmerged_after_a_meeting_comes_back(build: Build) -> None:
    logged = pledge(positions=2)
    merged = pledge_again(
        PledgeMerged, logged, status="duplicate", counted=False, recorded_at=EVENING + timedelta(minutes=9)
    )
    unmerged = pledge_again(PledgeUnmerged, merged, recorded_at=SOON)
    assert await build(logged, merged, unmerged) == (0, {"unmerged": 2}, 2)
    both = Times(NIGHT, EVENING)
    assert await build(since=both) == (2, {}, 2), "merged and unmerged between the two meetings"
    assert await build(since=both, until=Times(NIGHT, AT_THE_MEETING.known_at)) == (2, {"merged": -2}, 0)


async def test_changes_after_the_second_moment_are_unknown_to_it(build: Build) -> None:
    logged = pledge(positions=2)
    await build(logged, pledge_again(PledgeMerged, logged, status="duplicate", counted=False, recorded_at=SOON))
    until = Times(LATER, SOON - timedelta(hours=1))
    assert await build(until=until) == (2, {}, 2)
    assert await build() == (2, {"merged": -2}, 0)


async def test_a_renamed_or_cancelled_event_keeps_its_pledges(build: Build) -> None:
    evening = employer_event(title="Småjob-aften")
    renamed = employer_event(EventPublished, event_id=evening.event_id, version=2, title="Ny", recorded_at=SOON)
    cancelled = employer_event(EventCancelled, event_id=evening.event_id, version=3, status="cancelled")
    logged = pledge(positions=2, event_id=evening.event_id)
    for filters in (NO_FILTERS, Filters(event_id=evening.event_id)):
        assert await build(evening, logged, renamed, cancelled, filters=filters) == (2, {}, 2)
    assert await build(filters=Filters(event_id=uuid4())) == (0, {}, 0)


async def test_a_case_that_moves_leaves_one_part_for_another(build: Build) -> None:
    bakery, dairy = company(industry="107100"), company(industry="105100")
    logged = pledge(positions=2, company_id=bakery.company_id, municipality="0671")
    moved = pledge_again(PledgeCorrected, logged, company_id=dairy.company_id, municipality="0756")
    await build(bakery, dairy, logged, moved)
    for chosen, bridge in {
        Filters(municipality="0671"): (2, {"moved": -2}, 0),
        Filters(municipality="0756"): (0, {"moved": 2}, 2),
        Filters(company_id=bakery.company_id): (2, {"moved": -2}, 0),
        Filters(company_id=dairy.company_id): (0, {"moved": 2}, 2),
        Filters(industry="C"): (2, {}, 2),
        NO_FILTERS: (2, {}, 2),
    }.items():
        assert await build(filters=chosen) == bridge, chosen
    elsewhere = company(company_id=dairy.company_id, version=2, industry="562900", recorded_at=SOON)
    await build(elsewhere)
    assert await build(filters=Filters(industry="C")) == (2, {"moved": -2}, 0)
    assert await build(filters=Filters(industry="I")) == (0, {"moved": 2}, 2)


async def test_a_hire_begins_and_ends(build: Build) -> None:
    begun = hire(start_date=NIGHT)
    ended = hire_again(HireEnded, begun, ended_on=NIGHT + timedelta(days=30), end_reason="employer")
    coming = hire(start_date=NIGHT + timedelta(days=20))
    await build(begun, ended, coming)
    assert await build(measure=Hires) == (1, {"new": 1}, 2)
    assert await build(measure=HiresCurrent) == (1, {"new": 1, "ended": -1}, 1)
    assert await build(measure=HiresStartingLater) == (1, {"ended": -1}, 0)
    assert await build(measure=HiresEndedByReason, group="employer") == (0, {"new": 1}, 1)


async def test_a_step_of_the_ladder_is_neither_new_nor_ended(build: Build) -> None:
    ladder = (step(NIGHT, 12, 4), step(NIGHT + timedelta(days=20), 20, 0))
    assert await build(hire(steps=ladder), measure=HiresCurrent) == (1, {}, 1)
    other = (step(NIGHT, 0, 20, "praktik"), step(NIGHT + timedelta(days=20), 12, 4))
    await build(hire(job_type="praktik", steps=other))
    assert await build(measure=HiresCurrent) == (1, {"new": 1}, 2)
    assert await build(measure=HiresCurrent, job_type="praktik") == (1, {"ended": -1}, 0)


async def test_later_knowledge_about_a_hire_is_named(build: Build) -> None:
    one, two, three = hire(), hire(), hire()
    await build(
        *(one, two, three),
        hire_again(HireRevoked, one, counted=False),
        hire_again(HireCorrected, two, start_date=NIGHT + timedelta(days=3)),
        hire_again(HireEnded, three, ended_on=NIGHT, end_reason="moved"),
    )
    assert await build(measure=Hires) == (3, {"new": 1, "revoked": -1, "corrected": -1}, 2)
    assert await build(measure=HiresCurrent) == (3, {"new": 1, "revoked": -1, "corrected": -2}, 1)


async def test_a_check_in_that_was_undone_is_revoked(build: Build) -> None:
    evening = employer_event()
    arrival = check_in(evening.event_id)
    gone = undone(arrival, recorded_at=SOON)
    of: dict[str, Any] = {"measure": CompaniesPresent, "filters": Filters(event_id=evening.event_id)}
    assert await build(evening, arrival, check_in(evening.event_id), gone, **of) == (2, {"revoked": -1}, 1)


async def test_a_figure_that_the_terms_do_not_explain_is_never_returned(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "changes", lambda *_: "select 'late' as kind, 0 as number")
    with pytest.raises(DoesNotSum):
        await build(pledge(recorded_at=SOON))


async def test_another_taskforces_pledges_are_in_no_term(build: Build, other_taskforce_id: UUID) -> None:
    assert await build(pledge(taskforce_id=other_taskforce_id, recorded_at=SOON)) == (0, {}, 0)


async def test_an_erratum_is_a_headline_that_later_knowledge_changes(
    dashboard_database: Database, taskforce_id: UUID
) -> None:
    one, two = hire(), hire()
    await apply_messages(dashboard_database, one, two, hire_again(HireRevoked, one, counted=False), pledge())
    meeting, live = HeldMeeting(uuid4(), AT_THE_MEETING), HeldMeeting(uuid4(), Times(NIGHT))
    async with dashboard_database.read(taskforce_id) as conn:
        found = await errata(conn, [meeting, live], None)
        assert [(one.meeting, one.bridge.measure, one.bridge.start, one.bridge.end) for one in found] == [
            (meeting, Hires, 2, 1),
            (meeting, HiresCurrent, 2, 1),
        ]
        assert [(term.kind, term.count) for term in found[0].bridge.terms] == [("revoked", -1)]
        assert await errata(conn, [meeting], EVENING + timedelta(hours=2)) == []
        assert await errata(conn, [meeting], EVENING) == [], "an earlier moment knows of no later one"


async def test_a_meeting_before_anything_was_recorded_has_no_errata(
    dashboard_database: Database, taskforce_id: UUID
) -> None:
    await apply_messages(dashboard_database, hire(recorded_at=SOON), pledge(recorded_at=SOON))
    async with dashboard_database.read(taskforce_id) as conn:
        assert await errata(conn, [HeldMeeting(uuid4(), AT_THE_MEETING)], None) == []
