"""The rules of a pledge, without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.pledges.phones.domain import Capture
from services.pledges.pledges import refusals
from services.pledges.pledges.domain import Contact, Guest, Person, Pledge, PledgeTerms
from services.pledges.pledges.words import FLAGS
from services.pledges.register.domain import EventFacts
from shared.contracts.pledges import position_id
from shared.refusals import Refusal
from tests.pledges.builders import NOW, SOMEBODY, event, logged, pledge_terms
from tests.support.properties import PATIENT


def test_a_new_pledge_is_logged_with_every_position_vacant() -> None:
    pledge = logged()

    assert pledge.status == "logged"
    assert pledge.version == 1
    assert [(one.number, one.id, one.status) for one in pledge.positions] == [
        (number, position_id(pledge.id, number), "open") for number in (1, 2, 3)
    ]


def _expected_refusal(attempt: int | None, filled: set[int], positions: int) -> type[Refusal] | None:
    if attempt is None:
        return refusals.NoPositionOpen if len(filled) == positions else None
    if not 1 <= attempt <= positions:
        return refusals.UnknownPosition
    return refusals.PositionTaken if attempt in filled else None


@PATIENT
@given(st.integers(1, 50), st.lists(st.one_of(st.none(), st.integers(-1, 52)), max_size=70))
def test_status_and_version_follow_from_any_sequence_of_filled_positions(
    positions: int, attempts: list[int | None]
) -> None:
    pledge = logged(pledge_terms(positions=positions))
    filled: set[int] = set()
    for attempt in attempts:
        before = (pledge.version, list(pledge.positions))
        expected = _expected_refusal(attempt, filled, positions)
        if expected is not None:
            with pytest.raises(expected):
                pledge.fill(attempt, hire_id=uuid4())
            assert (pledge.version, pledge.positions) == before
            continue
        position = pledge.fill(attempt, hire_id=uuid4()).after
        assert position.number not in filled
        filled.add(position.number)
        assert pledge.version == before[0] + 1
    assert {one.number for one in pledge.positions if one.status == "filled"} == filled
    assert pledge.version == 1 + len(filled)
    assert pledge.status == ("logged" if not filled else "fulfilled" if len(filled) == positions else "in_progress")
    assert len({one.hire_id for one in pledge.positions if one.hire_id}) == len(filled)


def test_as_logged_returns_the_pledge_before_any_change() -> None:
    pledge = logged()
    receipt = logged(pledge.terms)
    pledge.fill(2, hire_id=uuid4())

    assert pledge.as_logged() == receipt


def test_an_ended_pledge_takes_no_hire() -> None:
    pledge = logged()
    pledge.ended_as = "withdrawn"

    with pytest.raises(refusals.PledgeEnded):
        pledge.fill(1, hire_id=uuid4())
    assert pledge.status == "withdrawn"


def test_an_affirmed_pledge_is_in_progress_once_a_position_is_filled() -> None:
    pledge = logged()
    pledge.affirm(on=date(2026, 12, 2))
    before = pledge.status

    pledge.fill(None, hire_id=uuid4())

    assert [before, pledge.status] == ["affirmed", "in_progress"]


@pytest.mark.parametrize("positions", [0, -1, 51, 200])
def test_a_pledge_has_from_one_to_fifty_positions(positions: int) -> None:
    with pytest.raises(refusals.TooManyPositions):
        logged(pledge_terms(positions=positions))


def test_more_hours_than_a_full_week_are_refused() -> None:
    with pytest.raises(refusals.TooManyPledgedHours):
        logged(pledge_terms(hours_to=Decimal("37.5")))


@pytest.mark.parametrize(
    ("captured_at", "day", "flags"),
    [
        (NOW, date(2026, 12, 1), ()),
        (datetime(2026, 12, 1, 23, 30, tzinfo=UTC), date(2026, 12, 2), ()),
        (NOW + timedelta(hours=24), date(2026, 12, 2), ()),
        (NOW + timedelta(hours=24, seconds=1), date(2026, 12, 1), ("clock_wrong",)),
        (NOW - timedelta(days=365), date(2025, 12, 1), ()),
        (NOW - timedelta(days=2000), date(2026, 12, 1), ("clock_wrong",)),
        (datetime(1970, 1, 1, tzinfo=UTC), date(2026, 12, 1), ("clock_wrong",)),
    ],
)
def test_a_pledge_counts_from_the_day_of_capture_unless_the_clock_is_wrong(
    captured_at: datetime, day: date, flags: tuple[str, ...]
) -> None:
    pledge = logged(pledge_terms(captured_at=captured_at))

    assert (pledge.pledged_on, pledge.flags) == (day, flags)


@pytest.mark.parametrize(
    ("captured_by", "flags"), [("api", ("captured_long_ago",)), ("paper", ("captured_long_ago",)), ("import", ())]
)
def test_a_program_or_a_file_may_bring_a_pledge_of_years_ago(captured_by: str, flags: tuple[str, ...]) -> None:
    pledge = logged(pledge_terms(captured_at=NOW - timedelta(days=2000), captured_by=captured_by))

    assert (pledge.pledged_on, pledge.flags) == (date(2021, 6, 10), flags)


IN_2012 = datetime(2012, 12, 1, 18, 0, tzinfo=UTC)
TONIGHT = {"status": "open", "starts_at": NOW - timedelta(hours=2), "ends_at": NOW + timedelta(hours=1)}
OVER = TONIGHT | {"status": "closed", "closed_at": NOW + timedelta(hours=1)}
LAST_WEEK = {"starts_at": NOW - timedelta(days=7, hours=2), "ends_at": NOW - timedelta(days=7)}
NEXT_WEEK = {"status": "published", "starts_at": NOW + timedelta(days=7), "ends_at": NOW + timedelta(days=7, hours=3)}
LATER = NOW + timedelta(days=3)


@pytest.mark.parametrize("by", ["guest", "member"])
@pytest.mark.parametrize(
    ("hours", "captured_at", "received_at", "day", "flags"),
    [
        (TONIGHT, NOW, NOW, NOW, ()),
        (TONIGHT, NOW, LATER, NOW, ()),
        (OVER, NOW, LATER, NOW, ("late",)),
        (TONIGHT, IN_2012, NOW, NOW, ("clock_wrong",)),
        (TONIGHT, NOW - timedelta(days=4), NOW, NOW, ("clock_wrong",)),
        (TONIGHT, NOW + timedelta(days=4), NOW, NOW, ("clock_wrong",)),
        (TONIGHT, IN_2012, LATER, LATER, ("clock_wrong", "time_unlikely")),
        (OVER, IN_2012, LATER, LATER, ("clock_wrong", "time_unlikely", "late")),
        (OVER, NOW - timedelta(days=4), LATER, LATER, ("clock_wrong", "time_unlikely", "late")),
        (NEXT_WEEK, NOW, NOW, NOW, ("time_unlikely",)),
        (NEXT_WEEK | {"opened_at": NOW - timedelta(hours=1)}, NOW, NOW, NOW, ()),
    ],
)
def test_a_pledge_counts_in_its_events_hours_or_is_held(
    by: str,
    hours: dict[str, Any],
    captured_at: datetime,
    received_at: datetime,
    day: datetime,
    flags: tuple[str, ...],
) -> None:
    here = event(**hours)
    terms = pledge_terms(event_id=here.id, captured_at=captured_at, captured_by="phone")

    pledge = logged(terms, by=Guest(here.id, 1) if by == "guest" else SOMEBODY, at=here, received_at=received_at)

    assert (pledge.pledged_on, pledge.flags) == (day.date(), flags)
    assert pledge.counted == ("time_unlikely" not in flags)


def test_what_is_logged_days_after_an_event_is_held_for_a_guest_and_flagged_for_a_person() -> None:
    here = event(**LAST_WEEK)
    terms = pledge_terms(event_id=here.id)

    by_guest, by_person = logged(terms, by=Guest(here.id, 1), at=here), logged(terms, at=here)

    assert (by_guest.flags, by_guest.counted) == (("time_unlikely",), False)
    assert (by_person.flags, by_person.counted) == (("outside_event",), True)


def test_an_imported_pledge_outside_its_event_is_flagged_and_counts_on_its_own_day() -> None:
    here = event()
    terms = pledge_terms(event_id=here.id, captured_at=IN_2012, captured_by="import")

    imported = logged(terms, by=Person(None), at=here, received_at=LATER)

    assert (imported.flags, imported.pledged_on, imported.counted) == (("outside_event",), IN_2012.date(), True)


def test_before_an_events_messages_arrive_a_guests_pledge_counts_only_if_it_comes_at_once() -> None:
    guest = Guest(uuid4(), 1)

    at_once, late = logged(by=guest), logged(by=guest, received_at=LATER)

    assert (at_once.flags, at_once.counted) == (("event_unconfirmed",), True)
    assert (late.flags, late.counted) == (("time_unlikely", "event_unconfirmed"), False)


def test_a_guests_pledge_of_very_many_positions_is_held_and_a_members_counts() -> None:
    here = event()
    terms = pledge_terms(event_id=here.id, positions=26)

    by_guest, by_member = logged(terms, by=Guest(here.id, 1), at=here), logged(terms, at=here)

    assert (by_guest.flags, by_guest.review) == (("many_positions",), "waiting")
    assert (by_member.flags, by_member.review) == ((), None)


@pytest.mark.parametrize(("before", "flags"), [(997, ()), (998, ("over_pass_limit",))])
def test_what_exceeds_the_limit_of_a_pass_is_held(before: int, flags: tuple[str, ...]) -> None:
    here = event()

    pledge = logged(pledge_terms(positions=3), by=Guest(here.id, 1), at=here, pass_positions=before)

    assert (pledge.flags, pledge.counted) == (flags, not flags)


def test_a_coordinator_decides_whether_a_pledge_counts() -> None:
    here = event()
    pledge = logged(pledge_terms(positions=26), by=Guest(here.id, 1), at=here)
    as_logged = replace(pledge)

    with pytest.raises(refusals.NotCounted):
        pledge.fill(1, hire_id=uuid4())
    with pytest.raises(refusals.StaleVersion):
        pledge.decide("accepted", seen_version=2)
    decisions = [pledge.decide("accepted", seen_version=1), pledge.decide("accepted", seen_version=1)]
    accepted = (pledge.counted, pledge.version)
    rejected = (pledge.decide("rejected"), pledge.counted, pledge.version)

    assert decisions == [True, False]
    assert (accepted, rejected) == ((True, 2), (True, False, 3))
    assert pledge.as_logged() == as_logged
    pledge.decide("accepted")
    pledge.fill(1, hire_id=uuid4())
    with pytest.raises(refusals.PositionsFilled):
        pledge.decide("rejected")


@PATIENT
@given(
    minutes_after_closing=st.integers(-600, 600),
    delivered_after_minutes=st.integers(0, 30 * 24 * 60),
    by_pass=st.booleans(),
)
def test_a_person_is_never_refused_for_being_late_and_a_guest_only_when_it_is_certain(
    minutes_after_closing: int, delivered_after_minutes: int, by_pass: bool
) -> None:
    closed_at = NOW
    captured_at = closed_at + timedelta(minutes=minutes_after_closing)
    received_at = max(captured_at, closed_at) + timedelta(minutes=delivered_after_minutes)
    over = event(status="closed", ends_at=closed_at, closed_at=closed_at)
    given_promise = pledge_terms(event_id=over.id, captured_at=captured_at)
    by: Person | Guest = Guest(over.id, 1) if by_pass else SOMEBODY

    try:
        pledge = logged(given_promise, by=by, at=over, received_at=received_at)
    except refusals.PassExpired:
        assert by_pass
        assert received_at > closed_at + timedelta(days=14)
        return
    except refusals.EventIsOver:
        assert by_pass
        # The clocks agree: it was captured after the event had closed.
        assert captured_at > closed_at
        assert received_at - captured_at <= timedelta(minutes=5)
        return

    if captured_at > closed_at:
        # Or before, on a phone whose clock is fast: nobody knows, so a coordinator decides.
        assert pledge.flags == (("time_unlikely",) if by_pass else ()) + ("after_close",)
    else:
        assert pledge.flags == (("late",) if received_at > closed_at else ())


def test_a_guests_pledge_belongs_to_the_event_of_the_pass() -> None:
    here = event()

    assert logged(by=Guest(here.id, 1), at=here).terms.event_id == here.id


def test_a_contact_without_phone_and_email_is_accepted_and_flagged() -> None:
    assert logged(pledge_terms(contact=Contact("Eva Holm"))).flags == ("contact_unreachable",)
    assert logged(pledge_terms(contact=Contact("Eva Holm", email="eva@bo.example"))).flags == ()


@pytest.mark.parametrize(
    ("days", "flags"), [(366, ("start_implausible",)), (365, ()), (-900, ()), (-1831, ("start_implausible",))]
)
def test_a_start_long_before_or_after_the_pledge_is_accepted_and_flagged(days: int, flags: tuple[str, ...]) -> None:
    assert logged(pledge_terms(earliest_start=NOW.date() - timedelta(days=days))).flags == flags


_LATE: Final = (refusals.PassForAnotherEvent, refusals.PassRevoked, refusals.PassExpired, refusals.EventIsOver)


@PATIENT
@given(
    status=st.sampled_from(["draft", "published", "open", "closed", "cancelled", "unknown"]),
    clock=st.timedeltas(timedelta(days=-30_000), timedelta(days=30_000))
    | st.timedeltas(timedelta(days=-2), timedelta(days=2)),
    delivered_after=st.timedeltas(timedelta(0), timedelta(days=60)),
    sender=st.sampled_from(["person", "pass", "old pass", "pass of another event"]),
    positions=st.integers(1, 500),
    hours=st.integers(1, 60),
)
def test_what_a_phone_has_kept_is_accepted_unless_its_pass_does_not_open_the_event(
    status: str, clock: timedelta, delivered_after: timedelta, sender: str, positions: int, hours: int
) -> None:
    """Captured at `NOW`, by a clock that may be off, while the event was open."""
    closed_at = NOW + timedelta(minutes=10) if status == "closed" else None
    its = event(status=status, closed_at=closed_at, pass_generation=2)
    senders: dict[str, Person | Guest] = {
        "person": SOMEBODY,
        "pass": Guest(its.id, 2),
        "old pass": Guest(its.id, 1),
        "pass of another event": Guest(uuid4(), 2),
    }
    by = senders[sender]
    terms = pledge_terms(
        event_id=its.id,
        captured_at=NOW + clock,
        capture=Capture(uuid4(), 1),
        positions=positions,
        hours_to=Decimal(hours),
        hours_from=Decimal(1),
    )
    received_at = NOW + delivered_after

    outcome = _logged_or_refused(terms, by, None if status == "unknown" else its, received_at)

    if isinstance(outcome, Refusal):
        assert isinstance(outcome, _LATE)
        assert sender != "person"
        assert (sender == "pass of another event") == isinstance(outcome, refusals.PassForAnotherEvent)
        if isinstance(outcome, refusals.EventIsOver):
            # It says that it was captured this minute, when the event was over.
            assert abs(terms.captured_at - received_at) <= timedelta(minutes=5)
            assert status == "cancelled" or (closed_at is not None and received_at > closed_at)
        return
    assert sender in {"person", "pass"} or status == "unknown"
    assert sender == "person" or status == "unknown" or received_at <= NOW + timedelta(days=14, hours=1)
    assert (positions <= 50) or not outcome.counted
    assert set(outcome.flags) <= set(FLAGS)


def _logged_or_refused(
    terms: PledgeTerms, by: Person | Guest, its: EventFacts | None, received_at: datetime
) -> Pledge | Refusal:
    try:
        return logged(terms, by=by, at=its, received_at=received_at)
    except Refusal as refusal:
        return refusal
