"""Faults of the broker: a restart, an empty log, a pause, a late start; with several brokers, a change of leader."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import asyncpg
from aiokafka.errors import KafkaError

from deploy.kafka import KafkaCluster
from deploy.local.broker import EmbeddedBroker
from shared.db.database import OUTBOX_CHANNEL
from shared.messaging.replay import replay_unsettled
from tests.faults.broker_log import leaders
from tests.faults.checker import HEAL_SECONDS
from tests.faults.fault import Fault, NotHealed, Scene
from tests.faults.kinds.processes import LONG_PAUSE_SECONDS, PAUSE_SECONDS, is_stopped
from tests.support import brokers
from tests.support.stopwatch import load_adjusted_timeout

if TYPE_CHECKING:
    from tests.support.topology import Topology

PUBLISHERS = ("events", "pledges")


async def wipe(scene: Scene) -> int:
    """Kill the broker, start an empty one, and replay everything unsettled, as the local run's supervisor does."""
    before = scene.running.broker.pid
    await asyncio.to_thread(scene.running.replace_broker)
    fired = int(scene.running.broker.pid not in {before, None})
    replayed = await replay(scene.running)
    scene.note(f"{replayed} messages sent again")
    if not replayed:
        raise NotHealed("nothing was there to be sent again")
    await scene.ready()
    return fired


async def restart(scene: Scene) -> int:
    """Kill the broker and start it again with its log."""
    before = scene.running.broker.pid
    await asyncio.to_thread(scene.running.broker.kill)
    await scene.a_while(0.2, 2.0)
    await asyncio.to_thread(scene.running.broker.start)
    await scene.ready()
    return int(scene.running.broker.pid not in {before, None})


async def pause(between: tuple[float, float], scene: Scene) -> int:
    """Send SIGSTOP, and SIGCONT after some seconds. Meanwhile its port accepts connections and nothing answers.

    Raises:
        NotHealed: something is not ready after 30 s.
    """
    pid = scene.running.broker.pid
    assert pid is not None
    try:
        os.kill(pid, signal.SIGSTOP)

        async def stopped() -> bool:
            return is_stopped(pid)

        fired = int(await scene.until(stopped, seconds=2, every=0.01))
        seconds = await scene.a_while(*between)
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
    healed = await scene.ready(seconds=load_adjusted_timeout(HEAL_SECONDS))
    scene.note(f"{seconds:.0f} s, all ready {healed:.1f} s later")
    return fired


async def late(scene: Scene) -> int:
    """Start everything without a broker: the apps work, the workers wait for it."""
    running = scene.running
    for process in running.processes.values():
        await asyncio.to_thread(process.stop)
    await asyncio.to_thread(running.broker.kill)
    for process in running.processes.values():
        process.start()

    async def apps_ready() -> bool:
        apps = [process for name, process in running.processes.items() if name.endswith("-app")]
        return all([await asyncio.to_thread(process.ready) for process in apps])

    if not await scene.until(apps_ready, seconds=60):
        raise NotHealed("the apps are not ready without a broker")
    fired = int(not await asyncio.to_thread(running.processes["dashboard-worker"].ready))
    await scene.a_while(1.0, 2.0)
    await asyncio.to_thread(running.start_broker)
    if brokers.FLAVOUR == "embedded":
        await replay(running)
    await scene.ready()
    return fired


async def change_of_leader(scene: Scene) -> int:
    """Kill one of three brokers; the others take over its partitions. Counts partitions with another leader."""
    cluster = scene.running.broker
    assert isinstance(cluster, KafkaCluster)
    node = scene.chance.choice(cluster.nodes)
    before = await leaders(cluster.bootstrap_servers)
    others = ",".join(one.bootstrap_servers for one in cluster.nodes if one is not node)
    led = sum(leader == node.member.node_id for leader in before.values())
    try:
        await asyncio.to_thread(node.kill)
        moved = 0

        async def taken_over() -> bool:
            nonlocal moved
            try:
                now = await leaders(others)
            except KafkaError:  # the request went to the killed broker
                return False
            moved = sum(now.get(place) not in {leader, -1} for place, leader in before.items())
            return moved >= led > 0

        await scene.until(taken_over, seconds=40, every=0.5)
        await scene.a_while(2.0, 6.0)
    finally:
        await asyncio.to_thread(node.start)
    scene.note(f"node {node.member.node_id}, which led {led} partitions")
    await scene.ready()
    return moved


async def replay(running: Topology) -> int:
    """Replay everything that is not settled, as the operator of a broker without persistence must."""
    replayed = 0
    for service in PUBLISHERS:
        conn = await asyncpg.connect(running.superuser_dsn(service), command_timeout=30)
        try:
            async with conn.transaction():
                replayed += await replay_unsettled(conn)  # type: ignore[arg-type]
            await conn.execute(f"notify {OUTBOX_CHANNEL}")
        finally:
            conn.terminate()
    return replayed


def _forgets(running: Topology) -> str | None:
    if isinstance(running.broker, EmbeddedBroker):
        return "the embedded broker has no disk: its restart is the loss of its log"
    return None


def _no_other(running: Topology) -> str | None:
    if isinstance(running.broker, KafkaCluster) and len(running.broker.nodes) > 1:
        return None
    return "a change of leader needs several brokers (BROKER=apache NODES=3)"


FAULTS = (
    Fault(
        "change of leader",
        "one broker of three",
        "SIGKILL, the others take over",
        "started again",
        change_of_leader,
        impossible=_no_other,
    ),
    Fault(
        "broker emptied",
        "broker",
        "SIGKILL, its log is gone",
        "started empty; everything unsettled is sent again",
        wipe,
        overtaking=True,
    ),
    Fault("broker restarted", "broker", "SIGKILL", "started with its log", restart, impossible=_forgets),
    Fault("broker paused", "broker", "SIGSTOP for 1–20 s", "SIGCONT", partial(pause, PAUSE_SECONDS)),
    Fault("broker paused for long", "broker", "SIGSTOP for 20–90 s", "SIGCONT", partial(pause, LONG_PAUSE_SECONDS)),
    Fault(
        "broker late",
        "broker",
        "the eight are started without one",
        "the broker is started",
        late,
        overtaking=True,
    ),
)
