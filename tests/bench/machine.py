"""The machine at the time, and what a process and its children take of it."""

from __future__ import annotations

import os
import platform
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import psutil

MEGABYTE = 1_000_000
_LOOK_SECONDS = 0.5
BUSY = 0.25
"""More of the processors taken by others than this makes figures that are too low, though their ratios may hold."""


@dataclass(frozen=True)
class Memory:
    """What processes hold, in MB.

    Attributes:
        pss: each page shared out among those who share it: adds up over processes (Linux; elsewhere as `uss`).
        uss: what would be free again if they ended.
    """

    pss: float
    uss: float

    def __add__(self, other: Memory) -> Memory:
        return Memory(self.pss + other.pss, self.uss + other.uss)


def describe() -> dict[str, Any]:
    """Return what one must know of the machine to read the figures."""
    return {
        "processors": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
        "memory_mb": round(psutil.virtual_memory().total / MEGABYTE),
    }


def load() -> list[float]:
    """Return how many processes wanted to run, on average over the last 1, 5 and 15 minutes."""
    return [round(value, 2) for value in os.getloadavg()]


def busy(seconds: float = _LOOK_SECONDS) -> float:
    """Return the share of all processors that is taken, looking for a moment; ask while we do nothing ourselves."""
    before = psutil.cpu_times()
    time.sleep(seconds)
    after = psutil.cpu_times()
    total = sum(after) - sum(before)
    idle = after.idle - before.idle + getattr(after, "iowait", 0.0) - getattr(before, "iowait", 0.0)
    return max(0.0, 1 - idle / total) if total else 0.0


def family(pid: int) -> list[psutil.Process]:
    """Return a process and all its descendants."""
    parent = psutil.Process(pid)
    return [parent, *parent.children(recursive=True)]


def memory(pid: int) -> dict[str, Memory]:
    """Return what a process and its descendants hold, by their programs' names."""
    held: dict[str, Memory] = {}
    for process in family(pid):
        # One that has just ended holds nothing.
        with suppress(psutil.NoSuchProcess):
            full = process.memory_full_info()
            mine = Memory(getattr(full, "pss", full.uss) / MEGABYTE, full.uss / MEGABYTE)
            held[process.name()] = held.get(process.name(), Memory(0, 0)) + mine
    return held


def processor_seconds(pid: int) -> float:
    """Return the processor time a process and its descendants have taken so far."""
    taken = 0.0
    for process in family(pid):
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            taken += times.user + times.system
    return taken
