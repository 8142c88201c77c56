"""The seed of the faults; the eight processes are `running` (tests/conftest.py)."""

from __future__ import annotations

import os

import pytest


@pytest.fixture(scope="session")
def seed() -> int:
    """`SEED=…` repeats a run; the default is the same every time."""
    return int(os.environ.get("SEED", "2018"))
