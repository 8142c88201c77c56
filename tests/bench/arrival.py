"""The time from the commit of a pledge to the commit of its row on the dashboard, with all eight processes.

Both times come from PostgreSQL (`track_commit_timestamp`): one server, one clock, no polling.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import asyncpg

from tests.bench.children import Child
from tests.bench.measures import Measure, Spread, Target, percentile, spread
from tests.bench.topology import EVENT, TASKFORCE, installation
from tests.support import brokers
from tests.support.topology import PROCESSES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from uuid import UUID

    from tests.bench.plan import Plan
    from tests.bench.topology import Installation

SECTION = "arrival"
RATE = 50
BURST = 1_000
_PATIENCE_SECONDS = 60.0
_SHARES = {"p50": 0.50, "p95": 0.95, "p99": 0.99}


def measure(plan: Plan, progress: Callable[[str], None]) -> Iterator[Measure]:
    """Measure and yield the lines of the table.

    Raises:
        AssertionError: an answer was not 201.
        TimeoutError: a row did not arrive.
    """
    steady = int(plan.steady_seconds * RATE)
    found: dict[str, list[list[float]]] = {"steady": [], "burst": [], "bare steady": [], "bare burst": []}
    rates: list[float] = []
    with installation(*PROCESSES, commit_times=True) as whole:
        log = whole.folder / "children.log"
        token = whole.token("member", taskforce_id=TASKFORCE, subject=f"person:{TASKFORCE}")
        settings = {
            "dsn": whole.superuser_dsn("dashboard"),
            "servers": whole.broker.bootstrap_servers,
            "flavour": brokers.FLAVOUR,
        }
        with Child("load", log) as load, Child("bare_loop", log, **settings) as bare:

            def send(count: int, seed: str, **how: Any) -> float:
                order = {"taskforce": str(TASKFORCE), "event": str(EVENT), "count": count, "seed": seed}
                answer = load.ask(ports=[whole.port("pledges")], connections=16, token=token, pledges=order, **how)
                assert answer["statuses"] == {"201": count}, answer["statuses"]
                rate: float = answer["rate"]
                return rate

            send(200, "warm-up")
            _delays(whole, 200, set())
            seen = _known(whole)
            for number in range(plan.rounds):
                progress(f"arrival, round {number + 1}: {RATE} a second")
                send(steady, f"steady {number}", rate=RATE)
                found["steady"].append(_delays(whole, steady, seen))
                found["bare steady"].append(bare.ask(count=steady, rate=RATE)["milliseconds"])
                progress(f"arrival, round {number + 1}: {BURST} at once")
                rates.append(send(BURST, f"burst {number}"))
                found["burst"].append(_delays(whole, BURST, seen))
                found["bare burst"].append(bare.ask(count=BURST, rate=0)["milliseconds"])

    bounds = {("steady", "p99"): Target(150.0), ("burst", "p99"): Target(1_000.0)}
    for kind, words in (("steady", f"{RATE} a second"), ("burst", f"a burst of {BURST:,}")):
        for share in _SHARES:
            yield Measure(
                SECTION,
                f"commit to dashboard row, {words}, {share}",
                "ms",
                _rounds(found[kind], share),
                "bare producer, consumer and insert",
                _rounds(found[f"bare {kind}"], share),
                bounds.get((kind, share)),
                note=f"taken in at {spread(rates).median:.0f}/s" if kind == "burst" else f"{steady} in each round",
            )


def _rounds(found: list[list[float]], share: str) -> Spread:
    return spread([percentile(one, _SHARES[share]) for one in found])


def _known(whole: Installation) -> set[UUID]:
    """Return all present pledges; later ones are new."""
    return set(asyncio.run(_committed(whole.superuser_dsn("pledges"), "select id, null from pledges")))


def _delays(whole: Installation, count: int, seen: set[UUID]) -> list[float]:
    """Wait until `count` pledges that are not in `seen` have their row, add them, and return the milliseconds of
    each."""
    return asyncio.run(_wait_for_rows(whole, count, seen))


async def _wait_for_rows(whole: Installation, count: int, seen: set[UUID]) -> list[float]:
    committed = await _committed(
        whole.superuser_dsn("pledges"), "select id, pg_xact_commit_timestamp(xmin) from pledges"
    )
    new = {pledge: at for pledge, at in committed.items() if pledge not in seen}
    assert len(new) == count, f"{len(new)} of {count} are there"
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        arrived = await _committed(
            whole.superuser_dsn("dashboard"),
            "select pledge_id, pg_xact_commit_timestamp(xmin) from pledge_versions where version = 1",
        )
        if new.keys() <= arrived.keys():
            break
        if time.monotonic() > deadline:
            raise TimeoutError(f"{len(new.keys() - arrived.keys())} rows have not arrived")
        await asyncio.sleep(0.5)
    seen.update(new)
    return [1000 * (arrived[pledge] - at).total_seconds() for pledge, at in new.items()]


async def _committed(dsn: str, question: str) -> dict[UUID, datetime]:
    conn = await asyncpg.connect(dsn, command_timeout=60)
    try:
        return {row[0]: row[1] for row in await conn.fetch(question)}
    finally:
        await conn.close()
