"""The demo of this folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.local_run import LocalRun, local_run, state_folder

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="package")
def run() -> Iterator[LocalRun]:
    """A demo after a fast evening."""
    with state_folder() as state, local_run("demo", "--no-browser", "--speed", "30", state=state) as run:
        run.wait_for("Everything stays up")
        yield run
