"""The registry: names are unique, all kinds take turns, and a seed decides the order."""

from __future__ import annotations

from itertools import islice

from tests.faults.catalogue import FAULTS, MODULES, in_turn

ALL = list(FAULTS.values())
KINDS = {fault.kind for fault in ALL}


def test_fault_names_are_unique() -> None:
    assert len(ALL) == sum(len(module.FAULTS) for module in MODULES)


def test_every_kind_takes_its_turn_before_any_is_repeated() -> None:
    for seed in range(5):
        first, second = (
            [fault.kind for fault in islice(in_turn(ALL, seed), start, start + len(KINDS))] for start in (0, len(KINDS))
        )
        assert sorted(first) == sorted(second) == sorted(KINDS)


def test_every_target_takes_its_turn() -> None:
    largest = max(sum(fault.kind == kind for fault in ALL) for kind in KINDS)
    assert set(islice(in_turn(ALL, 1), largest * len(KINDS))) == set(ALL)


def test_only_the_seed_decides_the_order() -> None:
    assert list(islice(in_turn(ALL, 7), 60)) == list(islice(in_turn(ALL, 7), 60))
    assert list(islice(in_turn(ALL, 7), 60)) != list(islice(in_turn(ALL, 8), 60))


def test_an_empty_registry_has_no_turns() -> None:
    assert list(in_turn([], 1)) == []
