"""Hours counted from ladders: exact, additive, and in calendar months."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final, get_args
from uuid import uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from services.pledges.hour_rules.hours import (
    FallingOut,
    HoursBetween,
    Plan,
    Work,
    by_month,
    measure,
    met_on,
    sevenths,
    with_plan,
)
from shared.contracts.pledges import JobType
from tests.pledges.hour_rules.rules import rule, work
from tests.support.properties import PATIENT

if TYPE_CHECKING:
    from services.pledges.hour_rules.domain import HourRule

DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 31))
HOURS = st.decimals(0, 40, places=2)
TYPES: Final[st.SearchStrategy[JobType]] = st.sampled_from(get_args(JobType))
FEW: Final = settings(PATIENT, max_examples=40)
RULES = st.builds(
    rule,
    hours=st.decimals(1, 400, places=2),
    months=st.integers(1, 18),
    job_types=st.frozensets(TYPES, min_size=1),
    praktik_hours_count=st.booleans(),
)


@st.composite
def works(draw: st.DrawFn) -> Work:
    starts_on = draw(DAYS)
    until = draw(st.none() | st.integers(1, 900).map(lambda days: starts_on + timedelta(days=days)))
    return Work(starts_on, until, draw(HOURS), draw(HOURS), draw(TYPES))


@FEW
@given(RULES, works(), DAYS, st.integers(1, 900))
def test_a_step_that_is_split_on_any_day_counts_the_same(rule: HourRule, one: Work, on: date, days: int) -> None:
    cut = one.starts_on + timedelta(days=days)
    if one.until is not None and cut >= one.until:
        return
    halves = [
        Work(one.starts_on, cut, one.paid_weekly_hours, one.praktik_weekly_hours, one.job_type),
        Work(cut, one.until, one.paid_weekly_hours, one.praktik_weekly_hours, one.job_type),
    ]
    assert measure(rule, halves, on) == measure(rule, [one], on)


@FEW
@given(RULES, st.lists(works(), max_size=4), st.lists(works(), max_size=4), st.tuples(DAYS, DAYS, DAYS))
def test_hours_of_several_hires_and_of_several_times_add_up(
    rule: HourRule, some: list[Work], others: list[Work], days: tuple[date, date, date]
) -> None:
    first, middle, until = sorted(days)
    whole = sevenths(rule, some + others, first, until)
    assert whole == sevenths(rule, some, first, until) + sevenths(rule, others, first, until)
    assert whole == sevenths(rule, some + others, first, middle) + sevenths(rule, some + others, middle, until)


@FEW
@given(RULES, st.lists(works(), max_size=4), works(), DAYS)
def test_more_work_never_counts_less(rule: HourRule, some: list[Work], more: Work, on: date) -> None:
    before, after = measure(rule, some, on), measure(rule, [*some, more], on)
    assert after.counted >= before.counted
    assert after.missing <= before.missing
    if before.met_until is not None:
        assert after.met_until is not None
        assert after.met_until >= before.met_until


@FEW
@given(RULES, st.lists(works(), max_size=4), DAYS)
def test_what_is_shown_as_missing_is_nothing_only_where_the_rule_is_met(
    rule: HourRule, some: list[Work], on: date
) -> None:
    measured = measure(rule, some, on)
    assert measured.met == (measured.missing == 0) == (measured.counted >= rule.hours)


@FEW
@given(RULES, st.lists(works(), max_size=3), DAYS)
def test_a_rule_is_met_until_the_day_on_which_it_would_first_be_missed_without_more_work(
    rule: HourRule, some: list[Work], on: date
) -> None:
    measured = measure(rule, some, on)
    stopped = [
        replace(one, until=min(one.until or on + timedelta(days=1), on + timedelta(days=1)))
        for one in some
        if one.starts_on <= on
    ]
    if measured.met_until is not None:
        assert measure(rule, stopped, measured.met_until).met
        assert not measure(rule, stopped, measured.met_until + timedelta(days=1)).met


@FEW
@given(RULES, st.lists(works(), max_size=3), st.dates(date(2026, 1, 1), date(2026, 12, 31)))
def test_the_day_on_which_a_rule_is_met_is_the_first_one(rule: HourRule, some: list[Work], earliest: date) -> None:
    found = met_on(rule, some, earliest)
    if found is None:
        assert not any(measure(rule, some, earliest + timedelta(days=days)).met for days in range(0, 1500, 30))
    else:
        assert measure(rule, some, found).met
        assert found == earliest or not measure(rule, some, found - timedelta(days=1)).met


def test_the_window_is_the_month_of_the_day_and_the_months_before_it() -> None:
    measured = measure(rule(), [work(date(2020, 1, 1))], date(2026, 12, 1))
    assert (measured.first, measured.on) == (date(2026, 1, 1), date(2026, 12, 1))
    assert measured.counted == 31 + 28 + 31 + 30 + 31 + 30 + 31 + 31 + 30 + 31 + 30 + 1


def test_a_step_that_changes_in_the_middle_of_a_week_counts_by_its_days() -> None:
    ladder = [
        work(date(2026, 6, 1), date(2026, 6, 4), paid="10"),
        work(date(2026, 6, 4), date(2026, 6, 11), paid="20"),
    ]
    assert sevenths(rule(), ladder, date(2026, 6, 1), date(2026, 7, 1)) == 3 * 10 + 7 * 20
    assert measure(rule(), ladder, date(2026, 6, 30)).counted == Decimal("24.28")


def test_only_what_the_rule_names_counts() -> None:
    ladder = [work(date(2026, 6, 1), date(2026, 6, 8), paid="12", praktik="4")]
    for counts, hours in ((False, 12), (True, 16)):
        assert measure(rule(praktik_hours_count=counts), ladder, date(2026, 6, 30)).counted == hours
    for job_type in ("loentilskud", "fleksjob", "praktik", "traening"):
        subsidised = [work(date(2026, 6, 1), paid="30", job_type=job_type)]
        assert measure(rule(), subsidised, date(2026, 12, 31)).counted == 0
        assert met_on(rule(), subsidised, date(2026, 12, 31)) is None


def test_a_rule_that_is_met_says_until_when_and_which_hours_fall_out_next() -> None:
    # 30 hours in each of January and February, and 225 in June.
    worked = [
        work(date(2026, 1, 1), date(2026, 1, 31)),
        work(date(2026, 2, 1), date(2026, 2, 16), paid="14"),
        work(date(2026, 6, 1), date(2026, 6, 16), paid="105"),
    ]
    measured = measure(rule(), worked, date(2026, 11, 15))
    assert (measured.counted, measured.missing) == (Decimal(285), Decimal(0))
    assert measured.met_until == date(2027, 5, 31)
    assert measured.falling_out[0] == FallingOut(date(2026, 1, 1), Decimal(30), date(2027, 1, 1))
    missed = measure(rule(), worked, date(2027, 6, 1))
    assert (missed.met_until, missed.missing) == (None, Decimal(225))


def test_a_plan_says_when_a_rule_would_be_met() -> None:
    plan = Plan(date(2026, 12, 7), Decimal("15"), Decimal(0), "smaajob")
    # 15 h a week are 225 h after 15 weeks.
    assert met_on(rule(), with_plan([], plan), date(2026, 12, 1)) == date(2027, 3, 21)
    few = Plan(date(2026, 12, 7), Decimal(4), Decimal(0), "smaajob")
    assert met_on(rule(), with_plan([], few), date(2026, 12, 1)) is None


def test_a_plan_that_continues_a_hire_takes_the_place_of_its_later_steps() -> None:
    hire, other = uuid4(), uuid4()
    works = [
        work(date(2026, 1, 1), date(2026, 5, 1), hire_id=hire),
        work(date(2026, 5, 1), date(2026, 9, 1), hire_id=hire, paid="14"),
        work(date(2026, 1, 1), hire_id=other),
    ]
    planned = with_plan(works, Plan(date(2026, 4, 1), Decimal(21), Decimal(0), "smaajob", hire))
    assert sorted(planned, key=lambda one: (one.hire_id == other, one.starts_on)) == [
        work(date(2026, 1, 1), date(2026, 4, 1), hire_id=hire),
        work(date(2026, 4, 1), date(2026, 9, 1), hire_id=hire, paid="21"),
        work(date(2026, 1, 1), hire_id=other),
    ]
    after_its_end = Plan(date(2026, 9, 1), Decimal(21), Decimal(0), "smaajob", hire)
    assert with_plan(works, after_its_end) == works


def test_months_have_their_paid_and_their_praktik_hours() -> None:
    ladder = [
        work(date(2026, 1, 20), date(2026, 2, 1), paid="0", praktik="14", job_type="praktik"),
        work(date(2026, 2, 1)),
    ]
    assert by_month(ladder, date(2026, 1, 1), date(2026, 2, 10)) == [
        HoursBetween(date(2026, 1, 1), Decimal(0), Decimal(24)),
        HoursBetween(date(2026, 2, 1), Decimal(10), Decimal(0)),
    ]
