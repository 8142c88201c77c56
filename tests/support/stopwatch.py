"""How long `make faults` lets something take on a machine that has other work to do as well."""

from __future__ import annotations

import os


def allowance(seconds: float) -> float:
    """What `seconds` on a quiet machine may take on this one now: as many times more as work waits for a processor."""
    waiting_per_processor = os.getloadavg()[0] / (os.cpu_count() or 1)
    return seconds * max(1.0, waiting_per_processor)
