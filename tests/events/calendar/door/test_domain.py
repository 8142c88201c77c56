"""How captured check-ins are judged and merged, without a database."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.events.calendar.domain import EmployerEvent, EventNotOpen, EventPlan
from services.events.calendar.door.domain import DoorRecord, Reception, happened_at, merge
from tests.support.properties import PATIENT

OPENED = datetime(2026, 11, 24, 16, 21, tzinfo=UTC)
CLOSED = OPENED + timedelta(hours=4)
RECEIVED = OPENED + timedelta(hours=1)
MINUTE = timedelta(minutes=1)

moments = st.integers(0, 12).map(lambda minutes: OPENED + minutes * MINUTE)
records = st.lists(st.builds(DoorRecord, moments, st.sampled_from(["person:1", "person:2"]), st.booleans()), max_size=8)


def event(*, opened: bool = True, closed: bool = False) -> EmployerEvent:
    plan = EventPlan("employer_event", "Aften", None, OPENED, OPENED + timedelta(hours=3), None)
    status: Any = "closed" if closed else "open" if opened else "published"
    return EmployerEvent(uuid4(), plan, status, OPENED if opened else None, CLOSED if closed else None)


@PATIENT
@given(records, st.randoms(use_true_random=False))
def test_two_doors_agree_whatever_the_order_and_number_of_copies(seen: list[DoorRecord], chance: Any) -> None:
    copies = seen + chance.sample(seen, len(seen) // 2)
    chance.shuffle(copies)
    assert merge(copies) == merge(seen)


@PATIENT
@given(records)
def test_a_company_is_there_exactly_if_its_last_record_is_a_check_in(seen: list[DoorRecord]) -> None:
    merged = merge(seen)
    if not any(not one.undo for one in seen):
        assert merged is None
        return
    assert merged is not None
    last = max(seen, key=lambda one: (one.at, one.undo))
    assert (merged.undone_at is None) == (not last.undo)


@PATIENT
@given(records)
def test_it_has_been_there_since_the_earliest_check_in_that_was_not_undone(seen: list[DoorRecord]) -> None:
    merged = merge(seen)
    if merged is None or merged.undone_at is not None:
        return
    undone = [one.at for one in seen if one.undo]
    standing = [one for one in seen if not one.undo and all(one.at > at for at in undone)]
    assert merged.checked_in_at == min(one.at for one in standing)
    assert (merged.checked_in_at, merged.checked_in_by) in {(one.at, one.by) for one in standing}


@PATIENT
@given(records)
def test_what_was_merged_may_be_merged_again(seen: list[DoorRecord]) -> None:
    merged = merge(seen)
    if merged is not None:
        present = [DoorRecord(merged.checked_in_at, merged.checked_in_by)]
        if merged.undone_at is not None:
            present.append(DoorRecord(merged.undone_at, "", undo=True))
        assert merge([*seen, *present]) == merged


CASES: list[dict[str, Any]] = json.loads(Path(__file__).with_name("merge_cases.json").read_text("utf-8"))
"""The script of the page merges in the same way: `tests/shared/ui/js/door_attendance.test.js`."""


def _at(clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-24T{clock}:00+00:00")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_records_are_merged(case: dict[str, Any]) -> None:
    merged = merge([DoorRecord(_at(clock), "person:1", bool(undo)) for clock, *undo in case["records"]])
    expected = case["merged"]
    if merged is None or expected is None:
        assert merged is expected
        return
    undone_at = _at(expected["undone"]) if expected["undone"] else None
    assert (merged.checked_in_at, merged.undone_at) == (_at(expected["since"]), undone_at)


def test_a_capture_happened_when_the_phone_says() -> None:
    at = OPENED + 20 * MINUTE
    assert happened_at(at, event(), Reception(RECEIVED), undo=False) == at
    assert happened_at(at, event(), Reception(RECEIVED, RECEIVED - MINUTE), undo=False) == at


@pytest.mark.parametrize("wrong_by", [timedelta(days=-1), timedelta(days=1), timedelta(days=-20_000)])
def test_a_clock_that_is_wrong_by_the_same_all_evening_is_corrected(wrong_by: timedelta) -> None:
    at = OPENED + 20 * MINUTE
    reception = Reception(RECEIVED, RECEIVED + wrong_by)
    assert happened_at(at + wrong_by, event(), reception, undo=False) == at


@pytest.mark.parametrize("captured_at", [datetime(1970, 1, 1, tzinfo=UTC), OPENED + timedelta(days=1)])
def test_a_clock_that_cannot_be_right_stops_nobody(captured_at: datetime) -> None:
    assert happened_at(captured_at, event(), Reception(RECEIVED), undo=False) == RECEIVED
    late = Reception(CLOSED + timedelta(hours=9))
    if captured_at < OPENED:
        assert happened_at(captured_at, event(closed=True), late, undo=False) == CLOSED


def test_what_was_captured_before_the_doors_were_opened_happened_when_they_were() -> None:
    assert happened_at(OPENED - 30 * MINUTE, event(), Reception(RECEIVED), undo=False) == OPENED


def test_what_was_captured_while_it_was_open_is_accepted_when_it_is_closed() -> None:
    late = Reception(CLOSED + timedelta(days=6))
    assert happened_at(CLOSED - MINUTE, event(closed=True), late, undo=False) == CLOSED - MINUTE
    assert happened_at(CLOSED + MINUTE, event(closed=True), late, undo=False) == CLOSED


def test_nobody_comes_after_it_was_closed_but_a_mistake_is_undone() -> None:
    after, late = CLOSED + timedelta(hours=1), Reception(CLOSED + timedelta(hours=2))
    with pytest.raises(EventNotOpen):
        happened_at(after, event(closed=True), late, undo=False)
    assert happened_at(after, event(closed=True), late, undo=True) == after


def test_nobody_comes_to_an_event_that_has_not_been_opened() -> None:
    with pytest.raises(EventNotOpen):
        happened_at(OPENED, event(opened=False), Reception(RECEIVED), undo=False)
