"""The rules for correcting a pledge, without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.pledges.corrections.domain import correct
from services.pledges.corrections.schemas import PledgePatch
from services.pledges.pledges import refusals
from services.pledges.pledges.domain import Contact, Guest, Limits, Pledge
from services.pledges.register.domain import RegisteredCompany, TypedCompany, name_key
from shared.contracts.pledges import position_id
from shared.refusals import Refusal
from tests.pledges.builders import NOW, event, logged, pledge_terms
from tests.support.properties import PATIENT

TODAY = NOW.date() + timedelta(days=100)


def corrected(pledge: Pledge, *, seen_version: int | None = None, **changes: Any) -> bool:
    """Correct some terms of a pledge; `at` is the event, `register` the companies, `of_hires` positions."""
    given: dict[str, Any] = {"event": changes.pop("at", None), "register": changes.pop("register", ())}
    given |= {"of_hires": changes.pop("of_hires", ()), "limits": Limits(), "on": TODAY}
    return correct(pledge, replace(pledge.terms, **changes), seen_version=seen_version, **given)


def patched(pledge: Pledge, **body: Any) -> Any:
    """Return the terms that a merge patch leads to."""
    return PledgePatch.model_validate({"reason": "Ringede"} | body).applied_to(pledge)


def test_a_correction_is_a_new_version() -> None:
    pledge = logged()

    assert corrected(pledge, hours_to=Decimal(15), tasks=("tidying",), seen_version=1)

    assert (pledge.version, pledge.status, pledge.counted) == (2, "logged", True)
    assert pledge.active_on == TODAY  # so the days until it lapses count again
    assert (pledge.terms.hours_to, list(pledge.terms.tasks)) == (Decimal(15), ["tidying"])


def test_the_same_terms_again_change_nothing_even_by_a_version_that_is_old() -> None:
    pledge = logged()

    again = [corrected(pledge, positions=2, seen_version=1) for _ in range(2)]

    assert again == [True, False]
    assert pledge.version == 2


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"positions": 0}, refusals.TooManyPositions),
        ({"positions": 51}, refusals.TooManyPositions),
        ({"hours_to": Decimal(38)}, refusals.TooManyPledgedHours),
        ({"hours_from": Decimal(11)}, refusals.HoursOutOfOrder),
        ({"positions": 2, "seen_version": 4}, refusals.StaleVersion),
        ({"event_id": uuid4()}, refusals.UnknownEvent),
    ],
)
def test_what_breaks_a_rule_is_refused_and_changes_nothing(changes: dict[str, Any], refusal: type[Refusal]) -> None:
    pledge = logged()
    before = replace(pledge)

    with pytest.raises(refusal):
        corrected(pledge, **changes)

    assert pledge == before


def test_a_pledge_that_was_withdrawn_is_restored_before_it_is_corrected() -> None:
    pledge = logged()
    pledge.withdraw("not_genuine", on=date(2026, 12, 2))

    with pytest.raises(refusals.PledgeEnded):
        corrected(pledge, positions=2)


@PATIENT
@given(
    st.integers(1, 6), st.lists(st.one_of(st.integers(1, 8), st.tuples(st.just("fill"), st.integers(1, 8))), max_size=8)
)
def test_positions_that_stay_keep_their_ids_and_none_in_use_is_dropped(positions: int, changes: list[Any]) -> None:
    pledge = logged(pledge_terms(positions=positions))
    filled: set[int] = set()
    for change in changes:
        before = {position.number: position for position in pledge.positions}
        if isinstance(change, tuple):
            if change[1] in before.keys() - filled:
                pledge.fill(change[1], hire_id=uuid4())
                filled.add(change[1])
            continue
        if change < len(filled):
            with pytest.raises(refusals.PositionsInUse):
                corrected(pledge, positions=change)
            continue
        corrected(pledge, positions=change)
        now = {position.number: position for position in pledge.positions}
        assert len(now) == change == pledge.terms.positions
        assert {number for number, position in now.items() if position.status == "filled"} == filled
        assert all(position.id == position_id(pledge.id, number) for number, position in now.items())
        assert all(now[number] == position for number, position in before.items() if number in now)
        assert change >= len(before) or now.keys() < before.keys()


def test_a_vacant_position_that_a_hire_has_had_is_not_dropped() -> None:
    pledge = logged(pledge_terms(positions=3))
    of_hires = {pledge.positions[2].id}

    with pytest.raises(refusals.PositionsInUse):
        corrected(pledge, positions=1, of_hires={one.id for one in pledge.positions[1:]})
    assert corrected(pledge, positions=1, of_hires=of_hires)

    assert {position.id for position in pledge.positions} == of_hires


def test_a_correction_leaves_a_position_that_was_not_cancelled() -> None:
    pledge = logged(pledge_terms(positions=2))
    pledge.cancel_position(1, on=NOW.date())

    with pytest.raises(refusals.LastPosition):
        corrected(pledge, positions=1)

    assert [position.status for position in pledge.positions] == ["cancelled", "open"]


def test_a_changed_company_is_recognised_again() -> None:
    bakery = RegisteredCompany(uuid4(), name_key("Limfjordens Bageri"), "24256790", "0671")
    pledge = logged(pledge_terms(company=TypedCompany("B&O", "123")))
    flags = pledge.flags

    corrected(pledge, company=TypedCompany("Limfjordens bageri"), register=(bakery,))

    assert flags == ("cvr_invalid",)
    assert (pledge.company_id, pledge.municipality, pledge.flags) == (bakery.id, "0671", ())


def test_another_event_changes_the_day_from_which_it_counts() -> None:
    tonight = event()
    captured = NOW - timedelta(days=3)
    pledge = logged(pledge_terms(event_id=tonight.id, captured_at=captured), at=tonight)
    flags = pledge.flags

    corrected(pledge, event_id=None)

    assert (flags, pledge.pledged_on) == (("clock_wrong",), captured.date())
    assert pledge.flags == ()


def test_what_holds_a_pledge_no_longer_holds_it_after_a_correction() -> None:
    tonight = event()
    guest = Guest(tonight.id, 1)
    pledge = logged(pledge_terms(positions=30), by=guest, at=tonight)
    held = pledge.counted

    corrected(pledge, positions=3, at=tonight)

    assert (held, pledge.counted, pledge.review) == (False, True, None)
    assert pledge.logged_by == guest


def test_a_decision_of_a_coordinator_outlives_a_correction() -> None:
    tonight = event()
    pledge = logged(pledge_terms(positions=30), by=Guest(tonight.id, 1), at=tonight)
    pledge.decide("rejected")

    corrected(pledge, positions=3, at=tonight)

    assert (pledge.counted, pledge.review) == (False, "rejected")


def test_a_patch_changes_only_what_it_names() -> None:
    pledge = logged(pledge_terms(company=TypedCompany("B&O", "24256790", "0671", "1234567890"), tasks=("office",)))
    terms = pledge.terms

    assert patched(pledge) == terms
    contact = Contact("Eva Holm", "+4597850001")
    assert patched(pledge, contact={"phone": "97 85 00 01"}) == replace(terms, contact=contact)
    assert patched(pledge, company={"p_number": None}).company == replace(terms.company, p_number=None)
    assert patched(pledge, weekly_hours={"to": "7,5"}) == replace(terms, hours_to=Decimal("7.5"))
    assert patched(pledge, tasks=[], earliest_start="2027-01-04") == replace(
        terms, tasks=(), earliest_start=date(2027, 1, 4)
    )


def test_a_patch_of_the_p_number_keeps_the_company_and_of_the_name_recognises_it_anew() -> None:
    company_id = uuid4()
    pledge = logged(pledge_terms(company=TypedCompany("B&O", "24256790")))
    pledge.company_id = company_id

    assert patched(pledge, company={"name": "B&O", "id": str(company_id)}) == pledge.terms
    assert patched(pledge, company={"p_number": "1234567890"}).company.id == company_id
    assert patched(pledge, company={"name": "Bageriet"}).company.id is None


def test_a_patch_may_name_a_new_contact_where_the_former_one_was_erased() -> None:
    pledge = logged(pledge_terms(contact=None))

    assert patched(pledge, contact={"name": "Ida", "email": "ida@b.dk"}).contact == Contact("Ida", None, "ida@b.dk")
    assert patched(pledge, positions=2).contact is None
    with pytest.raises(refusals.ContactNameMissing):
        patched(pledge, contact={"phone": "97850000"})


@pytest.mark.parametrize("name", ["positions", "job_type", "tasks", "company", "contact", "weekly_hours", "reason"])
def test_what_a_pledge_must_have_cannot_be_removed(name: str) -> None:
    with pytest.raises(ValueError, match="validation error"):
        patched(logged(), **{name: None})
