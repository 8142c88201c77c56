"""Whether a target will be reached, by tables and by properties. No database."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dashboard.targets.domain import Progress, Terms, forecast, poisson_quantile
from shared.product.targets import TARGET_MEASURES, TargetMeasureCode
from tests.support.properties import PATIENT

ID: Final = UUID(int=1)
BEGINS, ENDS, TODAY = date(2018, 5, 1), date(2026, 12, 31), date(2026, 12, 1)
STATUSES: Final = ("missed", "out_of_reach", "at_risk", "on_track", "reached")
"""From the worst to the best."""


def terms(measure: TargetMeasureCode = "hires", value: int = 200, **window: date) -> Terms:
    days = {"starts_on": BEGINS, "ends_on": ENDS} | window
    return Terms(ID, 1, TARGET_MEASURES[measure], "smaajob", value, **days)


COUNTS: Final = [
    # value, counted, last_year, best_quarter, as_of, status, last day
    (200, 200, 36, 12, TODAY, "reached", ENDS),
    (200, 199, 36, 12, TODAY, "on_track", date(2026, 12, 24)),
    (200, 196, 36, 12, TODAY, "at_risk", date(2026, 12, 1)),
    (200, 196, 36, 12, date(2026, 12, 2), "out_of_reach", date(2026, 12, 1)),
    (200, 196, 36, 12, ENDS, "out_of_reach", date(2026, 12, 1)),
    (200, 199, 36, 91, ENDS, "at_risk", ENDS),
    (200, 199, 36, 12, ENDS + timedelta(days=1), "missed", None),
    (200, 200, 36, 12, ENDS + timedelta(days=1), "reached", ENDS),
    # Nothing has ever been counted, and then only what had been before the window.
    (200, 0, 0, 0, TODAY, None, None),
    (200, 0, 0, 0, ENDS + timedelta(days=1), "missed", None),
    (200, 0, 0, 12, date(2026, 1, 1), "out_of_reach", date(2022, 11, 6)),
    # More than the window can hold.
    (10_000, 0, 36, 1, TODAY, "out_of_reach", None),
    (200, 0, 36, 12, BEGINS - timedelta(days=1), None, None),
]


@pytest.mark.parametrize(("value", "counted", "last_year", "best", "as_of", "status", "until"), COUNTS)
def test_a_count_is_judged_by_pace_and_by_the_best_quarter(
    value: int, counted: int, last_year: int, best: int, as_of: date, status: str | None, until: date | None
) -> None:
    found = forecast(terms(value=value), Progress(counted, last_year, best_quarter=best), as_of)
    assert found.status == status
    if status is not None:
        assert found.reachable_until == until


def test_an_evening_may_bring_what_the_best_quarter_did() -> None:
    evening = date(2026, 12, 1)
    tonight = terms("pledged_positions", 50, starts_on=evening, ends_on=evening)
    assert forecast(tonight, Progress(0, 80, best_quarter=52), evening).status == "at_risk"
    assert forecast(tonight, Progress(0, 80, best_quarter=49), evening).status == "out_of_reach"
    assert forecast(tonight, Progress(50, 130, best_quarter=52), evening).status == "reached"


def test_a_level_is_reached_on_the_last_day_only() -> None:
    target = terms("hires_current", 70)
    growing = Progress(70, 12, moves=40, best_quarter=9)
    assert forecast(target, growing, TODAY).status == "on_track"
    assert forecast(target, growing, ENDS).status == "reached"
    shrinking = Progress(70, -24, moves=40, best_quarter=9)
    slipping = forecast(target, shrinking, TODAY)
    assert slipping.status == "at_risk"
    assert slipping.expected == pytest.approx(70 - 24 * 30 / 365)
    assert forecast(target, Progress(69, best_quarter=9), ENDS + timedelta(days=1)).status == "missed"


SHARES: Final = [
    # value, got there, ripe, begun, as_of, status, last day
    # Jobsporet: 39 of 70 is 56 %, 39 of 121 is 32 %. Those still under way decide nothing yet.
    (40, 39, 70, 121, TODAY, "on_track", date(2027, 6, 30)),
    (60, 39, 70, 121, TODAY, "at_risk", date(2027, 6, 30)),
    (75, 39, 70, 121, date(2026, 12, 20), "out_of_reach", date(2026, 12, 16)),
    (40, 39, 121, 121, date(2027, 6, 30), "missed", None),
    (40, 49, 121, 121, date(2027, 6, 30), "reached", None),
    # Nobody's time has run out.
    (70, 0, 0, 20, TODAY, None, date(2027, 6, 30)),
    (70, 0, 0, 0, TODAY, None, date(2027, 6, 30)),
    # Everybody, and one has failed.
    (100, 9, 10, 20, TODAY, "out_of_reach", None),
    # The window is over; what is undecided is not enough.
    (90, 5, 10, 12, ENDS + timedelta(days=1), "out_of_reach", date(2025, 2, 8)),
    (70, 0, 0, 0, date(2027, 6, 30), "missed", None),
]


@pytest.mark.parametrize(("value", "got_there", "ripe", "begun", "as_of", "status", "until"), SHARES)
def test_of_a_share_only_those_whose_time_has_run_out_decide(
    value: int, got_there: int, ripe: int, begun: int, as_of: date, status: str | None, until: date | None
) -> None:
    progress = Progress(got_there, 36, ripe=ripe, begun=begun, best_quarter=18 if value < 90 else 5)
    found = forecast(terms("still_employed_6", value), progress, as_of)
    assert (found.status, found.reachable_until) == (status, until)


def test_both_denominators_are_kept() -> None:
    found = forecast(terms("still_employed_6", 40), Progress(39, 36, ripe=70, begun=121), TODAY)
    assert found.share_of_all == pytest.approx(0.32, abs=0.005)
    assert found.share_of_ripe == pytest.approx(0.56, abs=0.005)
    assert found.low is not None
    assert found.high is not None
    assert 40 < found.low < 56 < found.high < 70
    assert forecast(terms("still_employed_6", 40), Progress(0), TODAY).share_of_ripe is None


@pytest.mark.parametrize(("got_there", "band"), [(3, (81, 100)), (0, (0, 19))])
def test_three_who_all_got_there_or_not_do_not_make_the_next_ones_certain(
    got_there: int, band: tuple[int, int]
) -> None:
    found = forecast(terms("still_employed_6", 40), Progress(got_there, 0, ripe=3, begun=6), TODAY)
    assert (found.low, found.high) == band


@pytest.mark.parametrize(("rate", "quantile", "number"), [(0, 0.9, 0), (3, 0.1, 1), (3, 0.9, 5), (500, 0.9, 529)])
def test_the_quantiles_are_those_of_the_poisson_distribution(rate: float, quantile: float, number: int) -> None:
    assert poisson_quantile(rate, quantile) == number


DAYS: Final = st.integers(0, 36_000).map(lambda days: date(2000, 1, 1) + timedelta(days=days))
NUMBERS: Final = st.integers(0, 3000)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Terms, Progress, date]:
    first, last = sorted((draw(DAYS), draw(DAYS)))
    code = draw(st.sampled_from(sorted(TARGET_MEASURES)))
    measure = TARGET_MEASURES[code]
    value = draw(st.integers(1, 100 if measure.unit == "percent" else 3000))
    begun = draw(NUMBERS)
    ripe = draw(st.integers(0, begun))
    counted = draw(st.integers(0, ripe)) if measure.kind == "share" else draw(NUMBERS)
    progress = Progress(
        counted,
        draw(st.integers(-500, 3000)),
        draw(st.integers(91, 366)),
        draw(NUMBERS),
        moves=draw(NUMBERS),
        ripe=ripe,
        begun=begun,
    )
    return Terms(ID, 1, measure, "smaajob", value, first, last), progress, draw(DAYS)


@PATIENT
@given(cases())
def test_the_band_holds_what_is_expected(case: tuple[Terms, Progress, date]) -> None:
    found = forecast(*case)
    if found.expected is None:
        assert not (found.progress.ripe if found.terms.measure.kind == "share" else found.progress.counted)
        return
    assert found.low is not None
    assert found.high is not None
    assert found.low <= round(found.expected) <= found.high
    assert found.low >= 0


@PATIENT
@given(cases(), st.integers(1, 50))
def test_more_is_never_worse(case: tuple[Terms, Progress, date], more: int) -> None:
    target, progress, as_of = case
    changes: dict[str, Any] = {"counted": progress.counted + more}
    if target.measure.kind == "share":
        changes["counted"] = min(changes["counted"], progress.ripe)
    less, better = forecast(target, progress, as_of), forecast(target, _replaced(progress, **changes), as_of)
    assert less.status is None or better.status is not None
    if less.status is not None and better.status is not None:
        assert STATUSES.index(less.status) <= STATUSES.index(better.status)
    if less.reachable_until and better.reachable_until:
        assert less.reachable_until <= better.reachable_until


@PATIENT
@given(cases(), st.integers(0, 400))
def test_what_is_reached_stays_reached_while_nothing_is_lost(case: tuple[Terms, Progress, date], later: int) -> None:
    target, progress, as_of = case
    if forecast(target, progress, as_of).status == "reached":
        assert forecast(target, progress, as_of + timedelta(days=later)).status == "reached"


def _replaced(progress: Progress, *, counted: int) -> Progress:
    return Progress(
        counted,
        progress.last_year,
        progress.observed_days,
        progress.best_quarter,
        moves=progress.moves,
        ripe=progress.ripe,
        begun=progress.begun,
    )
