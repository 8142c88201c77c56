"""The deployment of this folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.topology import Topology, topology

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="package")
def running() -> Iterator[Topology]:
    """The eight processes, ready, on a PostgreSQL and a broker of their own; gone with the last file here.

    Idle, they take a good part of a processor from every other test.
    """
    with topology() as whole:
        yield whole
