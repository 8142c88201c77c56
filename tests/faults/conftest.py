"""The deployment for fault runs, and the seed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.support.topology import RAISED_LIMITS, Topology, topology

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def seed() -> int:
    """The seed, from `SEED=…`; the default is constant."""
    return int(os.environ.get("SEED", "2018"))


@pytest.fixture(scope="module")
def running() -> Iterator[Topology]:
    """The eight processes, ready, with high rate limits, because a few accounts send everything."""
    with topology(variables=RAISED_LIMITS) as whole:
        yield whole
