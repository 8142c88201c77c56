"""A target: what may be set, and what a change of it leaves."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest

from services.events.targets.domain import MoreThanAll, StaleTarget, Target, TargetEndsBeforeStart, TargetTerms

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)


def terms(**changes: Any) -> TargetTerms:
    usual: dict[str, Any] = {
        "measure": "hires",
        "job_type": "smaajob",
        "value": 200,
        "starts_on": date(2018, 5, 1),
        "ends_on": date(2026, 12, 31),
    }
    return TargetTerms(**usual | changes)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"ends_on": date(2018, 5, 1)}, None),
        ({"ends_on": date(2018, 4, 30)}, TargetEndsBeforeStart),
        ({"value": 101}, None),
        ({"measure": "still_employed_6", "value": 100}, None),
        ({"measure": "still_employed_6", "value": 101}, MoreThanAll),
    ],
)
def test_a_target_has_a_window_and_at_most_all(changes: dict[str, Any], refusal: type[Exception] | None) -> None:
    if refusal is None:
        terms(**changes).check()
    else:
        with pytest.raises(refusal):
            terms(**changes).check()


def test_a_change_is_a_new_version_and_the_same_again_is_none() -> None:
    one = Target(uuid4(), terms(), "person:1", NOW)
    assert one.change(terms(value=210), NOW, by="person:2", expected_version=1)
    assert (one.version, one.terms.value, one.changed_by) == (2, 210, "person:2")
    assert not one.change(terms(value=210), NOW, by="person:2", expected_version=1)
    with pytest.raises(StaleTarget):
        one.change(terms(value=220), NOW, by="person:1", expected_version=1)


def test_a_dropped_target_can_be_restored() -> None:
    one = Target(uuid4(), terms(), "person:1", NOW)
    assert not one.restore(NOW, by="person:1")
    assert one.drop(NOW, by="person:1", expected_version=1)
    assert not one.drop(NOW, by="person:1", expected_version=1)
    with pytest.raises(StaleTarget):
        one.restore(NOW, by="person:1", expected_version=1)
    assert one.restore(NOW, by="person:1", expected_version=2)
    assert (one.version, one.dropped) == (3, False)
