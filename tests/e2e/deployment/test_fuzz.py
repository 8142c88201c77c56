"""A short round of `make fuzz`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fuzz.run import Extent, run

if TYPE_CHECKING:
    from tests.support.topology import Topology

pytestmark = [pytest.mark.any_broker, pytest.mark.long("services", "shared/http", "shared/ui", "tests/fuzz")]


def test_a_short_round_finds_nothing(running: Topology) -> None:
    extent = Extent(
        requests=600,
        seconds=3600,
        thorough=False,
        examples=1,
        callers=("coordinator", "event_pass", "nobody"),
        persons=5,
    )
    tally = run(running, seed=1, extent=extent)

    assert tally.findings == {}
    assert {share.caller for share in tally.shares.values()} == {*extent.callers, "admin"}
    assert {share.service for share in tally.shares.values()} == {"events", "pledges", "dashboard", "notifications"}
    assert tally.requests >= 600
    assert {"200", "303", "401", "403", "404", "422", "429"} <= tally.statuses.keys()
