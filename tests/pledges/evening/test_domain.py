"""The figures of an evening and its door check, without a database."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from services.pledges.evening.domain import DoorCheck, Evening, EveningPledge, Guest, Phone
from services.pledges.evening.views import door_sentence
from services.pledges.phones.domain import SetAside
from shared.i18n.translations import use_language
from tests.pledges.builders import NOW
from tests.support.properties import PATIENT


def phone(**facts: Any) -> Phone:
    """Return a phone whose two pledges have arrived."""
    usual: dict[str, Any] = {
        "id": uuid4(),
        "name": None,
        "place": 1,
        "announced": 2,
        "arrived": [1, 2],
        "discarded": [],
        "last_contact": NOW,
    }
    return Phone(**usual | facts)


def pledge(**facts: Any) -> EveningPledge:
    """Return a pledge that counts."""
    usual: dict[str, Any] = {
        "company_id": None,
        "company_name": "B&O",
        "logged_by": None,
        "job_type": "smaajob",
        "positions": 3,
        "counted": True,
        "held": False,
        "at": NOW,
    }
    return EveningPledge(**usual | facts)


def evening(*pledges: EveningPledge, **facts: Any) -> Evening:
    """Return an evening with these pledges."""
    return Evening(pledges, facts.get("checked_in", []), facts.get("registered", []), DoorCheck([]))


def test_the_door_check_is_done_when_everything_announced_has_arrived_or_was_discarded() -> None:
    waiting = phone(announced=4, arrived=[1, 3], discarded=[2], waiting_since=NOW - timedelta(minutes=9))

    assert DoorCheck([phone(), phone()]).all_safe
    assert not DoorCheck([phone(), waiting]).all_safe
    assert (DoorCheck([phone(), waiting]).safe, DoorCheck([phone(), waiting]).captured) == (4, 5)
    assert (waiting.missing, waiting.missing_since) == ([4], NOW - timedelta(minutes=9))


def test_the_phone_that_has_held_a_pledge_longest_comes_first() -> None:
    phones = [
        phone(place=place, announced=3, waiting_since=NOW - timedelta(minutes=minutes))
        for place, minutes in ((1, 5), (2, 20), (3, 5))
    ]

    assert [one.place for one in DoorCheck(phones).holding] == [2, 1, 3]


def test_a_phone_that_has_been_quiet_is_named_unless_it_is_known_to_hold_something() -> None:
    long_ago = NOW - timedelta(minutes=16)
    phones = [phone(), phone(place=2, last_contact=long_ago), phone(place=3, last_contact=long_ago, announced=9)]

    assert [one.place for one in DoorCheck(phones).quiet(NOW)] == [2]


def test_nobody_waits_for_a_phone_that_is_set_aside_and_its_numbers_are_still_known() -> None:
    lost = phone(place=2, announced=4, put_aside=SetAside(NOW, uuid4(), "Glemt i bussen"))
    door = DoorCheck([phone(), lost])

    assert (door.all_safe, door.holding, door.quiet(NOW + timedelta(hours=1))) == (True, [], [door.phones[0]])
    # What arrived of it is in the house; what did not is not asked for.
    assert (door.safe, door.captured, door.set_aside) == (4, 4, [lost])
    assert lost.missing == [3, 4]


def test_a_phone_that_is_in_contact_again_shows_as_before_it_was_set_aside() -> None:
    back = phone(announced=3, put_aside=SetAside(NOW - timedelta(minutes=1), uuid4(), "Væk"), last_contact=NOW)

    assert back.set_aside is None
    assert DoorCheck([back]).holding == [back]


def test_the_door_check_says_how_many_phones_are_set_aside() -> None:
    aside = SetAside(NOW, uuid4(), "Væk")
    phones = [phone(), phone(place=2, announced=4, put_aside=aside), phone(place=3, announced=3)]

    with use_language("en"):
        said = [door_sentence(DoorCheck(some)) for some in (phones[:1], phones[:2], phones, [])]
        prank = door_sentence(DoorCheck([phone(announced=9, arrived=[], put_aside=aside)]))

    assert said == [
        "2 of 2 are safe",
        "4 of 4 are safe, 1 phone set aside",
        "6 of 7 are safe, 1 is still on a phone, 1 phone set aside",
        "No phone has told of a pledge yet.",
    ]
    assert prank == "0 of 0 are safe, 1 phone set aside"


def test_only_pledges_that_count_are_in_the_figures() -> None:
    shown = evening(pledge(), pledge(job_type="praktik", positions=2), pledge(counted=False, held=True))

    assert (len(shown.counted), shown.positions, shown.held) == (2, 5, 1)
    assert shown.positions_by_type == {"smaajob": 3, "praktik": 2}


def test_a_company_is_one_line_however_it_was_typed() -> None:
    known = uuid4()
    shown = evening(
        pledge(company_id=known, positions=1),
        pledge(company_id=known, company_name="Bang & Olufsen", positions=1),
        pledge(company_name="Smeden", positions=4),
        pledge(company_name="SMEDEN", positions=1),
    )

    assert [(one.name, one.pledges, one.positions) for one in shown.by_company] == [("Smeden", 2, 5), ("B&O", 2, 2)]


def test_a_company_that_is_here_without_a_pledge_is_named_and_one_whose_pledge_is_held_is_not() -> None:
    here = {name: Guest(uuid4(), name) for name in ("Aros", "B&O", "Bageren", "Smeden")}
    shown = evening(
        pledge(company_id=here["B&O"].company_id),
        pledge(company_id=here["Smeden"].company_id, counted=False, held=True),
        checked_in=[here["Smeden"], here["B&O"], here["Bageren"]],
        registered=[here["Aros"], here["B&O"]],
    )

    assert [guest.name for guest in shown.without_pledge] == ["Bageren"]
    assert [guest.name for guest in shown.not_here] == ["Aros"]


def test_each_member_has_a_line_and_guests_share_one() -> None:
    me: UUID = uuid4()
    shown = evening(pledge(logged_by=me), pledge(logged_by=me), pledge(positions=1))

    assert [(one.id, one.pledges, one.positions) for one in shown.by_member] == [(me, 2, 6), (None, 1, 1)]


@PATIENT
@given(st.lists(st.tuples(st.integers(0, 3000), st.integers(1, 20)), max_size=40))
def test_the_periods_hold_every_position_and_are_few(moments: list[tuple[int, int]]) -> None:
    pledges = [pledge(at=NOW + timedelta(minutes=minute), positions=count) for minute, count in moments]

    step, periods = evening(*pledges).by_period()

    assert sum(count for _, count in periods) == sum(count for _, count in moments)
    assert len(periods) <= 24
    assert all(later[0] - earlier[0] == step for earlier, later in pairwise(periods))
