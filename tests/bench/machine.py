"""The machine, its load, and the resources that a process and its children use."""

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
"""If other programs use more of the processors than this share, figures are too low; ratios may still hold."""


@dataclass(frozen=True)
class Memory:
    """The memory of processes, in MB.

    Attributes:
        pss: proportional set size: shared pages are divided among processes (Linux; elsewhere the same as `uss`).
        uss: unique set size: the memory freed when they end.
    """

    pss: float
    uss: float

    def __add__(self, other: Memory) -> Memory:
        return Memory(self.pss + other.pss, self.uss + other.uss)


def describe() -> dict[str, Any]:
    """Return the properties of the machine that matter for the figures."""
    return {
        "processors": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
        "memory_mb": round(psutil.virtual_memory().total / MEGABYTE),
    }


def load() -> list[float]:
    """Return the load averages over the last 1, 5 and 15 minutes."""
    return [round(value, 2) for value in os.getloadavg()]


def busy(seconds: float = _LOOK_SECONDS) -> float:
    """Measure for a moment and return the used share of all processors. Call it while nothing of ours runs."""
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
    """Return the memory of a process and its descendants, by program."""
    held: dict[str, Memory] = {}
    for process in family(pid):
        # A process that has just ended has no memory.
        with suppress(psutil.NoSuchProcess):
            full = process.memory_full_info()
            mine = Memory(getattr(full, "pss", full.uss) / MEGABYTE, full.uss / MEGABYTE)
            held[process.name()] = held.get(process.name(), Memory(0, 0)) + mine
    return held


def processor_seconds(pid: int) -> float:
    """Return the processor time of a process and its descendants so far."""
    taken = 0.0
    for process in family(pid):
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            taken += times.user + times.system
    return taken
