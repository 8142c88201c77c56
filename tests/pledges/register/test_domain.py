"""Which company of the register is meant by a typed one."""

from __future__ import annotations

from uuid import uuid4

from services.pledges.register.domain import RegisteredCompany, TypedCompany, name_key, recognise
from shared.fields.cvr import read_cvr
from tests.pledges.builders import logged, pledge_terms


def _company(name: str, cvr: str | None = None) -> RegisteredCompany:
    return RegisteredCompany(uuid4(), name_key(name), cvr, None)


def test_a_company_is_recognised_by_id_before_number_before_name() -> None:
    by_id, by_cvr, by_name = _company("Andet"), _company("Tredje", "24256790"), _company("B&O")
    register = [by_name, by_cvr, by_id]

    assert recognise(TypedCompany("b&o", "24256790", id=by_id.id), register) == by_id
    assert recognise(TypedCompany("b&o", "24256790", id=uuid4()), register) == by_cvr
    assert recognise(TypedCompany("B&O", "24256791"), register) == by_name
    assert recognise(TypedCompany("B & O"), register) is None


def test_a_valid_number_that_contradicts_the_register_identifies_no_company() -> None:
    registered = _company("B&O", "24256790")
    typed = TypedCompany("B&O", "DK 10 15 08 17", id=registered.id)

    assert read_cvr(typed.cvr) == "10150817"
    assert recognise(typed, [registered]) is None
    assert recognise(TypedCompany("B&O", "10150817"), [registered]) is None
    assert logged(pledge_terms(company=typed), register=(registered,)).flags == ("company_unconfirmed",)
    assert recognise(TypedCompany("B&O", "24256791", id=registered.id), [registered]) == registered


def test_two_equal_matches_identify_no_company() -> None:
    register = [_company("B&O", "24256790"), _company("B&O", "24256790")]

    assert recognise(TypedCompany("B&O", "24256790"), register) is None
