"""The rules about registrations, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from services.events.calendar.domain import EmployerEvent, EventPlan, StaleVersion
from services.events.calendar.registrations.domain import (
    PastedCompany,
    Registration,
    RegistrationClosed,
    check_open,
    pasted_companies,
)
from services.events.register.domain import Directory
from shared.contracts.events import EventStatus, attendance_id, registration_id

NOW = datetime(2026, 11, 9, 8, 14, tzinfo=UTC)
PLAN = EventPlan("employer_event", "Aften", None, NOW, NOW + timedelta(hours=3), None)
BAGER, SMED, VOGNMAND = UUID(int=1), UUID(int=2), UUID(int=3)
DIRECTORY = Directory([(BAGER, "Ærø Bageri", "24256790"), (SMED, "Smeden", None), (VOGNMAND, "Vognmanden", "41257911")])


def test_a_registration_is_cancelled_and_made_again_one_version_at_a_time() -> None:
    registration = Registration(uuid4(), uuid4(), uuid4(), NOW, "person:1")
    assert not registration.make_again(NOW, by="person:2")
    assert registration.cancel(NOW + timedelta(days=1), by="person:2")
    assert not registration.cancel(NOW + timedelta(days=2), by="person:3")
    assert (registration.version, registration.cancelled_at) == (2, NOW + timedelta(days=1))
    assert registration.make_again(NOW + timedelta(days=3), by="person:4")
    assert (registration.version, registration.cancelled_at, registration.cancelled_by) == (3, None, None)
    assert (registration.registered_at, registration.registered_by) == (NOW + timedelta(days=3), "person:4")


def test_a_registration_of_another_version_is_not_cancelled() -> None:
    registration = Registration(uuid4(), uuid4(), uuid4(), NOW, "person:1", version=3)
    with pytest.raises(StaleVersion):
        registration.cancel(NOW, by="person:2", expected_version=1)


@pytest.mark.parametrize("status", ["closed", "cancelled"])
def test_nobody_is_registered_when_the_event_is_over(status: EventStatus) -> None:
    with pytest.raises(RegistrationClosed):
        check_open(EmployerEvent(uuid4(), PLAN, status))


@pytest.mark.parametrize("status", ["draft", "published", "open"])
def test_companies_are_registered_until_then(status: EventStatus) -> None:
    check_open(EmployerEvent(uuid4(), PLAN, status))


def test_a_registration_and_an_attendance_of_one_company_have_different_ids() -> None:
    event, company = uuid4(), uuid4()
    assert registration_id(event, company) != attendance_id(event, company)


@pytest.mark.parametrize(
    ("line", "name", "cvr"),
    [
        ("Ærø Bageri", "Ærø Bageri", None),
        (" 24256790 ", "", "24256790"),
        ("DK 24 25 67 90", "", "24256790"),
        ("24256790\tÆrø Bageri", "Ærø Bageri", "24256790"),
        ("Ærø Bageri;24256790;Struer", "Ærø Bageri", "24256790"),
        ("Ærø Bageri, 24 25 67 90", "Ærø Bageri", "24256790"),
        ("24256790,Ærø Bageri", "Ærø Bageri", "24256790"),
        ("Hansen, Jensen & Co", "Hansen, Jensen & Co", None),
        ("11111111", "11111111", None),
    ],
)
def test_a_pasted_line_is_a_name_a_number_or_both(line: str, name: str, cvr: str | None) -> None:
    assert PastedCompany.read(line) == PastedCompany(line.strip(), name, cvr)


def test_empty_and_repeated_lines_are_left_out() -> None:
    assert [one.line for one in pasted_companies("Smeden\r\n\r\n  Smeden \nÆrø Bageri\n")] == ["Smeden", "Ærø Bageri"]


@pytest.mark.parametrize(
    ("name", "cvr", "meant"),
    [
        ("ærø  bageri", None, BAGER),
        ("", "24256790", BAGER),
        ("Whatever it is called", "24256790", BAGER),
        ("Smeden", "10150817", SMED),
        ("Ærø Bageri", "10150817", None),
        ("Ukendt", None, None),
        ("", None, None),
    ],
)
def test_a_typed_company_is_recognised_by_number_then_by_name(name: str, cvr: str | None, meant: UUID | None) -> None:
    assert DIRECTORY.recognise(name, cvr) == meant


def test_a_name_or_number_of_two_companies_identifies_neither() -> None:
    twice = Directory([(BAGER, "Bageren", "24256790"), (SMED, "Bageren", "24256790")])
    assert twice.recognise("Bageren", None) is None
    assert twice.recognise("", "24256790") is None
