"""Faults of links: reset, partitioned, slow, and answers lost after the request took effect."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any

from deploy.kafka import KafkaCluster
from tests.faults import links
from tests.faults.fault import Fault, Scene

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.proxy import Proxy
    from tests.support.topology import Topology

CUT_SECONDS = (0.5, 5.0)
PARTITION_SECONDS = (1.0, 20.0)
LATENCY_SECONDS = (3.0, 8.0)
TRAFFIC_SECONDS = 20.0
"""How long to wait for traffic on the link."""


def link_of(scene: Scene, name: str) -> Proxy:
    """Return one of the links between the processes."""
    assert scene.running.links is not None
    return scene.running.links[name]


def not_proxied(name: str, running: Topology) -> str | None:
    """Return why faults of a link are impossible here, or None."""
    if running.links is None:
        return "the processes are connected directly here"
    if name == links.KAFKA and isinstance(running.broker, KafkaCluster) and len(running.broker.nodes) > 1:
        return "several brokers are connected to directly"
    return None


async def _traffic(scene: Scene, count: Callable[[], int]) -> None:
    async def seen() -> bool:
        return count() > 0

    await scene.until(seen, seconds=TRAFFIC_SECONDS, every=0.02)


async def cut(name: str, scene: Scene) -> int:
    """Reset every connection and refuse new ones for a while. Counts reset connections."""
    link = link_of(scene, name)
    before = link.counts["reset"]
    try:
        link.cut()
        await _traffic(scene, lambda: link.counts["reset"] - before)
        seconds = await scene.a_while(*CUT_SECONDS)
        scene.note(f"{seconds:.0f} s")
    finally:
        link.heal()
    await scene.ready()
    return link.counts["reset"] - before


async def part(name: str, scene: Scene) -> int:
    """Hold back all data for a while, with all connections open. Counts the held-back pieces."""
    link = link_of(scene, name)
    before = link.counts["withheld"]
    try:
        link.part()
        seconds = await scene.a_while(*PARTITION_SECONDS)
        await _traffic(scene, lambda: link.counts["withheld"] - before)
        scene.note(f"{seconds:.0f} s")
    finally:
        link.heal()
    await scene.ready()
    return link.counts["withheld"] - before


async def forget(name: str, scene: Scene) -> int:
    """Discard all further data of the open connections. Counts the discarded pieces."""
    link = link_of(scene, name)
    before = link.counts["swallowed"]

    async def swallowed() -> bool:
        link.forget()
        return link.counts["swallowed"] > before

    await scene.until(swallowed, seconds=TRAFFIC_SECONDS, every=0.05)
    await scene.a_while(1.0, 3.0)
    await scene.ready()
    return link.counts["swallowed"] - before


async def slow(name: str, scene: Scene) -> int:
    """Delay every piece of data by 50–500 ms and up to as much jitter. Counts the delayed pieces."""
    link = link_of(scene, name)
    before = link.counts["delayed"]
    delay = scene.chance.uniform(0.05, 0.5)
    try:
        link.slow(delay, jitter=delay)
        await scene.a_while(*LATENCY_SECONDS)
        await _traffic(scene, lambda: link.counts["delayed"] - before)
        scene.note(f"{delay * 1000:.0f} ms and up to as much again")
    finally:
        link.heal()
    await scene.ready()
    return link.counts["delayed"] - before


async def lose(name: str, scene: Scene) -> int:
    """Let requests take effect and lose their answers, a few times. Counts lost answers."""
    link = link_of(scene, name)
    before = link.counts["lost"]
    times = scene.chance.randint(1, 5)
    what, after = scene.chance.choice(_REQUESTS.get(name) or _REQUESTS[_far_end(name)])
    try:
        link.lose_answers(times, after=after)

        async def all_lost() -> bool:
            return link.counts["lost"] - before >= times

        await scene.until(all_lost, seconds=TRAFFIC_SECONDS, every=0.05)
        scene.note(f"the answers to {what}")
    finally:
        link.heal()
    await asyncio.sleep(0.2)
    await scene.ready()
    return link.counts["lost"] - before


def _kafka_request(api_key: int) -> Callable[[bytes], bool]:
    """Whether a piece of data begins with a request of this API: four bytes of length, two of the API key."""
    return lambda data: data[4:6] == api_key.to_bytes(2, "big")


def _commit(data: bytes) -> bool:
    return b"COMMIT" in data


def _end_of_mail(data: bytes) -> bool:
    return data.endswith(b"\r\n.\r\n")


_REQUESTS: dict[str, list[tuple[str, Callable[[bytes], bool]]]] = {
    "postgres": [("COMMIT", _commit)],
    links.to_postgres("pledges-worker"): [("the relay's statements", bool)],  # each one is a transaction of its own
    links.to_postgres("events-worker"): [("the relay's statements", bool)],
    "kafka": [("produce", _kafka_request(0)), ("offset commit", _kafka_request(8)), ("fetch", _kafka_request(1))],
    "smtp": [("the end of a mail", _end_of_mail)],
    "app": [("requests", bool)],
}


def _far_end(name: str) -> str:
    end = name.partition("→")[2]
    return "app" if end.endswith("-app") else end


_BUSY = (
    links.to_postgres("pledges-app"),
    links.to_postgres("pledges-worker"),
    links.to_postgres("events-worker"),
    links.to_postgres("dashboard-worker"),
    links.to_postgres("notifications-worker"),
    links.KAFKA,
    links.SMTP,
    links.to_asked("pledges"),
    links.to_app("pledges"),
    links.to_app("events"),
)
"""The links with traffic in every run. While clients work, nothing requests the apps of dashboard and notifications,
and the courier requests nothing from events."""


def _faults(kind: str, act: Any, strikes: str, heals: str, mails: dict[str, int]) -> list[Fault]:
    return [
        Fault(kind, name, strikes, heals, partial(act, name), mails.get(name, 0), impossible=partial(not_proxied, name))
        for name in _BUSY
    ]


FAULTS = (
    # A mail whose 250 was lost is sent again: once for each connection.
    *_faults("cut", cut, "RST both ways, new connections too", "passes again", {links.SMTP: 1}),
    *_faults("partition", part, "nothing passes, connections stay half-open", "all held back arrives", {}),
    *_faults("latency", slow, "50–500 ms and as much again by chance", "passes at once again", {}),
    *(
        Fault(
            "half-open",
            name,
            "what is open is swallowed for ever, new connections pass",
            heals,
            partial(forget, name),
            impossible=partial(not_proxied, name),
        )
        for name, heals in {
            links.to_asked("pledges"): "whoever asks gives up in time",
            links.to_postgres("pledges-worker"): "PostgreSQL takes the lock from a leader that has gone silent",
        }.items()
    ),
    *_faults("lost answer", lose, "the request passes, its answer does not: RST", "passes again", {links.SMTP: 1}),
)
