"""How long something takes on a machine that has other work to do as well."""

from __future__ import annotations

import os
import time
from typing import Self


def allowance(seconds: float) -> float:
    """What `seconds` on a quiet machine may take on this one now: as many times more as work waits for a processor."""
    waiting_per_processor = os.getloadavg()[0] / (os.cpu_count() or 1)
    return seconds * max(1.0, waiting_per_processor)


class Stopwatch:
    """Times what is done `with` it; do it a few times, for other work can only make one slower, never quicker."""

    def __init__(self) -> None:
        self.quickest = float("inf")
        """Seconds the quickest round took; infinite before there was one."""

    def __enter__(self) -> Self:
        self._started = time.monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        self.quickest = min(self.quickest, time.monotonic() - self._started)
