"""The deployment of this folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.topology import Topology, topology

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="package")
def running() -> Iterator[Topology]:
    """The eight processes, ready, with their own PostgreSQL and broker; stopped after the last file of this folder.

    Even idle they use much of a processor that other tests need.
    """
    with topology() as whole:
        yield whole
