"""Two faults together: killed while cut off, and two of a kind at work while what they share is slow."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from services.notifications.deliveries import AT_A_TIME
from tests.faults import links
from tests.faults.fault import Fault, Scene
from tests.faults.kinds.network import link_of, not_proxied
from tests.faults.kinds.processes import COURIER, second_worker

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.topology import Topology

CUT_OFF_SECONDS = (5.5, 7.0)
"""Longer than a Kafka client waits between two commits of offsets, if it is left to commit by itself."""
BESIDE_SECONDS = (6.0, 9.0)
"""How long a second one works beside the first."""


async def killed_cut_off(name: str, link_name: str, scene: Scene) -> int:
    """Nothing passes on a link any more; then SIGKILL. What the process holds in its hands, it has told nobody of.

    Counted: 1 if something was held back before it died.
    """
    process = scene.running.processes[name]
    link = link_of(scene, link_name)
    before, killed = link.counts["withheld"], process.killed

    async def withheld() -> bool:
        return link.counts["withheld"] > before

    try:
        link.part()
        fired = await scene.until(withheld, seconds=20)
        await scene.a_while(*CUT_OFF_SECONDS)
        await asyncio.to_thread(process.kill)
    finally:
        link.heal()
        if process.killed > killed:
            process.start()
    await scene.ready()
    return int(fired and process.killed > killed)


async def two_at_a_slow_link(name: str, link_name: str, seconds: float, scene: Scene) -> int:
    """A second worker beside the first, and a slow link to what both use. Counted: pieces of data delayed."""
    link = link_of(scene, link_name)
    before = link.counts["delayed"]
    second = await second_worker(scene, name)
    try:
        link.slow(seconds, jitter=2 * seconds)
        await scene.a_while(*BESIDE_SECONDS)
    finally:
        link.heal()
        await asyncio.to_thread(second.stop)
    await scene.ready()
    return link.counts["delayed"] - before


def _impossible(link_name: str) -> Callable[[Topology], str | None]:
    return partial(not_proxied, link_name)


_CUT_OFF = (
    ("pledges-worker", links.KAFKA, 0),
    ("pledges-worker", links.to_postgres("pledges-worker"), 0),
    ("dashboard-worker", links.to_postgres("dashboard-worker"), 0),
    (COURIER, links.to_postgres(COURIER), AT_A_TIME),
)

FAULTS = (
    *(
        Fault(
            "killed cut off",
            f"{name}, {link}",
            "nothing passes, connections stay half-open; then SIGKILL",
            "passes again, started again",
            partial(killed_cut_off, name, link),
            duplicate_mails=mails,
            impossible=_impossible(link),
        )
        for name, link, mails in _CUT_OFF
    ),
    Fault(
        "two relays at a slow broker",
        "pledges-worker",
        "a second one, and each piece of data held back for 50–150 ms",
        "the second is stopped",
        partial(two_at_a_slow_link, "pledges-worker", links.KAFKA, 0.05),
        impossible=_impossible(links.KAFKA),
    ),
    Fault(
        "two couriers at a slow mail server",
        COURIER,
        "a second one, and each piece of data held back for 50–150 ms",
        "the second is stopped",
        partial(two_at_a_slow_link, COURIER, links.SMTP, 0.05),
        impossible=_impossible(links.SMTP),
    ),
)
