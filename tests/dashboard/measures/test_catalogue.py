"""A new measure is one class and one projection: it needs no new column, table or query."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, ClassVar
from uuid import uuid4

import pytest

from services.dashboard.measures import catalogue
from services.dashboard.measures.figures import compute
from services.dashboard.measures.measure import ALL_SCOPES, Measure, Unit
from services.dashboard.overview.schemas import as_document
from services.dashboard.read_model import deltas
from services.dashboard.read_model.deltas import Counting, Delta
from shared.contracts.events import CompanyRegistered
from shared.contracts.pledges import PledgeState
from tests.dashboard.messages import EVENING, apply_messages, company, employer_event, filled, pledge

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from shared.db.database import Database

NIGHT = date(2026, 12, 1)


class WeeklyHours(Measure):
    """An invented measure: pledged hours by job type, in every scope."""

    code = "weekly_hours"
    unit: ClassVar[Unit] = "positions"
    label = "Weekly hours"
    definition = "Hours a week that companies have promised at least."
    adds = ("weekly_hours",)
    scopes = ALL_SCOPES


def _weekly_hours(pledge: PledgeState) -> Iterator[Delta]:
    hours = int(pledge.weekly_hours_from) * len(pledge.positions)
    yield Delta("weekly_hours", pledge.pledged_on, hours, pledge.job_type, pledge.event_id)


class MemberCompanies(Measure):
    """A made-up measure of something that no other measure counts, with a single number."""

    code = "member_companies"
    unit: ClassVar[Unit] = "companies"
    label = "Member companies"
    definition = "Companies that are members."
    adds = ("member_companies",)
    by_job_type = False


def _member_companies(company: CompanyRegistered) -> Iterator[Delta]:
    if company.member:
        yield Delta("member_companies", company.recorded_at.date(), 1)


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    made_up = (Counting(PledgeState, _weekly_hours), Counting(CompanyRegistered, _member_companies))
    monkeypatch.setattr(deltas, "COUNTINGS", (*deltas.COUNTINGS, *made_up))
    monkeypatch.setattr(catalogue, "MEASURES", (*catalogue.MEASURES, WeeklyHours, MemberCompanies))


async def test_a_new_measure_has_its_figure_for_the_whole_by_event_and_by_quarter(
    dashboard_database: Database, taskforce_id: UUID
) -> None:
    evening = employer_event()
    await apply_messages(
        dashboard_database, evening, pledge(positions=2, event_id=evening.event_id), pledge(job_type="praktik")
    )
    figures = await compute(dashboard_database, taskforce_id, as_of=NIGHT)
    assert figures.counts["weekly_hours"]["smaajob"] == 10
    assert figures.counts["weekly_hours"]["praktik"] == 5
    assert figures.events[0].counts["weekly_hours"]["smaajob"] == 10
    assert [quarter.counts["weekly_hours"]["praktik"] for quarter in figures.quarters] == [5]
    assert as_document(figures)["weekly_hours"]["smaajob"] == 10, "the API answers with it"


async def test_a_new_measure_follows_what_changes_and_what_was_known(
    dashboard_database: Database, taskforce_id: UUID
) -> None:
    logged = pledge(positions=2)
    await apply_messages(dashboard_database, logged)
    await apply_messages(dashboard_database, filled(logged, job_type="fleksjob"))
    now = await compute(dashboard_database, taskforce_id, as_of=NIGHT)
    then = await compute(dashboard_database, taskforce_id, as_of=NIGHT, known_at=EVENING)
    assert (now.counts["weekly_hours"]["smaajob"], now.counts["weekly_hours"]["fleksjob"]) == (0, 10)
    assert (then.counts["weekly_hours"]["smaajob"], then.counts["weekly_hours"]["fleksjob"]) == (10, 0)


async def test_a_new_measure_may_count_what_nothing_has_counted_before(
    dashboard_database: Database, taskforce_id: UUID
) -> None:
    member = company(company_id=uuid4(), member=True)
    await apply_messages(dashboard_database, member, company(member=True), company())
    assert (await compute(dashboard_database, taskforce_id, as_of=NIGHT)).counts["member_companies"] == 2
    left = member.model_copy(update={"version": 2, "member": False})
    await apply_messages(dashboard_database, left)
    assert (await compute(dashboard_database, taskforce_id, as_of=NIGHT)).counts["member_companies"] == 1
