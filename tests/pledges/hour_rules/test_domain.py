"""Rules are dated, never overlap, and are never changed silently."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from services.pledges.hour_rules.domain import HourRules
from services.pledges.hour_rules.refusals import (
    EndsBeforeItBegins,
    NationalRuleStays,
    RuleHasAnEnd,
    RuleNotFound,
    RulesOverlap,
    RuleWithdrawn,
)
from tests.pledges.hour_rules.rules import rule

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
ANNA = uuid4()
END_OF_2026 = date(2026, 12, 31)


def test_a_rule_is_in_force_from_its_first_to_its_last_day() -> None:
    dated = rule(valid_from=date(2016, 4, 1), valid_until=date(2025, 6, 30))
    days = (date(2016, 3, 31), date(2016, 4, 1), date(2025, 6, 30), date(2025, 7, 1))
    assert [dated.state(day) for day in days] == ["coming", "in_force", "in_force", "expired"]
    assert dated.measured_on(date(2026, 12, 1)) == date(2025, 6, 30)
    assert rule().measured_on(date(2026, 12, 1)) == date(2026, 12, 1)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 12, 31), None),
        (date(2020, 1, 1), date(2026, 1, 1)),
        (date(2020, 1, 1), None),
        (date(2026, 3, 1), date(2026, 4, 1)),
    ],
)
def test_two_versions_of_a_rule_are_never_in_force_on_one_day(first: date, last: date | None) -> None:
    rules = HourRules([rule(valid_until=END_OF_2026)])
    with pytest.raises(RulesOverlap):
        rules.add(rule(valid_from=first, valid_until=last))
    rules.add(rule(code="other", valid_from=first, valid_until=last))


def test_a_new_version_follows_the_end_of_the_one_before() -> None:
    old = rule()
    rules = HourRules([old])
    ended = rules.end(old.id, END_OF_2026, by=ANNA, at=NOW)
    assert (ended.valid_until, ended.ended_by, ended.ended_at) == (END_OF_2026, ANNA, NOW)
    assert rules.end(old.id, END_OF_2026, by=None, at=datetime.now(UTC)) == ended
    new = rule(valid_from=date(2027, 1, 1))
    rules.add(new)
    assert [rules.version(one) for one in rules.valid] == [2, 1]
    with pytest.raises(RuleHasAnEnd):
        rules.end(old.id, date(2026, 6, 30), by=ANNA, at=NOW)
    with pytest.raises(EndsBeforeItBegins):
        rules.end(new.id, END_OF_2026, by=ANNA, at=NOW)


def test_a_rule_that_was_withdrawn_stays_in_the_list_and_makes_room() -> None:
    wrong = rule()
    rules = HourRules([wrong])
    withdrawn = rules.withdraw(wrong.id, by=ANNA, at=NOW)
    assert withdrawn.state(END_OF_2026) == "withdrawn"
    assert (rules.rules, rules.valid, rules.version(withdrawn)) == ([withdrawn], [], 0)
    rules.add(rule())
    assert rules.withdraw(wrong.id, by=None, at=datetime.now(UTC)) == withdrawn
    with pytest.raises(RuleWithdrawn):
        rules.end(wrong.id, END_OF_2026, by=ANNA, at=NOW)


def test_a_national_rule_and_a_missing_one_cannot_be_changed() -> None:
    national = rule(national=True)
    rules = HourRules([national])
    with pytest.raises(NationalRuleStays):
        rules.end(national.id, END_OF_2026, by=ANNA, at=NOW)
    with pytest.raises(RuleNotFound):
        rules.withdraw(uuid4(), by=ANNA, at=NOW)


def test_a_rule_does_not_end_before_it_begins() -> None:
    with pytest.raises(EndsBeforeItBegins):
        HourRules().add(rule(valid_until=date(2025, 12, 31)))
