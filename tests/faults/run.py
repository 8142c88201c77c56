"""One run: clients of two taskforces work, a fault is injected, everything recovers, and the checker judges."""

from __future__ import annotations

import asyncio
import random
import time
import traceback
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final
from uuid import UUID

import asyncpg

from services.events.register import commands
from shared.db.database import Database
from shared.messaging.replay import settle
from shared.settings import ServiceSettings
from tests.faults import privacy
from tests.faults.checker import Allowed, check
from tests.faults.fault import Fault, NotHealed, Scene
from tests.faults.kinds.broker import PUBLISHERS
from tests.faults.ledger import MOST_PLEDGES, Clients
from tests.faults.verdict import Verdict
from tests.support.stopwatch import load_adjusted_timeout

if TYPE_CHECKING:
    from tests.support.topology import Topology

BEFORE_SECONDS: Final = (0.3, 1.2)
"""The interval after the first pledge in which a fault is injected."""
AFTER_SECONDS: Final = 30.0
"""How long clients go on after recovery, and how long they have to log enough pledges."""
RUN_SECONDS: Final = 300.0
"""A run that takes longer fails."""
LEAST_PLEDGES: Final = 10
"""The smallest number of acknowledged pledges for a meaningful run."""


@dataclass
class Result:
    """The result of one run.

    Attributes:
        number: the number of the run.
        seed: repeats the run, with the name of the fault.
        fired: how often the fault took effect.
        trouble: why the run failed although the checker found nothing, or could not check; empty if it passed.
        seconds: the duration.
    """

    number: int
    fault: str
    kind: str
    seed: int
    fired: int = 0
    verdict: Verdict = field(default_factory=Verdict)
    notes: list[str] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def red(self) -> bool:
        """Whether anything is wrong."""
        return bool(self.trouble or self.verdict.violations)

    @property
    def why(self) -> list[str]:
        """All problems, in words."""
        return [*self.trouble, *self.verdict.broken]


async def run(
    topology: Topology,
    fault: Fault,
    *,
    seed: int,
    number: int = 1,
    pace: float = 0.2,
    max_pledges: int = MOST_PLEDGES,
    verify: bool = True,
    patience: float = 1.0,
) -> Result:
    """Inject a fault while clients work, and check everything afterwards. Raises only when cancelled.

    Args:
        seed: decides what the clients send and everything random in the fault.
        pace, max_pledges: as for `Clients`.
        verify: as for `check`.
        patience: the factor by which all promised times are multiplied. `make faults`, alone on the machine, judges
        the times; the tests only wait.
    """
    result = Result(number, fault.name, fault.kind, seed)
    started = time.monotonic()
    try:
        async with asyncio.timeout(patience * RUN_SECONDS):
            await _run(topology, fault, result, pace=pace, max_pledges=max_pledges, verify=verify, patience=patience)
    except TimeoutError:
        result.trouble.append(f"it was not over after {patience * RUN_SECONDS:.0f} s\n{_where()}")
    except Exception as error:
        result.trouble.append(f"{type(error).__name__}: {error}\n{_where()}")
    result.seconds = time.monotonic() - started
    return result


async def _run(
    topology: Topology, fault: Fault, result: Result, *, pace: float, max_pledges: int, verify: bool, patience: float
) -> None:
    chance = random.Random(f"{fault.name} {result.seed}")
    ours, others = [await register_taskforce(topology, UUID(int=chance.getrandbits(128), version=4)) for _ in "12"]
    places = await asyncio.to_thread(privacy.places, topology)
    clients = Clients(topology, ours, seed=result.seed, pace=pace, max_pledges=max_pledges)
    neighbours = Clients(topology, others, seed=result.seed + 1, pace=3 * pace, max_pledges=max_pledges // 4)
    await clients.start()
    await neighbours.start(phones=1)
    scene = Scene(topology, ours, clients, chance, result.notes, patience)
    try:
        await scene.a_while(*BEFORE_SECONDS)
        result.fired = await fault.act(scene)
        known = len(clients.ledger.acknowledged)

        async def work_goes_on() -> bool:
            ours_now, others_now = len(clients.ledger.acknowledged), len(neighbours.ledger.acknowledged)
            enough = ours_now >= max(LEAST_PLEDGES, known + 3) and others_now > 0
            return enough and bool(clients.ledger.hires)

        await scene.until(work_goes_on, seconds=load_adjusted_timeout(AFTER_SECONDS))
    except NotHealed as error:
        result.trouble.append(str(error))  # the checker judges
    finally:
        ledgers = {ours: await clients.stop(), others: await neighbours.stop()}
    if not result.trouble:
        try:
            await scene.ready()
        except NotHealed as error:
            result.trouble.append(str(error))
    fired = max(result.fired, bool(result.trouble))  # a fault without recovery has taken effect
    allowed = Allowed(fault.duplicate_mails * fired, fault.overtaking)
    result.verdict = await check(topology, ledgers, allowed=allowed, places=places, verify=verify, patience=patience)
    if not result.fired:
        result.trouble.append("the fault did not fire")
    if min(len(ledger.acknowledged) for ledger in ledgers.values()) < 1 or result.verdict.acknowledged < LEAST_PLEDGES:
        result.trouble.append(f"only {result.verdict.acknowledged} pledges were acknowledged: that proves nothing")
    if not result.red:
        await _settle(topology)


async def register_taskforce(topology: Topology, taskforce_id: UUID) -> UUID:
    """Register a taskforce in all services; return its id."""
    settings = ServiceSettings(database_url=topology.app_dsn("events"), token_jwks=topology.secrets["TOKEN_JWKS"])
    database = await Database.connect(settings, name="faults")
    try:
        await commands.register_taskforce(
            database,
            id=taskforce_id,
            slug=f"t{taskforce_id.hex[:12]}",
            name="Taskforce",
            municipality="0671",
            since=date(2018, 5, 1),
        )
    finally:
        await database.close()
    return taskforce_id


async def _settle(topology: Topology) -> None:
    """Mark everything as applied, so that it is not replayed to a broker that loses its log."""
    for service in PUBLISHERS:
        conn = await asyncpg.connect(topology.superuser_dsn(service), command_timeout=30)
        try:
            moment = await conn.fetchval("select clock_timestamp()")
            await settle(conn, published_before=moment)  # type: ignore[arg-type]
        finally:
            conn.terminate()


def _where() -> str:
    return "".join(traceback.format_exc().splitlines(keepends=True)[-8:])
