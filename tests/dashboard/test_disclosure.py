"""Hiding small counts: whoever tries all numbers that fit what is shown learns none of them."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from random import Random
from typing import TYPE_CHECKING

import pytest

from services.dashboard import disclosure
from services.dashboard.disclosure import (
    HIDDEN,
    TOTAL,
    Hidden,
    Infeasible,
    Range,
    Relation,
    audit,
    hide,
    hide_small,
    is_small,
    ranges,
)
from services.dashboard.linear_programs import Constraint, extremes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_ = HIDDEN


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ((0, 5, 9, 14), (0, 5, 9, 14)),
        # The part of another size protects it, the smallest one that does.
        ((3, 9, 20, 32), (_, _, 20, 32)),
        ((3, 0, 9, 12), (_, 0, _, 12)),
        # Two small parts protect each other.
        ((3, 4, 9, 16), (_, _, 9, 16)),
        # Their sum is small itself.
        ((1, 2, 9, 12), (_, _, _, 12)),
        # Five hidden parts of at least 1 that make 5 are all 1.
        ((1, 1, 1, 1, 1, 8, 13), (_, _, _, _, _, _, 13)),
        # Nothing but the total can protect it.
        ((3, 0, 0, 3), (_, 0, 0, _)),
        ((1, 1, 1, 1, 1, 5), (_, _, _, _, _, _)),
        ((0, 0, 0), (0, 0, 0)),
    ],
)
def test_small_parts_of_a_known_total_are_hidden_with_what_protects_them(
    counts: tuple[int, ...], shown: tuple[int | Hidden, ...]
) -> None:
    *parts, total = counts
    names = [f"part {n}" for n in range(len(parts))]
    answer = hide_small(dict(zip(names, parts, strict=True)), total_shown=True)
    assert sum(parts) == total
    assert tuple(answer.values()) == shown
    assert list(answer) == [*names, TOTAL]


def test_without_a_total_only_small_counts_are_hidden() -> None:
    values = {"a": 1, "b": 4, "c": 5, "d": 0}
    assert hide_small(values, total_shown=False) == {"a": HIDDEN, "b": HIDDEN, "c": 5, "d": 0}
    assert hide_small({"companies": 3, "shops": 2}, total_shown=False, smallest=3) == {"companies": 3, "shops": HIDDEN}


def test_counts_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(ValueError, match="satisfy"):
        hide({"a": 1, TOTAL: 2}, [{"a": 1, TOTAL: -1}])
    with pytest.raises(ValueError, match="negative"):
        hide({"a": -1}, [])
    with pytest.raises(Infeasible):
        ranges([Relation({"a": 1, "b": 1}, 1)])


def test_what_the_audit_finds() -> None:
    published = [Relation({"a": 1, "b": 1, "c": 1}, 9), Relation({"a": 1, "b": 1}, 6), Relation({"d": 2, "e": 1}, 40)]
    assert audit(published) == (Range("c", 3, 3),)
    assert audit([Relation({"a": 1, "b": 1}, 4)]) == (Range("a + b", 4, 4),)
    assert audit([Relation({"a": 1}, 7)]) == ()
    assert ranges(published)["a"] == Range("a", 1, 5)
    assert ranges([Relation({"a": 1, "b": -1}, 3)])["a"] == Range("a", 4, None)


def test_the_ranges_of_a_sum_are_those_of_the_program() -> None:
    apart = Relation({"other": 2}, 4)
    for sign, total, parts in [(1, 3, 1), (-1, 3, 1), (1, 3, 3), (1, 9, 4), (-1, 9, 4)]:
        one = Relation({f"c{number}": sign for number in range(parts)}, sign * total)
        by_program = ranges([one, apart])
        assert ranges([one]) == {cell: by_program[cell] for cell in one.coefficients}


def test_limits_are_exact_fractions() -> None:
    third = Constraint({"a": 3, "b": 1}, Fraction(1))
    assert extremes([third]) == {"a": (Fraction(0), Fraction(1, 3)), "b": (Fraction(0), Fraction(1))}


def _table(random: Random) -> tuple[dict[str, int], list[dict[str, int]]]:
    """A table with totals of its rows and columns, and most of its counts small."""
    rows, columns = random.choice([(1, 3), (2, 2), (2, 3)])
    counts = {f"{r}{c}": random.choice([0, 1, 2, 3, 5, 6]) for r in range(rows) for c in range(columns)}
    relations = []
    for total, cells in (
        *((f"{r}*", [f"{r}{c}" for c in range(columns)]) for r in range(rows)),
        *((f"*{c}", [f"{r}{c}" for r in range(rows)]) for c in range(columns)),
        ("**", [f"{r}*" for r in range(rows)]),
    ):
        counts[total] = sum(counts[cell] for cell in cells)
        relations.append({**dict.fromkeys(cells, 1), total: -1})
    return counts, relations


def _solutions(
    shown: Mapping[str, int | Hidden], relations: Sequence[Mapping[str, int]], parts: Sequence[str]
) -> list[dict[str, int]]:
    """Return all counts that fit what is shown, however small: tried one after another."""
    free = [part for part in parts if isinstance(shown[part], Hidden)]
    found = []
    for values in product(range(1, 11), repeat=len(free)):
        counts: dict[str, int] = {cell: n for cell, n in shown.items() if not isinstance(n, Hidden)}
        counts.update(zip(free, values, strict=True))
        for relation in relations:
            (total,) = (cell for cell, by in relation.items() if by < 0)
            made = sum(counts[cell] for cell in relation if cell != total)
            if counts.setdefault(total, made) != made or (isinstance(shown[total], Hidden) and not made):
                break
        else:
            found.append(counts)
    return found


def _recovered(random: Random, tables: int) -> tuple[int, list[str]]:
    """Return how many counts of 1 to 4 were hidden in random tables, and those that somebody learns all the same."""
    hidden, learned = 0, []
    for _number in range(tables):
        counts, relations = _table(random)
        shown = hide(counts, relations)
        parts = [cell for cell in counts if "*" not in cell]
        if sum(isinstance(shown[part], Hidden) for part in parts) > 4:
            continue
        solutions = _solutions(shown, relations, parts)
        for cell in (cell for cell, n in counts.items() if is_small(n)):
            hidden += 1
            if len({each[cell] for each in solutions}) == 1:
                learned.append(f"{cell} of {counts} from {shown}")
    return hidden, learned


def test_whoever_tries_all_numbers_that_fit_a_table_learns_no_small_count() -> None:
    hidden, learned = _recovered(Random(14), 40)
    assert learned == []
    assert hidden > 25, "enough was tried"


@pytest.mark.parametrize(
    "missing",
    [
        ("_choose", lambda *_: None),
        ("audit", lambda *_args, **_options: ()),
        ("is_small", lambda *_args, **_options: False),
    ],
    ids=["further counts", "the audit", "small counts"],
)
def test_a_rule_that_is_missing_is_found(
    missing: tuple[str, Callable[..., object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disclosure, *missing)
    assert _recovered(Random(14), 40)[1]


def test_zero_is_shown_and_a_small_count_is_not() -> None:
    random = Random(9)
    for _number in range(40):
        counts, relations = _table(random)
        shown = hide(counts, relations)
        assert all(shown[cell] == 0 for cell, n in counts.items() if n == 0)
        assert all(shown[cell] is HIDDEN for cell, n in counts.items() if is_small(n))


def test_the_same_counts_are_hidden_in_the_same_way_in_whatever_order() -> None:
    counts, relations = _table(Random(3))
    turned = dict(reversed(counts.items()))
    assert hide(counts, relations) == hide(turned, relations[::-1])
