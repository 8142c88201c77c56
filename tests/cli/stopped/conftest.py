"""The deployment of this folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.topology import Topology, topology

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="package")
def stopped() -> Iterator[Topology]:
    """A deployment whose apps and workers do not run."""
    with topology(processes=False) as whole:
        yield whole
