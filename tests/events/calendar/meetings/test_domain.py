"""The rules about a meeting, its agenda and the times of its figures."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from services.events.calendar.meetings.domain import (
    MOST_ITEMS,
    AgendaIsFull,
    AgendaIsNotEmpty,
    AgendaItem,
    AgendaItemNotFound,
    AsOfAfterMeeting,
    Meeting,
    MeetingIsOver,
    Minutes,
    StaleAgenda,
    StaleMinutes,
)

if TYPE_CHECKING:
    from collections.abc import Callable

START = datetime(2026, 12, 1, 15, 0, tzinfo=UTC)
HELD_ON = date(2026, 12, 1)


def item(number: int, **facts: Any) -> AgendaItem:
    return AgendaItem(UUID(int=number), facts.pop("title", f"Punkt {number}"), **facts)


def meeting(*numbers: int, **facts: Any) -> Meeting:
    status = facts.pop("status", "published")
    items = tuple(item(number) for number in numbers)
    return Meeting(UUID(int=0), status, START, HELD_ON, items, version=1, **facts)


def order(of: Meeting) -> list[int]:
    return [one.id.int for one in of.items]


def test_an_agenda_is_written_item_by_item() -> None:
    planned = meeting()
    assert planned.put(item(1, minutes=10))
    assert planned.put(item(2, minutes=20))
    assert not planned.put(item(2, minutes=20))
    assert planned.put(item(1, title="Noget andet", minutes=15))
    assert (order(planned), planned.minutes, planned.version) == ([1, 2], 35, 4)
    assert planned.remove(UUID(int=1))
    assert not planned.remove(UUID(int=1))
    assert (order(planned), planned.version) == ([2], 5)


@pytest.mark.parametrize(
    ("number", "direction", "after"),
    [(2, "up", [2, 1, 3]), (2, "down", [1, 3, 2]), (1, "up", [1, 2, 3]), (3, "down", [1, 2, 3])],
)
def test_an_item_moves_by_one_place(number: int, direction: Any, after: list[int]) -> None:
    planned = meeting(1, 2, 3)
    moved = planned.move(UUID(int=number), direction)
    assert (order(planned), moved) == (after, after != [1, 2, 3])


def test_the_day_of_the_figures_is_that_of_the_meeting_unless_another_is_chosen() -> None:
    planned = meeting()
    assert planned.as_of == HELD_ON
    assert not planned.set_times(START, day=HELD_ON)
    assert planned.set_times(START, day=date(2026, 11, 30))
    assert (planned.as_of, planned.known_at) == (date(2026, 11, 30), None)
    assert planned.set_times(START, day=HELD_ON)
    assert (planned.as_of, planned.version) == (HELD_ON, 3)


def test_figures_are_fixed_and_released() -> None:
    planned = meeting()
    assert planned.set_times(START, fixed=True)
    assert not planned.set_times(START + timedelta(hours=1), fixed=True)
    fixed_at = planned.known_at
    assert planned.set_times(START, fixed=False)
    assert not planned.set_times(START, fixed=False)
    assert (fixed_at, planned.known_at, planned.version) == (START, None, 3)


def test_decisions_are_counted_again_also_after_the_meeting() -> None:
    planned = meeting(status="closed")
    assert planned.recount(2)
    assert not planned.recount(2)
    assert (planned.decisions_open, planned.version) == (2, 2)


@pytest.mark.parametrize(
    "step",
    [
        lambda of, **expected: of.put(item(9), **expected),
        lambda of, **expected: of.remove(UUID(int=1), **expected),
        lambda of, **expected: of.move(UUID(int=1), "down", **expected),
        lambda of, **expected: of.set_times(START, fixed=True, **expected),
    ],
    ids=["put", "remove", "move", "set_times"],
)
def test_a_change_is_refused_after_the_meeting_and_on_another_version(step: Callable[..., bool]) -> None:
    over = meeting(1, 2, status="closed")
    with pytest.raises(MeetingIsOver):
        step(over)
    planned = meeting(1, 2)
    with pytest.raises(StaleAgenda):
        step(planned, expected_version=7)
    assert (over, planned) == (meeting(1, 2, status="closed"), meeting(1, 2))
    assert step(planned, expected_version=1)


@pytest.mark.parametrize(
    ("step", "refusal"),
    [
        (lambda of: of.put(item(99)), AgendaIsFull),
        (lambda of: of.begin_with([item(99)]), AgendaIsNotEmpty),
        (lambda of: of.move(UUID(int=99), "up"), AgendaItemNotFound),
        (lambda of: of.set_times(START, day=date(2026, 12, 2)), AsOfAfterMeeting),
        (lambda of: Minutes(UUID(int=1), "A", 1).write("B", expected_version=0) or of, StaleMinutes),
    ],
)
def test_what_cannot_be_is_refused(step: Callable[[Meeting], bool], refusal: type[Exception]) -> None:
    full = meeting(*range(1, MOST_ITEMS + 1))
    with pytest.raises(refusal):
        step(full)
    assert full.version == 1
