"""Faults of time: the clock of a process jumps by an hour, and summer time begins or ends under load."""

from __future__ import annotations

import asyncio
import struct
import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import httpx

from tests.faults.fault import Fault, Scene

if TYPE_CHECKING:
    from uuid import UUID

    from tests.support.topology import Topology

HOUR: Final = 3600
_LIBRARY: Final = ("/usr/lib/*/faketime/libfaketime.so.1", "/usr/lib/faketime/libfaketime.so.1")
_TARGETS: Final = ("pledges-app", "pledges-worker", "dashboard-worker", "notifications-worker")
_WITH_A_CALENDAR: Final = ("pledges-app", "dashboard-app", "notifications-worker")
CHANGE_SECONDS: Final = 20.0


def library() -> Path | None:
    """Return the path of libfaketime (Debian's package `libfaketime`), or None."""
    for pattern in _LIBRARY:
        found = sorted(Path("/").glob(pattern.lstrip("/")))
        if found:
            return found[0]
    return None


async def jump(name: str, scene: Scene) -> int:
    """Move the clock of one process by an hour while it works; a restart moves it back.

    Counts 1 if its `Date` header, or the timestamps in its log, have jumped.
    """
    preload = library()
    assert preload is not None
    process = scene.running.processes[name]
    offset = scene.chance.choice([HOUR, -HOUR])
    clock = scene.running.folder / f"clock-{scene.chance.getrandbits(32):08x}"
    clock.write_text("+0\n")
    clock.chmod(0o644)
    environment = {
        "LD_PRELOAD": str(preload),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_CACHE_DURATION": "1",
        # Only the wall clock jumps, not the monotonic clock.
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",
    }
    await asyncio.to_thread(process.stop)
    try:
        process.start(environment=environment)
        await scene.ready()
        clock.write_text(f"{offset:+d}\n")

        async def jumped() -> bool:
            process_clock = await _clock_of(scene, name)
            return process_clock is not None and abs(process_clock - time.time() - offset) < HOUR / 10

        fired = int(await scene.until(jumped, seconds=15))
        scene.note(f"{offset // HOUR:+d} h")
        await scene.a_while(3.0, 8.0)
    finally:
        await asyncio.to_thread(process.stop)
        process.start()
    await scene.ready()
    return fired


async def _clock_of(scene: Scene, name: str) -> float | None:
    """Return the time of a process in seconds since the epoch, from the `Date` header of its answers."""
    port = scene.running.processes[name].health_port
    async with httpx.AsyncClient(timeout=5) as client:
        try:
            answer = await client.get(f"http://127.0.0.1:{port}/livez")
        except httpx.HTTPError:
            return None
    date = answer.headers.get("date")
    return parsedate_to_datetime(date).timestamp() if date else None


async def summer_time(scene: Scene) -> int:
    """Change to or from summer time while clients work: some processes get a time zone that changes in 20 s.

    Counts 1 if a page shows a pledge from before the change with one offset, and one from after it with the other.
    """
    forward = scene.chance.random() < 0.5
    before, after = (HOUR, 2 * HOUR) if forward else (2 * HOUR, HOUR)
    zones = scene.running.folder / f"zones-{scene.chance.getrandbits(32):08x}"
    moment = time.time() + CHANGE_SECONDS
    (zones / "Europe").mkdir(parents=True)
    (zones / "Europe" / "Copenhagen").write_bytes(zone(int(moment), before, after))
    earlier = list(scene.clients.ledger.acknowledged)
    try:
        await _restart(scene, {"PYTHONTZPATH": str(zones)})
        if time.time() > moment:
            scene.note("the change came before they were ready")
        await asyncio.sleep(max(0.0, moment + 0.5 - time.time()))
        known = len(scene.clients.ledger.acknowledged)

        async def more() -> bool:
            return len(scene.clients.ledger.acknowledged) > known

        await scene.until(more, seconds=20)
        latest = list(scene.clients.ledger.acknowledged)[-1]
        fired = int(bool(earlier) and await _shows(scene, earlier[0], before) and await _shows(scene, latest, after))
        scene.note("an hour forward" if forward else "an hour back")
        await scene.a_while(2.0, 4.0)
    finally:
        await _restart(scene, {})
    return fired


async def _restart(scene: Scene, environment: dict[str, str]) -> None:
    for name in _WITH_A_CALENDAR:
        process = scene.running.processes[name]
        await asyncio.to_thread(process.stop)
        process.start(environment=environment)
    await scene.ready()


async def _shows(scene: Scene, pledge_id: UUID, offset: int) -> bool:
    """Whether the pledge's page shows when it was received, in local time with that offset from UTC."""
    token = scene.running.token("coordinator", "caseworker", taskforce_id=scene.taskforce)
    async with httpx.AsyncClient(timeout=10, headers={"authorization": f"Bearer {token}"}) as client:
        response = await client.get(scene.running.url(f"/api/pledges/v1/pledges/{pledge_id}"))
        page = await client.get(scene.running.url(f"/pledges/{pledge_id}"))
    received = datetime.fromisoformat(response.json()["received_at"]).astimezone(UTC) + timedelta(seconds=offset)
    return received.strftime("%H.%M") in page.text or received.strftime("%H:%M") in page.text


def zone(moment: int, before: int, after: int) -> bytes:
    """Return a time zone whose offset from UTC changes once: a TZif file, version 2 (RFC 8536).

    Args:
        moment: the time of the change, in seconds since the epoch.
        before, after: offsets in seconds.
    """
    names = b"CET\0CEST\0"

    def local(offset: int) -> bytes:
        summer = offset == 2 * HOUR
        return struct.pack(">iBB", offset, summer, 4 if summer else 0)

    nothing = b"TZif2" + bytes(15) + struct.pack(">6l", 0, 0, 0, 0, 1, 4) + struct.pack(">iBB", 0, 0, 0) + b"UTC\0"
    head = b"TZif2" + bytes(15) + struct.pack(">6l", 0, 0, 0, 2, 2, len(names))
    changes = struct.pack(">2q", 0, moment) + b"\0\1"  # without the first one, `before` would have to be winter time
    return nothing + head + changes + local(before) + local(after) + names + b"\n\n"


def _no_library(_running: Topology) -> str | None:
    return None if library() else "libfaketime is not installed (Debian: apt-get install libfaketime)"


FAULTS = (
    *(
        Fault(
            "clock jump",
            name,
            "its clock jumps by an hour, forward or back",
            "started again with the right one",
            partial(jump, name),
            impossible=_no_library,
        )
        for name in _TARGETS
    ),
    Fault(
        "summer time",
        "Denmark",
        "an hour is left out, or comes twice, while people work",
        "the right calendar again",
        summer_time,
    ),
)
