"""Measures: percentiles, ratios to the floor, and targets."""

from __future__ import annotations

import pytest
from rich.console import Console

from tests.bench.measures import Measure, Target, percentile, spread
from tests.bench.plan import Plan
from tests.bench.report import document, table


def test_a_percentile_is_one_of_the_values() -> None:
    values = [float(value) for value in range(1, 101)]
    assert percentile(values, 0.5) == 50
    assert percentile(values, 0.99) == 99
    assert percentile(values, 1) == 100
    assert percentile([7.0], 0.99) == 7


def test_the_median_is_reported_with_its_spread() -> None:
    rounds = spread([30, 10, 20])
    assert (rounds.median, rounds.lowest, rounds.highest) == (20, 10, 30)


def test_no_rounds_are_an_error() -> None:
    with pytest.raises(ValueError, match="nothing was measured"):
        spread([])


def test_the_ratio_to_the_floor_is_computed_round_by_round() -> None:
    # In the second round everything was ten times as slow; the ratio is the same.
    measure = Measure("intake", "pledges", "/s", spread([50, 5, 40]), "floor", spread([100, 10, 100]))
    assert measure.of_floor is not None
    assert measure.of_floor.rounds == (0.5, 0.5, 0.4)
    assert measure.of_floor.median == 0.5


@pytest.mark.parametrize(("bound", "met"), [(0.5, True), (0.51, False)])
def test_a_ratio_meets_its_target_from_the_bound_up(bound: float, met: bool) -> None:
    measure = Measure("intake", "pledges", "/s", spread([50]), "floor", spread([100]), Target(bound, of_floor=True))
    assert measure.met is met


@pytest.mark.parametrize(("measured", "met"), [(150, True), (151, False)])
def test_a_figure_meets_its_target_up_to_the_bound(measured: float, met: bool) -> None:
    assert Measure("arrival", "p99", "ms", spread([measured]), target=Target(150)).met is met


def test_a_measure_without_a_target_is_neither_met_nor_missed() -> None:
    assert Measure("arrival", "p50", "ms", spread([1])).met is None


def test_each_round_begins_with_another_contender() -> None:
    names = ["a", "b", "c"]
    assert [Plan.in_turn(names, number)[0] for number in range(4)] == ["a", "b", "c", "a"]
    assert all(sorted(Plan.in_turn(names, number)) == names for number in range(4))


def test_the_table_shows_which_targets_were_met() -> None:
    measures = [
        Measure("intake", "fast", "/s", spread([60]), "its floor", spread([100]), Target(0.5, of_floor=True)),
        Measure("arrival", "slow", "ms", spread([151]), target=Target(150)),
    ]
    console = Console(width=200)
    with console.capture() as drawn:
        console.print(table(measures))
    fast, slow = (next(line for line in drawn.get().splitlines() if word in line) for word in ("fast", "slow"))
    assert "0.60" in fast
    assert "yes" in fast
    assert "<= 150 ms" in slow
    assert "no" in slow.split("<=")[1]


def test_the_json_has_every_round() -> None:
    written = document([Measure("arrival", "p99", "ms", spread([3, 1, 2]), target=Target(150))], {"processors": 2})
    assert written["machine"] == {"processors": 2}
    assert written["measures"][0]["measured"] == {"median": 2, "lowest": 1, "highest": 3, "rounds": [3, 1, 2]}
    assert written["measures"][0]["met"] is True
