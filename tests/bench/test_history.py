"""The years that the dashboard is measured with are in order, and the same every time."""

from __future__ import annotations

from uuid import UUID

from shared.contracts.pledges import HireConfirmed, PledgeLogged, PositionFilled
from tests.bench import history

TASKFORCE = UUID(int=1)


def test_it_has_as_many_pledges_as_asked_for_and_hires_on_some() -> None:
    messages = list(history.pledges(TASKFORCE, 2_000))
    logged = [one for one in messages if isinstance(one, PledgeLogged)]
    hired = [one for one in messages if isinstance(one, HireConfirmed)]
    assert len({one.pledge_id for one in logged}) == 2_000
    assert 400 < len(hired) < 600
    assert len([one for one in messages if isinstance(one, PositionFilled)]) == len(hired)
    assert {one.pledge_id for one in hired} <= {one.pledge_id for one in logged}


def test_it_is_in_the_order_in_which_it_was_recorded() -> None:
    messages = list(history.pledges(TASKFORCE, 500))
    assert [one.recorded_at for one in messages] == sorted(one.recorded_at for one in messages)


def test_it_is_the_same_every_time_and_spans_the_same_years_whatever_its_size() -> None:
    assert list(history.pledges(TASKFORCE, 50)) == list(history.pledges(TASKFORCE, 50))
    few, many = (list(history.pledges(TASKFORCE, size)) for size in (200, 2_000))
    assert abs((few[0].recorded_at - many[0].recorded_at).days) < 5
    assert len({one.event_id for one in many if isinstance(one, PledgeLogged) and one.event_id}) == history.EVENTS
