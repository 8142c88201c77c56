"""The generated history is in order and always the same."""

from __future__ import annotations

from uuid import UUID

from shared.contracts.pledges import HireConfirmed, PledgeLogged, PositionFilled
from tests.bench import history

TASKFORCE = UUID(int=1)


def test_it_has_the_requested_number_of_pledges_and_some_hires() -> None:
    messages = list(history.pledges(TASKFORCE, 2_000))
    logged = [one for one in messages if isinstance(one, PledgeLogged)]
    hired = [one for one in messages if isinstance(one, HireConfirmed)]
    assert len({one.pledge_id for one in logged}) == 2_000
    assert 400 < len(hired) < 600
    assert len([one for one in messages if isinstance(one, PositionFilled)]) == len(hired)
    assert {one.pledge_id for one in hired} <= {one.pledge_id for one in logged}


def test_it_is_in_the_order_of_recording() -> None:
    messages = list(history.pledges(TASKFORCE, 500))
    assert [one.recorded_at for one in messages] == sorted(one.recorded_at for one in messages)


def test_it_is_always_the_same_and_spans_the_same_years_for_every_size() -> None:
    assert list(history.pledges(TASKFORCE, 50)) == list(history.pledges(TASKFORCE, 50))
    few, many = (list(history.pledges(TASKFORCE, size)) for size in (200, 2_000))
    assert abs((few[0].recorded_at - many[0].recorded_at).days) < 5
    assert len({one.event_id for one in many if isinstance(one, PledgeLogged) and one.event_id}) == history.EVENTS
