"""What restricted viewers see of counts of persons."""

from __future__ import annotations

import pytest

from services.dashboard.measures.figures import Employed
from services.dashboard.overview.restricted import shown_counts, shown_employed


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ({}, {}),
        ({"a": 0, "b": 0}, {"a": 0, "b": 0}),
        ({"a": 7, "b": 5}, {"a": 7, "b": 5}),
        # 3 follows from the total if it alone is hidden.
        ({"a": 3, "b": 6, "c": 20}, {"a": None, "b": None, "c": 20}),
        # With the total known, the zeros would tell who the three are.
        ({"a": 3, "b": 0}, {"a": None, "b": None}),
        ({"a": 1, "b": 2}, {"a": None, "b": None}),
    ],
)
def test_small_counts_of_persons_are_hidden_with_what_gives_them_away(
    counts: dict[str, int], shown: dict[str, int | None]
) -> None:
    assert shown_counts(counts) == shown


def test_an_outcome_is_shown_whole_or_not_at_all() -> None:
    large, small, nobody = Employed(39, 31, 0, 70), Employed(39, 31, 2, 72), Employed(0, 0, 0, 0)
    assert shown_employed(large) is large
    assert shown_employed(small) is None
    assert shown_employed(nobody) is nobody
