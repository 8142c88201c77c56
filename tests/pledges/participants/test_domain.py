"""What may be changed about a participant, and what becomes of it in the history."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from services.pledges.participants.domain import (
    Availability,
    ParticipantNote,
    ParticipantTerms,
    TargetGroup,
    Tasks,
)
from services.pledges.participants.refusals import (
    HoursInWrongOrder,
    LeavesWhileMatched,
    NoteKept,
    ParticipantHasLeft,
    StaleParticipant,
    TargetGroupCodeEnds,
    TargetGroupCodeTaken,
    TargetGroupNotInForce,
    TargetGroupsOverlap,
    TargetGroupUnknown,
    TaskBothWays,
)
from services.pledges.participants.target_groups import TargetGroupCode, TargetGroupCodes
from tests.pledges.participants.conftest import participant

DAY = date(2026, 12, 1)
OLD = TargetGroup("6.2", date(2024, 1, 1), date(2026, 1, 1))
NOW = TargetGroup("6.3", date(2026, 1, 1))
CODES = TargetGroupCodes.of(
    [
        TargetGroupCode("6.1", date(2020, 1, 1), date(2027, 1, 1)),
        TargetGroupCode("A", date(2027, 1, 1), None, "Gruppe A", "Group A"),
    ]
)


def _changed(terms: ParticipantTerms, **known: Any) -> list[str]:
    one = participant(uuid4(), **known)
    return [change.kind for change in one.change(terms, today=DAY, codes=CODES)]


def test_each_thing_that_is_changed_is_in_the_history_with_what_was_before() -> None:
    one = participant(uuid4(), programme="job_network", target_groups=(OLD, NOW))
    terms = replace(
        one.terms,
        programme="training_track",
        caseworker_id=uuid4(),
        availability=Availability(weekly_hours_from=Decimal(5), weekly_hours_to=Decimal(10)),
        tasks=Tasks(can=frozenset({"packing"})),
        target_groups=(OLD,),
    )
    changes = {change.kind: change.before for change in one.change(terms, today=DAY, codes=CODES, seen_version=1)}
    assert list(changes) == [
        "availability_changed",
        "tasks_changed",
        "programme_changed",
        "caseworker_changed",
        "target_groups_changed",
    ]
    assert changes["programme_changed"] == {"programme": "job_network"}
    assert changes["target_groups_changed"] is not None
    assert len(changes["target_groups_changed"]["target_groups"]) == 2
    assert (one.terms, one.version) == (terms, 2)


def test_the_same_again_changes_nothing_whatever_the_version() -> None:
    one = participant(uuid4(), version=7)
    assert one.change(one.terms, today=DAY, codes=CODES, seen_version=3) == []
    assert one.version == 7


def test_a_change_of_another_version_is_refused() -> None:
    one = participant(uuid4(), version=7)
    with pytest.raises(StaleParticipant):
        one.change(replace(one.terms, programme="job_network"), today=DAY, codes=CODES, seen_version=6)


def test_somebody_is_paused_resumed_leaves_and_returns() -> None:
    one = participant(uuid4())
    kinds = []
    for status in ("paused", "active", "left", "active"):
        kinds += [change.kind for change in one.change(replace(one.terms, status=status), today=DAY, codes=CODES)]
        assert one.left_on == (DAY if status == "left" else None)
    assert kinds == ["paused", "resumed", "left", "returned"]


@pytest.mark.parametrize("status", ["left", "paused"])
def test_who_has_left_is_only_taken_back(status: Any) -> None:
    with pytest.raises(ParticipantHasLeft):
        _changed(ParticipantTerms(status=status, programme="job_network"), status="left", left_on=DAY)


def test_who_has_a_match_does_not_leave() -> None:
    one = participant(uuid4())
    with pytest.raises(LeavesWhileMatched):
        one.change(ParticipantTerms(status="left"), today=DAY, codes=CODES, matched=True)
    assert one.status == "active"


@pytest.mark.parametrize(
    ("terms", "refusal"),
    [
        (
            ParticipantTerms(availability=Availability(weekly_hours_from=Decimal(9), weekly_hours_to=Decimal(8))),
            HoursInWrongOrder,
        ),
        (ParticipantTerms(tasks=Tasks(want=frozenset({"packing"}), cannot=frozenset({"packing"}))), TaskBothWays),
        (ParticipantTerms(target_groups=(NOW, replace(NOW, valid_from=DAY))), TargetGroupsOverlap),
        (ParticipantTerms(target_groups=(replace(NOW, valid_until=NOW.valid_from),)), TargetGroupsOverlap),
        (
            ParticipantTerms(target_groups=(replace(NOW, valid_until=DAY), replace(OLD, valid_until=None))),
            TargetGroupsOverlap,
        ),
        (ParticipantTerms(target_groups=(replace(NOW, code="6.14"),)), TargetGroupUnknown),
        (ParticipantTerms(target_groups=(replace(NOW, code="A"),)), TargetGroupNotInForce),
        (ParticipantTerms(target_groups=(TargetGroup("6.1", date(2027, 1, 1)),)), TargetGroupNotInForce),
        (ParticipantTerms(target_groups=(TargetGroup("6.1", date(2019, 12, 31)),)), TargetGroupNotInForce),
    ],
)
def test_what_cannot_be_is_refused(terms: ParticipantTerms, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        _changed(terms)


def test_a_target_group_that_somebody_has_stays_when_its_code_ends() -> None:
    held = TargetGroup("6.1", date(2027, 6, 1))  # before the taskforce ended the code
    assert _changed(ParticipantTerms(target_groups=(held,), programme="job_network"), target_groups=(held,)) == [
        "programme_changed"
    ]


def test_a_new_target_group_ends_the_one_before() -> None:
    one = participant(uuid4(), target_groups=(OLD, NOW))
    assert one.with_target_group("6.4", DAY) == (OLD, replace(NOW, valid_until=DAY), TargetGroup("6.4", DAY))
    with pytest.raises(TargetGroupsOverlap):
        one.with_target_group("6.4", NOW.valid_from)
    assert one.target_group_on(date(2026, 1, 1)) == NOW
    assert one.target_group_on(date(2025, 12, 31)) == OLD
    assert one.target_group_on(date(2023, 12, 31)) is None


def test_the_list_of_target_groups_has_dates() -> None:
    assert [one.code for one in CODES.valid_on(date(2026, 12, 31))] == [f"6.{number}" for number in range(1, 14)]
    assert [one.code for one in CODES.valid_on(date(2027, 1, 1))][-1] == "A"
    assert "6.1" not in [one.code for one in CODES.valid_on(date(2027, 1, 1))]
    with pytest.raises(TargetGroupCodeTaken):
        CODES.added(TargetGroupCode("A", DAY, None, "A", "A"))
    with pytest.raises(TargetGroupCodeEnds):
        CODES.ended("A", date(2027, 1, 1))
    assert CODES.ended("6.2", DAY).valid_until == DAY


@pytest.mark.parametrize(
    ("keep_until", "kept"),
    [(None, date(2027, 12, 1)), (DAY + timedelta(days=1), DAY + timedelta(days=1)), (date(2031, 12, 1),) * 2],
)
def test_a_note_is_kept_for_a_year_or_until_its_author_says(keep_until: date | None, kept: date) -> None:
    assert _note(keep_until).keep_until == kept


@pytest.mark.parametrize("keep_until", [DAY, date(2031, 12, 2)])
def test_a_note_is_not_kept_for_more_than_five_years(keep_until: date) -> None:
    with pytest.raises(NoteKept):
        _note(keep_until)


def _note(keep_until: date | None) -> ParticipantNote:
    at = datetime(2026, 12, 1, 12, tzinfo=UTC)
    return ParticipantNote.write(uuid4(), uuid4(), "Ring", by=None, at=at, today=DAY, keep_until=keep_until)
