"""Combinations of two faults: killed while cut off, two workers and a slow one, cut or stopped between two steps."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import asyncpg

from services.notifications.deliveries.courier import AT_A_TIME
from tests.faults import links
from tests.faults.fault import Fault, Scene
from tests.faults.kinds.network import link_of, not_proxied
from tests.faults.kinds.processes import COURIER, marks_of, passages_in, second_worker

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.support.topology import Topology

CUT_OFF_SECONDS = (5.5, 7.0)
"""Longer than the interval of a Kafka client's automatic commits."""
LATE_COMMITS = 8
CUTS = 5
BESIDE_SECONDS = (8.0, 12.0)
"""How long a second worker runs beside the first."""


_BETWEEN = """
    select pid
      from pg_stat_activity
     where application_name = 'pledges-app'
       and state = 'idle in transaction'
       and query ilike '%insert into outbox%'
     limit 1
"""


async def killed_cut_off(name: str, link_name: str, scene: Scene) -> int:
    """Partition a link; then send SIGKILL, so the process cannot report its unfinished work.

    Counts 1 if data was held back before the kill.
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
    """Run a second worker, with a slow link to what both use. Counts delayed pieces of data."""
    link = link_of(scene, link_name)
    before = link.counts["delayed"]
    second = await second_worker(scene, name)
    try:
        link.slow(seconds, jitter=4 * seconds)
        await scene.a_while(*BESIDE_SECONDS)
    finally:
        link.heal()
        await asyncio.to_thread(second.stop)
    await scene.ready()
    return link.counts["delayed"] - before


async def one_relay_slow(scene: Scene) -> int:
    """Run a second pledges-worker beside one that waits half a second between reading its rows and sending them.

    If both relayed, rows would be published out of order. Counts passages of the slow one.
    """
    first = scene.running.processes["pledges-worker"]
    marks = marks_of(scene, "linger")
    await asyncio.to_thread(first.stop)
    first.start(under=("tests.faults.points", "commit-publish", "1", "linger", str(marks)))
    try:
        await scene.ready()
        second = await second_worker(scene, first.name)
        try:
            await scene.a_while(*BESIDE_SECONDS)
        finally:
            await asyncio.to_thread(second.stop)
    finally:
        await asyncio.to_thread(first.stop)
        first.start()
    await scene.ready()
    return passages_in(marks)


async def commit_late(scene: Scene) -> int:
    """Repeatedly stop a backend between its insert into the outbox and its commit, so that later transactions commit
    first.

    Counts how often rows were added to the outbox meanwhile.
    """
    link = link_of(scene, links.to_postgres("pledges-app"))
    fired = 0
    conn = await asyncpg.connect(scene.running.superuser_dsn("pledges"), command_timeout=10)
    try:
        link.slow(0.02, jitter=0.02)  # otherwise the moment would be too short
        for _ in range(LATE_COMMITS):
            caught: int | None = None

            async def between() -> bool:
                nonlocal caught
                caught = await conn.fetchval(_BETWEEN)
                return caught is not None

            if not await scene.until(between, seconds=10, every=0.005) or caught is None:
                break
            with suppress(ProcessLookupError):
                os.kill(caught, signal.SIGSTOP)
            try:
                before = await conn.fetchval("select count(*) from outbox")
                await scene.a_while(0.4, 0.8)
                fired += await conn.fetchval("select count(*) from outbox") > before
            finally:
                with suppress(ProcessLookupError):
                    os.kill(caught, signal.SIGCONT)
    finally:
        link.heal()
        conn.terminate()
    await scene.ready()
    return fired


async def cut_at_commit(scene: Scene) -> int:
    """Reset the app's connections as soon as a new message is visible in the outbox, before the app gets the answer.

    Counts reset connections.
    """
    conn = await asyncpg.connect(scene.running.superuser_dsn("pledges"), command_timeout=10)

    async def messages() -> int:
        return int(await conn.fetchval("select count(*) from outbox"))

    try:
        return await _cut_at(links.to_postgres("pledges-app"), messages, scene)
    finally:
        conn.terminate()


async def cut_at_mail(scene: Scene) -> int:
    """Reset the courier's database connections while it marks a mail that the mail server has accepted.

    It first ends the SMTP session, which takes some milliseconds, and marking then takes three round trips. A
    connection that is reset earlier has not begun to mark, and another one does it.

    Counts reset connections.
    """

    async def mails() -> int:
        return len(scene.running.mail.mails)

    return await _cut_at(links.to_postgres(COURIER), mails, scene, after=(0.02, 0.06))


async def _cut_at(
    link_name: str, count: Callable[[], Awaitable[int]], scene: Scene, *, after: tuple[float, float] = (0.0, 0.0)
) -> int:
    link = link_of(scene, link_name)
    before = link.counts["reset"]
    try:
        link.slow(0.02, jitter=0.02)
        for _ in range(CUTS):
            known = await count()

            async def more(known: int = known) -> bool:
                return await count() > known

            if await scene.until(more, seconds=10, every=0.005):
                await scene.a_while(*after)
                link.cut(refuse=False)
            await scene.a_while(0.8, 1.5)  # it must reconnect first
    finally:
        link.heal()
    await scene.ready()
    return link.counts["reset"] - before


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
        "cut at a commit",
        links.to_postgres("pledges-app"),
        "RST both ways as soon as a message can be seen, and before the app hears of its commit",
        "passes again",
        cut_at_commit,
        impossible=_impossible(links.to_postgres("pledges-app")),
    ),
    Fault(
        "cut at a mail",
        links.to_postgres(COURIER),
        "RST both ways while a mail is marked that the mail server has",
        "passes again",
        cut_at_mail,
        impossible=_impossible(links.to_postgres(COURIER)),
    ),
    Fault(
        "late commit",
        "pledges-app",
        "SIGSTOP of a backend between its row in the outbox and its commit, again and again",
        "SIGCONT",
        commit_late,
        impossible=_impossible(links.to_postgres("pledges-app")),
    ),
    Fault(
        "two relays, one slow",
        "pledges-worker",
        "half a second between reading and sending, and a second one beside it",
        "restarted at its own pace",
        one_relay_slow,
    ),
    Fault(
        "two couriers at a slow mail server",
        COURIER,
        "a second one, and each piece of data held back for 50–250 ms",
        "the second is stopped",
        partial(two_at_a_slow_link, COURIER, links.SMTP, 0.05),
        impossible=_impossible(links.SMTP),
    ),
)
