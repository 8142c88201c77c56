"""A short round of `python -m tests.fuzz.guest`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fuzz.guest import play

if TYPE_CHECKING:
    from tests.support.topology import Topology

pytestmark = pytest.mark.any_broker


def test_a_guest_who_means_harm_changes_no_figure_and_blocks_nobody(running: Topology) -> None:
    outcome = play(running, seed=1, seconds=3600, rounds=2, flood=30)

    assert outcome.findings == []
    assert len(outcome.attempts) >= 12
    assert outcome.attempts["a flood"].keys() == {"201"}
