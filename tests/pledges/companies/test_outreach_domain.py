"""A contact that the staff have made with a company: what may be logged, who may change it, and what that leaves."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from services.pledges.companies.outreach.domain import Outreach, OutreachTerms
from services.pledges.companies.outreach.refusals import (
    OutreachAhead,
    OutreachLongAgo,
    OutreachOfAnother,
    StaleOutreach,
)
from services.pledges.pledges.terms import Editor

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
TODAY = date(2026, 12, 1)
ME, COLLEAGUE = uuid4(), uuid4()


def terms(**changes: Any) -> OutreachTerms:
    usual: dict[str, Any] = {"kind": "visit", "made_on": TODAY, "note": "Vil tænke over det", "new_company": True}
    return OutreachTerms(**usual | changes)


def logged(**changes: Any) -> Outreach:
    return Outreach.log(uuid4(), uuid4(), uuid4(), terms(**changes), by=ME, at=NOW)


@pytest.mark.parametrize(
    ("day", "refusal"), [(TODAY + timedelta(days=1), OutreachAhead), (date(1999, 12, 31), OutreachLongAgo)]
)
def test_a_contact_was_made_on_a_day_that_can_be(day: date, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        logged(made_on=day)


def test_a_correction_is_a_new_version_and_the_same_again_is_none() -> None:
    outreach = logged()
    assert outreach.correct(terms(kind="call"), by=Editor(ME), at=NOW, seen_version=1)
    assert (outreach.version, outreach.terms.kind) == (2, "call")
    assert not outreach.correct(terms(kind="call"), by=Editor(ME), at=NOW, seen_version=1)
    with pytest.raises(StaleOutreach):
        outreach.correct(terms(kind="card"), by=Editor(ME), at=NOW, seen_version=1)
    assert outreach.version == 2


def test_what_is_withdrawn_does_not_count_until_that_is_undone() -> None:
    outreach = logged()
    assert outreach.withdraw(by=Editor(ME), at=NOW, seen_version=1)
    assert (outreach.counted, outreach.version) == (False, 2)
    assert not outreach.withdraw(by=Editor(ME), at=NOW, seen_version=1)
    assert outreach.restore(by=Editor(ME), at=NOW, seen_version=2)
    assert (outreach.counted, outreach.version) == (True, 3)


@pytest.mark.parametrize(
    ("editor", "may"),
    [(Editor(ME), True), (Editor(COLLEAGUE), False), (Editor(COLLEAGUE, of_all=True), True)],
)
def test_only_who_logged_it_or_a_coordinator_changes_it(editor: Editor, may: bool) -> None:
    changes: list[Callable[[Outreach], bool]] = [
        lambda outreach: outreach.correct(terms(kind="card"), by=editor, at=NOW),
        lambda outreach: outreach.withdraw(by=editor, at=NOW),
        lambda outreach: outreach.restore(by=editor, at=NOW),
    ]
    for change in changes:
        if may:
            change(logged())
        else:
            with pytest.raises(OutreachOfAnother):
                change(logged())
