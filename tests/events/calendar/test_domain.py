"""The rules about events and passes, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from services.events.calendar.domain import (
    Attendance,
    EmployerEvent,
    EndsBeforeStart,
    EventHasBegun,
    EventNotDraft,
    EventNotOpen,
    EventNotPublished,
    EventPlan,
    LastsTooLong,
    PassNotAvailable,
    StaleVersion,
)
from shared.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)


def event(*steps: str) -> EmployerEvent:
    plan = EventPlan("employer_event", "Aften", None, NOW, NOW + timedelta(hours=3), 50)
    planned = EmployerEvent(uuid4(), plan)
    for step in steps:
        take(planned, step)
    return planned


def take(planned: EmployerEvent, step: str) -> bool:
    steps: dict[str, Callable[[], bool]] = {
        "publish": planned.publish,
        "open": lambda: planned.open(NOW),
        "close": lambda: planned.close(NOW),
        "cancel": planned.cancel,
    }
    return steps[step]()


def test_an_event_goes_from_draft_to_closed_one_version_at_a_time() -> None:
    planned = event()
    seen = [(planned.status, planned.version)]
    for step in ("publish", "open", "close"):
        assert take(planned, step)
        seen.append((planned.status, planned.version))
    assert seen == [("draft", 1), ("published", 2), ("open", 3), ("closed", 4)]
    assert planned.opened_at == planned.closed_at == NOW


@pytest.mark.parametrize(
    ("steps", "step", "refusal"),
    [
        ((), "open", EventNotPublished),
        ((), "close", EventNotOpen),
        (("publish",), "close", EventNotOpen),
        (("publish", "open"), "publish", EventNotDraft),
        (("publish", "open"), "cancel", EventHasBegun),
        (("publish", "open", "close"), "publish", EventNotDraft),
        (("publish", "open", "close"), "open", EventNotPublished),
        (("publish", "open", "close"), "cancel", EventHasBegun),
        (("cancel",), "publish", EventNotDraft),
        (("publish", "cancel"), "open", EventNotPublished),
        (("publish", "cancel"), "close", EventNotOpen),
    ],
)
def test_an_illegal_transition_is_refused_by_name_and_changes_nothing(
    steps: tuple[str, ...], step: str, refusal: type[Refusal]
) -> None:
    planned = event(*steps)
    before = (planned.status, planned.version, planned.opened_at, planned.closed_at)
    with pytest.raises(refusal):
        take(planned, step)
    assert (planned.status, planned.version, planned.opened_at, planned.closed_at) == before


@pytest.mark.parametrize("steps", [("publish",), ("publish", "open"), ("publish", "open", "close"), ("cancel",)])
def test_a_repeated_transition_changes_nothing(steps: tuple[str, ...]) -> None:
    planned = event(*steps)
    version = planned.version
    assert not take(planned, steps[-1])
    assert planned.version == version


def test_a_transition_of_an_older_version_is_refused() -> None:
    planned = event("publish")
    with pytest.raises(StaleVersion):
        planned.open(NOW, expected_version=1)
    assert planned.status == "published"
    assert planned.open(NOW, expected_version=2)


def test_a_repeated_transition_is_accepted_with_an_older_version() -> None:
    planned = event("publish")
    assert not planned.publish(expected_version=1)


def test_an_event_ends_after_it_begins() -> None:
    with pytest.raises(EndsBeforeStart):
        EventPlan("employer_event", "Aften", None, NOW, NOW, None)


def test_a_new_event_lasts_at_most_fourteen_days() -> None:
    EventPlan("employer_event", "Messe", None, NOW, NOW + timedelta(days=14), None).check_length()
    with pytest.raises(LastsTooLong):
        EventPlan("employer_event", "Messe", None, NOW, NOW + timedelta(days=14, seconds=1), None).check_length()


@pytest.mark.parametrize("steps", [(), ("publish",), ("publish", "open", "close"), ("cancel",)])
def test_companies_check_in_only_while_the_event_is_open(steps: tuple[str, ...]) -> None:
    with pytest.raises(EventNotOpen):
        event(*steps).admit()
    event("publish", "open").admit()


def test_a_pass_expires_fourteen_days_after_the_event() -> None:
    planned = event("publish")
    expires_at = planned.pass_expires_at(NOW)
    assert expires_at == planned.plan.ends_at + timedelta(days=14)
    with pytest.raises(PassNotAvailable):
        planned.pass_expires_at(expires_at)


@pytest.mark.parametrize("steps", [(), ("cancel",)])
def test_a_draft_or_cancelled_event_issues_no_passes(steps: tuple[str, ...]) -> None:
    with pytest.raises(PassNotAvailable):
        event(*steps).pass_expires_at(NOW)


def test_revoking_passes_begins_a_new_generation() -> None:
    planned = event("publish")
    assert planned.revoke_passes()
    assert (planned.pass_generation, planned.version) == (2, 3)


def test_a_revoked_generation_is_not_revoked_again() -> None:
    planned = event("publish")
    assert planned.revoke_passes(generation=1)
    assert not planned.revoke_passes(generation=1)
    assert planned.pass_generation == 2


def test_an_unknown_generation_cannot_be_revoked() -> None:
    with pytest.raises(StaleVersion):
        event("publish").revoke_passes(generation=7)


def test_a_check_in_is_undone_and_made_again_one_version_at_a_time() -> None:
    attendance = Attendance(uuid4(), uuid4(), uuid4(), False, NOW, "person:a")
    assert not attendance.check_in_again(NOW, by="person:b")
    assert attendance.undo(NOW + timedelta(minutes=1), expected_version=1)
    assert not attendance.undo(NOW + timedelta(minutes=2), expected_version=1)
    assert (attendance.undone_at, attendance.version) == (NOW + timedelta(minutes=1), 2)
    assert attendance.check_in_again(NOW + timedelta(minutes=3), by="person:b")
    assert (attendance.undone_at, attendance.checked_in_by, attendance.version) == (None, "person:b", 3)
    with pytest.raises(StaleVersion):
        attendance.undo(NOW, expected_version=1)
