"""The fault runs of `make test`: one fault of each selected kind, under load; all invariants hold afterwards.

`make test-long` has one for each process. `make faults` injects all faults many times, with a proxy on each link and a
disk that can be filled.
"""

from __future__ import annotations

from typing import Final

import pytest

from tests.faults.catalogue import FAULTS
from tests.faults.fault import Fault, Scene
from tests.faults.run import Result, run
from tests.support.topology import PROCESSES, Topology

pytestmark = pytest.mark.faults

PACE: Final = 0.02
MOST_PLEDGES: Final = 30
"""Enough pledges for every invariant; `make faults` sends four times as many."""
PATIENCE: Final = 10.0
"""The promised times are judged by `make faults`, alone on a machine."""
SHORT: Final = ("kill: pledges-worker", "crash: postgres", "poison: every topic")
ON_ANY_BROKER: Final = ("kill: pledges-app",)
LONG: Final = (
    *(f"kill: {process}" for process in PROCESSES if process not in {"pledges-app", "pledges-worker"}),
    "broker emptied: broker",
    "broker late: broker",
    "delivered again: every message",
    "two relays: pledges-worker",
)
TRIED: Final = (*SHORT, *ON_ANY_BROKER, *LONG)
CONCERNS: Final = ("shared/messaging", "shared/db", "deploy/local", "services/pledges/pledges", "tests/support")
"""Paths whose change makes all of them run, whatever the share is."""


async def _run(running: Topology, fault: Fault, seed: int) -> Result:
    result = await run(running, fault, seed=seed, pace=PACE, max_pledges=MOST_PLEDGES, patience=PATIENCE)
    print(result)
    assert result.why == []
    assert result.verdict.checked == {f"I{number}" for number in range(1, 9)}
    assert result.verdict.hires > 0
    return result


async def test_nothing_is_wrong_when_nothing_fails(running: Topology, seed: int) -> None:
    async def nothing(_: Scene) -> int:
        return 1

    verdict = (await _run(running, Fault("nothing", "nobody", "not", "not", nothing), seed)).verdict
    assert verdict.duplicate_mails == 0
    assert verdict.recovered == 0
    assert verdict.order_violations == 0


@pytest.mark.parametrize(
    "name",
    [
        *SHORT,
        *(pytest.param(name, marks=pytest.mark.any_broker) for name in ON_ANY_BROKER),
        *(pytest.param(name, marks=pytest.mark.long(*CONCERNS)) for name in LONG),
    ],
)
async def test_the_invariants_hold_after(name: str, running: Topology, seed: int) -> None:
    result = await _run(running, FAULTS[name], seed + TRIED.index(name))
    assert result.fired > 0
