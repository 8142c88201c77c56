"""A card is allowed by something, valid for a while, and empty once it is withdrawn."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from services.pledges.participants.profile_cards.domain import CardLink, Photo, end_of
from services.pledges.participants.profile_cards.refusals import (
    CardWithdrawn,
    ConsentAhead,
    ConsentDayMissing,
    StaleCard,
    ValidityBackwards,
    ValidityOver,
    ValidityTooLong,
)
from tests.pledges.participants.profile_cards.cards import AT, DAY, card, content

if TYPE_CHECKING:
    from shared.refusals import Refusal

PHOTO = Photo(b"\xff\xd8\xff", "image/jpeg", "En kvinde, der smiler")
BY = uuid4()


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"consented_on": None}, ConsentDayMissing),
        ({"consented_on": DAY + timedelta(days=1)}, ConsentAhead),
        ({"valid_until": DAY - timedelta(days=1)}, ValidityBackwards),
        ({"valid_until": date(2027, 12, 2)}, ValidityTooLong),
        ({"valid_from": date(2026, 6, 1), "valid_until": DAY - timedelta(days=1)}, ValidityOver),
    ],
)
def test_a_card_without_a_basis_or_a_sensible_validity_is_refused(
    changes: dict[str, Any], refusal: type[Refusal]
) -> None:
    written = card()
    before = replace(written)
    with pytest.raises(refusal):
        written.rewrite(content(**changes), by=BY, at=AT)
    assert written == before


@pytest.mark.parametrize(
    "changes",
    [
        {"basis": "public_task", "consented_on": None},
        {"valid_until": date(2027, 12, 1)},
        {"valid_until": DAY},
        {"valid_from": date(2027, 2, 1), "valid_until": date(2027, 2, 1)},
    ],
)
def test_a_card_may_be_valid_for_a_day_or_a_year_and_begin_later(changes: dict[str, Any]) -> None:
    written = card()
    written.rewrite(content(**changes), by=BY, at=AT)
    assert (written.version, written.changed_by) == (2, BY)


@pytest.mark.parametrize(("day", "shown"), [(-1, False), (0, True), (30, True), (31, False)])
def test_a_card_is_shown_from_its_first_to_its_last_day(day: int, shown: bool) -> None:
    assert card(valid_until=DAY + timedelta(days=30)).is_valid(DAY + timedelta(days=day)) is shown


def test_a_withdrawn_card_is_empty_and_no_longer_shown() -> None:
    written = card()
    written.show_photo(PHOTO, by=BY, at=AT)
    assert written.withdraw(by=BY, at=AT)
    left = written.content
    assert (left.preferred_name, left.words, left.tasks, written.photo) == ("", "", (), None)
    assert (left.basis, left.consented_on) == ("consent", DAY)
    assert not written.is_valid(DAY)
    assert not written.withdraw(by=BY, at=AT)


def test_a_withdrawn_card_takes_no_correction_and_no_photo_but_a_new_text() -> None:
    written = card()
    written.withdraw(by=None, at=AT)
    with pytest.raises(CardWithdrawn):
        written.correct("Jeg vil gerne", ["packing"], at=AT)
    with pytest.raises(CardWithdrawn):
        written.show_photo(PHOTO, by=BY, at=AT)
    written.rewrite(content(), by=BY, at=AT)
    assert written.is_valid(DAY)


def test_what_the_citizen_changes_stays_to_be_seen() -> None:
    written = card()
    assert not written.correct(written.content.words, written.content.tasks, at=AT)
    assert written.version == 1
    assert written.correct("Jeg kan godt lide dyr.", ["packing"], at=AT)
    assert (written.content.words, written.content.tasks) == ("Jeg kan godt lide dyr.", ("packing",))
    assert (written.changed_by, written.version) == (None, 2)
    assert written.citizen_changed_at == AT
    assert written.see_change()
    assert not written.see_change()


@pytest.mark.parametrize("by", [None, BY])
def test_a_withdrawal_stays_to_be_seen_if_it_is_the_citizens(by: Any) -> None:
    written = card()
    written.withdraw(by=by, at=AT)
    assert written.citizen_changed_at == (AT if by is None else None)


def test_a_card_that_has_changed_since_it_was_seen_is_refused() -> None:
    written = card()
    written.check_version(1)
    written.check_version(None)
    with pytest.raises(StaleCard):
        written.check_version(2)


def test_a_link_works_until_the_cards_last_day_is_over_in_copenhagen_or_it_is_revoked() -> None:
    end = end_of(DAY)
    assert end == datetime(2026, 12, 1, 23, tzinfo=UTC)
    link = CardLink(uuid4(), uuid4(), uuid4(), "card", b"", BY, AT, end)
    assert link.works(end - timedelta(seconds=1))
    assert not link.works(end)
    assert not replace(link, revoked_at=AT).works(AT)
