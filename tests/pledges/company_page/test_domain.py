"""How long a company's link works, who may be sent it, and what its token gives away."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from pydantic import SecretStr

from services.pledges.company_page.domain import LIFETIME, CompanyAnswer, CompanyLink, contact_is_known
from services.pledges.company_page.refusals import AnswerAlreadyUndone, LinkExpired, LinkRevoked, LinkUnknown
from services.pledges.company_page.tokens import read_token, write_token
from services.pledges.pledges.domain import Guest, Person
from tests.pledges.builders import NOW, TASKFORCE, logged

KEY = SecretStr("a key of thirty-two characters or more")
DAY = timedelta(days=1)


def link() -> CompanyLink:
    return CompanyLink.issue(TASKFORCE, uuid4(), uuid4(), by=None, at=NOW)


def test_a_link_works_for_ninety_days_from_its_last_use() -> None:
    issued = link()
    assert issued.works(NOW + LIFETIME - DAY)
    assert not issued.works(NOW + LIFETIME)

    assert issued.renew(NOW + 80 * DAY)

    assert issued.works(NOW + 169 * DAY)
    with pytest.raises(LinkExpired):
        issued.check(NOW + 170 * DAY)


def test_a_link_is_renewed_once_a_day_at_most() -> None:
    issued = link()
    assert not issued.renew(NOW + DAY / 2)
    assert issued.renew(NOW + DAY)
    assert not issued.renew(NOW + DAY)


def test_an_expired_link_is_not_renewed() -> None:
    assert not link().renew(NOW + LIFETIME)


def test_a_revoked_link_works_no_longer() -> None:
    issued = link()
    assert issued.revoke(by=uuid4(), at=NOW)
    assert not issued.revoke(by=uuid4(), at=NOW)
    assert not issued.renew(NOW + 2 * DAY)
    with pytest.raises(LinkRevoked):
        issued.check(NOW)


def test_a_token_names_its_link() -> None:
    issued = link()
    token = write_token(TASKFORCE, issued.id, key=KEY)
    assert len(token) == 64
    assert read_token(token, key=KEY) == (TASKFORCE, issued.id)


@pytest.mark.parametrize("place", [0, 20, 40, 63])
def test_a_changed_token_is_refused(place: int) -> None:
    token = write_token(TASKFORCE, uuid4(), key=KEY)
    other = "A" if token[place] != "A" else "B"
    with pytest.raises(LinkUnknown):
        read_token(token[:place] + other + token[place + 1 :], key=KEY)


@pytest.mark.parametrize("token", ["", "x", "æøå", "A" * 64, "A" * 10_000, "../../etc"])
def test_anything_else_is_refused_alike(token: str) -> None:
    with pytest.raises(LinkUnknown):
        read_token(token, key=KEY)


def test_a_token_of_another_installation_is_refused() -> None:
    token = write_token(TASKFORCE, uuid4(), key=SecretStr("the key of another installation, as long"))
    with pytest.raises(LinkUnknown):
        read_token(token, key=KEY)


GUEST = Guest(uuid4(), 1)


@pytest.mark.parametrize(
    ("known", "by", "changes"),
    [
        (True, Person(uuid4()), {}),
        (True, Person(None), {}),
        (False, GUEST, {}),
        (True, GUEST, {"review": "accepted"}),
        (False, GUEST, {"review": "waiting"}),
        (False, Person(uuid4()), {"review": "rejected"}),
        (True, GUEST, {"positions": "matched"}),
        (True, GUEST, {"positions": "filled"}),
        (False, Person(uuid4()), {"flags": ("company_unconfirmed",)}),
        (False, Person(uuid4()), {"company_id": None}),
    ],
)
def test_only_a_contact_whom_staff_know_is_sent_the_link(
    known: bool, by: Person | Guest, changes: dict[str, Any]
) -> None:
    pledge = logged(by=by)
    pledge.company_id = uuid4()
    for name, value in changes.items():
        if name == "positions":
            pledge.positions[0] = replace(pledge.positions[0], status=value)
        else:
            setattr(pledge, name, value)
    assert contact_is_known(pledge) is known


def test_an_answer_is_undone_once_and_seen_with_that() -> None:
    me, other = uuid4(), uuid4()
    answer = CompanyAnswer(TASKFORCE, uuid4(), uuid4(), "affirmed", 2, NOW, pledge_id=uuid4())
    answer.undo(by=me, at=NOW)
    assert (answer.undone_by, answer.seen_by) == (me, me)
    assert not answer.see(by=other, at=NOW)
    with pytest.raises(AnswerAlreadyUndone):
        answer.undo(by=other, at=NOW)
