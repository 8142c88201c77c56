"""The deployment that is broken, and the seed of what is left to chance."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.support.topology import RAISED_LIMITS, Topology, topology

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def seed() -> int:
    """`SEED=…` repeats a run; the default is the same every time."""
    return int(os.environ.get("SEED", "2018"))


@pytest.fixture(scope="module")
def running() -> Iterator[Topology]:
    """The eight processes, ready. Few accounts send for many, and nobody waits for them to be let in again."""
    with topology(variables=RAISED_LIMITS) as whole:
        yield whole
