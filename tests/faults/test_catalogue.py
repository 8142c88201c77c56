"""The registry: no fault hides another, every kind has its turn, and a seed means one order."""

from __future__ import annotations

from itertools import islice

from tests.faults.catalogue import FAULTS, MODULES, in_turn

ALL = list(FAULTS.values())
KINDS = {fault.kind for fault in ALL}


def test_no_two_faults_have_one_name() -> None:
    assert len(ALL) == sum(len(module.FAULTS) for module in MODULES)


def test_every_kind_has_struck_before_any_strikes_again() -> None:
    for seed in range(5):
        first, second = (
            [fault.kind for fault in islice(in_turn(ALL, seed), start, start + len(KINDS))] for start in (0, len(KINDS))
        )
        assert sorted(first) == sorted(second) == sorted(KINDS)


def test_everything_is_hit_in_the_end() -> None:
    largest = max(sum(fault.kind == kind for fault in ALL) for kind in KINDS)
    assert set(islice(in_turn(ALL, 1), largest * len(KINDS))) == set(ALL)


def test_the_seed_decides_the_order_and_nothing_else_does() -> None:
    assert list(islice(in_turn(ALL, 7), 60)) == list(islice(in_turn(ALL, 7), 60))
    assert list(islice(in_turn(ALL, 7), 60)) != list(islice(in_turn(ALL, 8), 60))


def test_nothing_has_no_turn() -> None:
    assert list(in_turn([], 1)) == []
