"""The rules of pledges and hires, by themselves."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.pledges.hires.domain import Confirmation, confirm_hire
from services.pledges.pledges import refusals
from services.pledges.pledges.domain import Guest, Limits, Person, Pledge, Promise
from services.pledges.register.domain import Contact, EventFacts, RegisteredCompany, TypedCompany, name_key, recognise
from shared.contracts.pledges import position_id
from shared.fields.cvr import read_cvr
from shared.refusals import Refusal
from tests.support.properties import PATIENT

NOW = datetime(2026, 12, 1, 20, 0, tzinfo=UTC)
TASKFORCE = uuid4()
SOMEBODY = Person(uuid4())


def promise(**changes: Any) -> Promise:
    """What a company promises."""
    facts: dict[str, Any] = {
        "id": uuid4(),
        "company": TypedCompany("B&O"),
        "contact": Contact("Eva Holm", "97 85 00 00"),
        "job_type": "smaajob",
        "positions": 3,
        "hours_from": Decimal(5),
        "hours_to": Decimal(10),
        "tasks": (),
        "earliest_start": None,
        "captured_at": NOW,
        "captured_by": "phone",
    }
    return Promise(**facts | changes)


def event(**changes: Any) -> EventFacts:
    """An event that is open now."""
    facts: dict[str, Any] = {
        "id": uuid4(),
        "status": "open",
        "starts_at": NOW - timedelta(hours=2),
        "ends_at": NOW + timedelta(hours=1),
        "closed_at": None,
        "pass_generation": 1,
    }
    return EventFacts(**facts | changes)


def logged(
    given: Promise | None = None,
    *,
    by: Person | Guest = SOMEBODY,
    at: EventFacts | None = None,
    register: tuple[RegisteredCompany, ...] = (),
    received_at: datetime = NOW,
) -> Pledge:
    """A pledge that has just been logged."""
    return Pledge.log(
        TASKFORCE,
        given or promise(),
        by=by,
        event=at,
        register=register,
        received_at=received_at,
        limits=Limits(),
    )


def confirmation(**changes: Any) -> Confirmation:
    """What a case worker confirms."""
    facts: dict[str, Any] = {
        "id": uuid4(),
        "start_date": NOW.date(),
        "weekly_hours": Decimal(10),
        "contact_person": Contact("Jonas"),
    }
    return Confirmation(**facts | changes)


def confirmed(given: Confirmation, pledge: Pledge | None = None, **more: Any) -> Any:
    """A hire that has just been confirmed."""
    return confirm_hire(
        TASKFORCE, given, pledge=pledge, register=(), confirmed_by=None, now=NOW, limits=Limits(), **more
    )


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
def test_whatever_is_filled_in_whatever_order_the_pledge_tells_the_truth(
    positions: int, attempts: list[int | None]
) -> None:
    pledge = logged(promise(positions=positions))
    filled: set[int] = set()
    for attempt in attempts:
        before = (pledge.version, list(pledge.positions))
        expected = _expected_refusal(attempt, filled, positions)
        if expected is not None:
            with pytest.raises(expected):
                pledge.fill(attempt, hire_id=uuid4())
            assert (pledge.version, pledge.positions) == before
            continue
        position = pledge.fill(attempt, hire_id=uuid4())
        assert position.number not in filled
        filled.add(position.number)
        assert pledge.version == before[0] + 1
    assert {one.number for one in pledge.positions if one.status == "filled"} == filled
    assert pledge.version == 1 + len(filled)
    assert pledge.status == ("logged" if not filled else "fulfilled" if len(filled) == positions else "in_progress")
    assert len({one.hire_id for one in pledge.positions if one.hire_id}) == len(filled)


def test_as_it_was_logged_forgets_what_has_become_of_it() -> None:
    pledge = logged()
    receipt = logged(pledge.promise)
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
    pledge.affirmed = True
    before = pledge.status

    pledge.fill(None, hire_id=uuid4())

    assert [before, pledge.status] == ["affirmed", "in_progress"]


@pytest.mark.parametrize("positions", [0, -1, 51, 200])
def test_a_pledge_has_from_one_to_fifty_positions(positions: int) -> None:
    with pytest.raises(refusals.TooManyPositions):
        logged(promise(positions=positions))


def test_nobody_pledges_more_than_a_week() -> None:
    with pytest.raises(refusals.TooManyPledgedHours):
        logged(promise(hours_to=Decimal("37.5")))


@pytest.mark.parametrize(
    ("captured_at", "day", "flags"),
    [
        (NOW, date(2026, 12, 1), ()),
        (datetime(2026, 12, 1, 23, 30, tzinfo=UTC), date(2026, 12, 2), ()),
        (NOW + timedelta(hours=24), date(2026, 12, 2), ()),
        (NOW + timedelta(hours=24, seconds=1), date(2026, 12, 1), ("clock_wrong",)),
        (NOW - timedelta(days=2000), date(2021, 6, 10), ()),
        (datetime(1970, 1, 1, tzinfo=UTC), date(2026, 12, 1), ("clock_wrong",)),
    ],
)
def test_a_pledge_counts_from_the_day_it_was_captured_if_the_clock_can_be_right(
    captured_at: datetime, day: date, flags: tuple[str, ...]
) -> None:
    pledge = logged(promise(captured_at=captured_at))

    assert (pledge.pledged_on, pledge.flags) == (day, flags)


@PATIENT
@given(
    minutes_after_closing=st.integers(-600, 600),
    delivered_after_minutes=st.integers(0, 30 * 24 * 60),
    by_pass=st.booleans(),
)
def test_a_person_is_never_refused_for_being_late_and_a_pass_only_for_what_came_after(
    minutes_after_closing: int, delivered_after_minutes: int, by_pass: bool
) -> None:
    closed_at = NOW
    captured_at = closed_at + timedelta(minutes=minutes_after_closing)
    received_at = max(captured_at, closed_at) + timedelta(minutes=delivered_after_minutes)
    over = event(status="closed", ends_at=closed_at, closed_at=closed_at)
    given_promise = promise(event_id=over.id, captured_at=captured_at)
    by: Person | Guest = Guest(over.id, 1) if by_pass else SOMEBODY

    try:
        pledge = logged(given_promise, by=by, at=over, received_at=received_at)
    except refusals.PassExpired:
        assert by_pass
        assert received_at > closed_at + timedelta(days=14)
        return
    except refusals.EventIsOver:
        assert by_pass
        assert captured_at > closed_at
        return

    if captured_at > closed_at:
        assert not by_pass
        assert pledge.flags == ("after_close",)
    else:
        assert pledge.flags == (("late",) if received_at > closed_at else ())


def test_a_guests_pledge_belongs_to_the_event_of_the_pass() -> None:
    here = event()

    assert logged(by=Guest(here.id, 1), at=here).promise.event_id == here.id


@PATIENT
@given(st.text(max_size=30))
def test_only_eight_right_digits_are_a_cvr_number(typed: str) -> None:
    found = read_cvr(typed)

    assert found is None or (len(found) == 8 and found.isdigit())


@pytest.mark.parametrize("typed", ["24256790", "DK24256790", " 24 25 67 90 "])
def test_a_cvr_number_may_be_typed_with_its_country_and_spaces(typed: str) -> None:
    assert read_cvr(typed) == "24256790"


@pytest.mark.parametrize("typed", ["24256791", "2425679", "٢٤٢٥٦٧٩٠", "", None])
def test_a_wrong_cvr_number_is_none(typed: str | None) -> None:
    assert read_cvr(typed) is None


def _company(name: str, cvr: str | None = None) -> RegisteredCompany:
    return RegisteredCompany(uuid4(), name_key(name), cvr, None)


def test_a_company_is_recognised_by_id_before_number_before_name() -> None:
    by_id, by_cvr, by_name = _company("Andet"), _company("Tredje", "24256790"), _company("B&O")
    register = [by_name, by_cvr, by_id]

    assert recognise(TypedCompany("b&o", "24256790", id=by_id.id), register) == by_id
    assert recognise(TypedCompany("b&o", "24256790", id=uuid4()), register) == by_cvr
    assert recognise(TypedCompany("B&O", "24256791"), register) == by_name
    assert recognise(TypedCompany("B & O"), register) is None


def test_a_right_number_that_contradicts_the_register_recognises_nobody() -> None:
    registered = _company("B&O", "24256790")
    typed = TypedCompany("B&O", "DK 10 15 08 17", id=registered.id)

    assert read_cvr(typed.cvr) == "10150817"
    assert recognise(typed, [registered]) is None
    assert recognise(TypedCompany("B&O", "10150817"), [registered]) is None
    assert logged(promise(company=typed), register=(registered,)).flags == ("company_unconfirmed",)
    assert recognise(TypedCompany("B&O", "24256791", id=registered.id), [registered]) == registered


def test_a_contact_who_cannot_be_reached_is_taken_and_flagged() -> None:
    assert logged(promise(contact=Contact("Eva Holm"))).flags == ("contact_unreachable",)
    assert logged(promise(contact=Contact("Eva Holm", email="eva@bo.example"))).flags == ()


@pytest.mark.parametrize(("days", "flags"), [(366, ("start_implausible",)), (365, ()), (-900, ())])
def test_a_start_long_before_the_pledge_is_taken_and_flagged(days: int, flags: tuple[str, ...]) -> None:
    assert logged(promise(earliest_start=NOW.date() - timedelta(days=days))).flags == flags


def test_two_companies_that_fit_equally_recognise_neither() -> None:
    register = [_company("B&O", "24256790"), _company("B&O", "24256790")]

    assert recognise(TypedCompany("B&O", "24256790"), register) is None


def test_a_hire_takes_after_its_pledge() -> None:
    pledge = logged(promise(job_type="praktik", event_id=None), by=SOMEBODY)

    hire = confirmed(confirmation(pledge_id=pledge.id), pledge)

    assert (hire.job_type, hire.company.name, hire.logged_by) == ("praktik", "B&O", SOMEBODY.id)
    assert hire.position == pledge.positions[0]
    assert pledge.positions[0].hire_id == hire.id


def test_a_hire_without_a_pledge_needs_a_company() -> None:
    with pytest.raises(refusals.CompanyMissing):
        confirmed(confirmation())

    assert confirmed(confirmation(company=TypedCompany("B&O"))).pledge_id is None


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"start_date": date(1999, 12, 31)}, refusals.ImplausibleStart),
        ({"start_date": date(2030, 1, 1)}, refusals.ImplausibleStart),
        ({"ended_on": NOW.date()}, refusals.EndsBeforeStart),
        ({"weekly_hours": Decimal("37.25")}, refusals.TooManyHiredHours),
        ({"pledge_id": UUID(int=1)}, refusals.UnknownPledge),
    ],
)
def test_what_no_hire_can_be_is_refused(change: dict[str, Any], refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        confirmed(confirmation(company=TypedCompany("B&O"), **change))


def test_a_case_worker_who_saw_an_older_pledge_is_told() -> None:
    pledge = logged()
    pledge.fill(1, hire_id=uuid4())

    with pytest.raises(refusals.StaleVersion):
        confirmed(confirmation(pledge_id=pledge.id), pledge, seen_version=1)
    assert confirmed(confirmation(pledge_id=pledge.id), pledge, seen_version=2).position.number == 2


def test_every_refusal_has_a_code_of_its_own() -> None:
    classes = [
        one
        for one in vars(refusals).values()
        if isinstance(one, type) and issubclass(one, Refusal) and "code" in vars(one)
    ]

    assert len({one.code for one in classes}) == len(classes)
