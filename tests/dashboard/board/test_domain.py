"""When the board shows a new number: the rules without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from uuid import uuid4

import pytest

from services.dashboard.board.domain import (
    DifferenceTooSmall,
    NothingNew,
    NotReleased,
    Release,
    TooFewSinceTheLastRelease,
    judge,
    sign_due,
)
from services.dashboard.board.schedule import Schedule
from services.dashboard.disclosure import HIDDEN, Hidden

_ = HIDDEN


@pytest.mark.parametrize(
    ("count", "earlier", "shown"),
    [
        (0, (), 0),
        (3, (), _),
        (7, (), 7),
        (12, (7,), 12),
        # A correction goes by the same rules.
        (2, (9,), _),
        (0, (7,), 0),
        # Whatever was hidden, it was 4 at most.
        (9, (_,), 9),
        (196, (196, 201), 196),
        (7, (7,), NothingNew),
        (4, (_,), NothingNew),
        (11, (7,), TooFewSinceTheLastRelease),
        (3, (7,), TooFewSinceTheLastRelease),
        # The decision does not depend on the hidden count: it would tell it.
        (8, (_,), TooFewSinceTheLastRelease),
        (3, (8,), TooFewSinceTheLastRelease),
        (3, (0,), TooFewSinceTheLastRelease),
        # The last release is far away, an earlier one is not.
        (19, (20, 14), DifferenceTooSmall),
        (8, (_, 20), DifferenceTooSmall),
    ],
)
def test_what_is_released(
    count: int, earlier: tuple[int | Hidden, ...], shown: int | Hidden | type[NotReleased]
) -> None:
    if isinstance(shown, type):
        with pytest.raises(shown):
            judge(count, earlier, step=5, smallest=5)
    else:
        assert judge(count, earlier, step=5, smallest=5) == shown


def test_a_larger_step_is_waited_for_and_a_smaller_one_is_not_allowed() -> None:
    with pytest.raises(TooFewSinceTheLastRelease):
        judge(26, (20,), step=10, smallest=5)
    with pytest.raises(TooFewSinceTheLastRelease):
        judge(22, (20,), step=1, smallest=5)


def test_the_set_times_are_those_of_copenhagen_also_where_clocks_are_changed() -> None:
    schedule = Schedule((time(8), time(15, 30)), 5, at_once=False, smallest=5, sign_step=10)
    winter = datetime(2026, 3, 28, 20, tzinfo=UTC)
    assert schedule.last_due(winter) == datetime(2026, 3, 28, 14, 30, tzinfo=UTC)
    assert schedule.next_due(winter) == datetime(2026, 3, 29, 6, tzinfo=UTC), "summer time has begun"
    assert schedule.last_due(datetime(2026, 3, 29, 6, tzinfo=UTC)) == datetime(2026, 3, 29, 6, tzinfo=UTC)
    at_once = Schedule((time(8),), 5, at_once=True, smallest=5, sign_step=10)
    assert (at_once.last_due(winter), at_once.next_due(winter)) == (winter, None)


def _released(*shown: tuple[int, bool]) -> list[Release]:
    moment, day = datetime(2026, 3, 1, tzinfo=UTC), date(2026, 3, 1)
    return [
        Release(uuid4(), number, day, day, count, 5 if 0 < count < 5 else None, moment, by_hand=False, sign_due=due)
        for number, (count, due) in enumerate(shown, start=1)
    ]


@pytest.mark.parametrize(
    ("shown", "earlier", "due"),
    [
        (196, [], False),
        (205, [(196, False)], False),
        (206, [(196, False), (201, False)], True),
        # The signs show 206 now.
        (211, [(196, False), (206, True)], False),
        (196, [(196, False), (206, True)], True),
        (_, [(20, False)], False),
        # Nothing that was hidden is on a sign.
        (12, [(3, False)], False),
    ],
)
def test_the_signs_are_due_when_the_number_has_moved_by_a_step(
    shown: int | Hidden, earlier: list[tuple[int, bool]], due: bool
) -> None:
    assert sign_due(shown, _released(*earlier), step=10) is due
