"""A company's standing agreement: what may be agreed, and what a change of it leaves."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest

from services.events.register.agreements.domain import (
    Agreement,
    AgreementEndsBeforeStart,
    AgreementTerms,
    StaleAgreement,
)

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)


def terms(**changes: Any) -> AgreementTerms:
    usual: dict[str, Any] = {"role": "both", "trainees": 2, "starts_on": date(2026, 12, 1), "ends_on": None}
    return AgreementTerms(**usual | changes)


def agreement() -> Agreement:
    return Agreement(uuid4(), uuid4(), terms(), "person:1", NOW)


def test_a_company_that_only_hires_has_no_trainees() -> None:
    assert terms(role="hires").checked().trainees is None
    assert terms(role="trains").checked().trainees == 2


def test_an_agreement_lasts_at_least_a_day() -> None:
    assert terms(ends_on=date(2026, 12, 1)).checked()
    with pytest.raises(AgreementEndsBeforeStart):
        terms(ends_on=date(2026, 11, 30)).checked()


def test_a_change_is_a_new_version_and_the_same_again_is_none() -> None:
    one = agreement()
    assert one.change(terms(trainees=3), NOW, by="person:2", expected_version=1)
    assert (one.version, one.terms.trainees, one.changed_by) == (2, 3, "person:2")
    assert not one.change(terms(trainees=3), NOW, by="person:2", expected_version=1)
    with pytest.raises(StaleAgreement):
        one.change(terms(trainees=4), NOW, by="person:1", expected_version=1)


def test_it_ends_on_its_last_day_and_can_go_on_again() -> None:
    one = agreement()
    assert one.end(date(2026, 12, 31), NOW, by="person:1", expected_version=1)
    assert one.terms == terms(ends_on=date(2026, 12, 31))
    assert one.change(terms(), NOW, by="person:1", expected_version=2)
    assert one.terms.ends_on is None
    with pytest.raises(AgreementEndsBeforeStart):
        one.end(date(2026, 11, 30), NOW, by="person:1")
