"""Timeouts of `make faults` that grow with the load of the machine."""

from __future__ import annotations

import os


def load_adjusted_timeout(seconds: float) -> float:
    """Return a timeout of `seconds` on an idle machine, multiplied by the load per processor."""
    waiting_per_processor = os.getloadavg()[0] / (os.cpu_count() or 1)
    return seconds * max(1.0, waiting_per_processor)
