"""Which of a phone's captures are missing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.pledges.phones.domain import missing_numbers
from tests.support.properties import PATIENT

NUMBERS = st.sets(st.integers(1, 40))


def test_a_gap_is_missing_unless_it_was_discarded() -> None:
    assert missing_numbers(5, [1, 2, 4], []) == [3, 5]
    assert missing_numbers(5, [1, 2, 4], [5]) == [3]


def test_a_number_that_arrived_announces_those_before_it() -> None:
    assert missing_numbers(0, [3], []) == [1, 2]


@PATIENT
@given(st.integers(0, 40), NUMBERS, NUMBERS)
def test_every_number_up_to_the_highest_has_arrived_was_discarded_or_is_missing(
    announced: int, arrived: set[int], discarded: set[int]
) -> None:
    missing = set(missing_numbers(announced, arrived, discarded))

    highest = max([announced, *arrived], default=0)
    assert missing | arrived | discarded >= set(range(1, highest + 1))
    assert missing.isdisjoint(arrived | discarded)
    assert missing <= set(range(1, highest + 1))
