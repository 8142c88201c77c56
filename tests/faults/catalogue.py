"""The registry of all faults, and which of them are possible in a topology."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Final

from tests.faults.kinds import broker, clock, database, messages, network, processes, releases, together

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.fault import Fault
    from tests.support.topology import Topology

MODULES: Final = (processes, network, broker, database, clock, messages, releases, together)
FAULTS: Final[dict[str, Fault]] = {fault.name: fault for module in MODULES for fault in module.FAULTS}


def possible(topology: Topology) -> list[Fault]:
    """Return the faults that are possible in this topology on this machine."""
    return [fault for fault in FAULTS.values() if fault.impossible(topology) is None]


def not_done(topology: Topology) -> dict[str, str]:
    """Return the impossible faults, with the reasons."""
    return {name: why for name, fault in FAULTS.items() if (why := fault.impossible(topology)) is not None}


def in_turn(faults: list[Fault], seed: int) -> Iterator[Fault]:
    """Yield one fault of every kind, then another one of every kind, and so on without end.

    The seed decides the order.
    """
    chance = random.Random(seed)
    kinds: dict[str, list[Fault]] = {}
    for fault in faults:
        kinds.setdefault(fault.kind, []).append(fault)
    for same in kinds.values():
        chance.shuffle(same)
    order = list(kinds)
    chance.shuffle(order)
    turn = 0
    while kinds:
        for kind in order:
            yield kinds[kind][turn % len(kinds[kind])]
        turn += 1
