"""Whoever keeps everything the board publishes learns no small count; where a rule is missing, they do."""

from __future__ import annotations

from functools import partial
from itertools import combinations
from random import Random
from typing import TYPE_CHECKING

import pytest

from services.dashboard.board import domain
from services.dashboard.disclosure import HIDDEN, Hidden
from tests.dashboard.board.attacker import every_history, publish, recovered

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.dashboard.board.attacker import Judge

SMALLEST = 3
"""Companies. Persons are tried in the long test: the rules are the same, the histories more."""
MOST = 10


def _rules(smallest: int = SMALLEST, step: int = 1) -> Judge:
    return partial(domain.judge, step=step, smallest=smallest)


@pytest.mark.parametrize("only_growing", [False, True])
def test_no_history_gives_a_small_count_away(only_growing: bool) -> None:
    histories = every_history(3, MOST, only_growing=only_growing)
    assert recovered(histories, _rules(), smallest=SMALLEST) == []


def _show_everything(rules: pytest.MonkeyPatch) -> Judge:
    rules.setattr(domain, "is_small", lambda _count, **_: False)
    return _rules()


def _compare_with_the_last_release_only(rules: pytest.MonkeyPatch) -> Judge:
    check = domain._check_every_difference
    rules.setattr(
        domain, "_check_every_difference", lambda shown, earlier, smallest: check(shown, earlier[-1:], smallest)
    )
    return _rules()


def _compare_with_no_release(rules: pytest.MonkeyPatch) -> Judge:
    rules.setattr(domain, "_check_every_difference", lambda *_: None)
    rules.setattr(domain, "_check_that_it_has_moved", lambda *_: None)
    return _rules()


def _decide_by_the_hidden_count(rules: pytest.MonkeyPatch) -> Judge:
    """Release when enough have come since the hidden count: then the next number tells the hidden one."""
    counts: list[int] = []

    def judge(count: int, earlier: Sequence[int | Hidden]) -> int | Hidden:
        del counts[len(earlier) :]
        if earlier and abs(count - counts[-1]) < SMALLEST:
            raise domain.NothingNew
        counts.append(count)
        return HIDDEN if 0 < count < SMALLEST else count

    return judge


@pytest.mark.parametrize(
    "leak",
    [
        _show_everything,
        _compare_with_the_last_release_only,
        _compare_with_no_release,
        _decide_by_the_hidden_count,
    ],
)
def test_a_missing_rule_is_found(leak: Callable[[pytest.MonkeyPatch], Judge], monkeypatch: pytest.MonkeyPatch) -> None:
    assert recovered(every_history(3, MOST, only_growing=False), leak(monkeypatch), smallest=SMALLEST)


def _a_life(random: Random, days: int) -> list[int]:
    """The counts of a board's days: hires come one by one or by the dozen, and some are corrected away."""
    counts = [random.choice([0, 2, 7, 196])]
    for _ in range(days - 1):
        change = random.choice([0, 0, 0, 1, 1, 2, 3, 9, -1, -2, -7])
        counts.append(max(0, counts[-1] + change))
    return counts


def test_differences_of_all_releases_of_a_year_are_never_small() -> None:
    random = Random(5)
    released = 0
    for _ in range(4):
        published = [one for one in publish(_a_life(random, 250), _rules(5, 5)) if one is not None]
        released += len(published)
        numbers = [one for one in published if isinstance(one, int)]
        assert all(count == 0 or count >= 5 for count in numbers)
        assert all(abs(one - other) not in {1, 2, 3, 4} for one, other in combinations(numbers, 2))
    assert released > 20, "enough was tried"


@pytest.mark.long("services/dashboard/board", "services/dashboard/disclosure.py")
@pytest.mark.parametrize(("times", "most", "step"), [(3, 22, 5), (4, 14, 5), (3, 22, 8)])
@pytest.mark.parametrize("only_growing", [False, True])
def test_no_history_gives_a_count_of_1_to_4_persons_away(times: int, most: int, step: int, only_growing: bool) -> None:
    histories = every_history(times, most, only_growing=only_growing)
    assert recovered(histories, _rules(5, step), smallest=5) == []
