"""The hours ladder and the checkpoints of a hire: what was in force when, and whether the job has lasted."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, get_args

import pytest

from services.dashboard.read_model.deltas import COUNTINGS, Delta
from services.dashboard.read_model.ladder import (
    CHECKPOINT_MONTHS,
    HOUR_BANDS,
    employed_after,
    hour_band,
    progress,
    stages,
)
from shared.contracts.pledges import EndReason, HireRevoked
from tests.dashboard.messages import checkpoint, hire, step

if TYPE_CHECKING:
    from shared.contracts.pledges import HireState

START = date(2026, 1, 5)
LADDER = (
    step(START, 0, 20, "praktik"),
    step(date(2026, 2, 2), 12, 4, "smaajob"),
    step(date(2026, 6, 1), 20, 0, "smaajob"),
)


def deltas_of(hired: HireState) -> set[tuple[str, date, int, str | None]]:
    """The deltas of a hire on days before the first checkpoint would have been due."""
    deltas: list[Delta] = [
        delta
        for counting in COUNTINGS
        if issubclass(type(hired), counting.messages)
        for delta in counting.deltas(hired)
    ]
    return {
        (delta.measure, delta.day, delta.delta, delta.job_type)
        for delta in deltas
        if not delta.measure.startswith("employed_after")
    }


def test_a_hire_counts_under_each_job_type_once_and_is_current_under_one() -> None:
    assert deltas_of(hire(start_date=START, job_type="praktik", weekly_hours=Decimal(20), steps=LADDER)) == {
        ("hires_from_pledges", START, 1, "praktik"),
        ("hires_from_pledges", date(2026, 2, 2), 1, "smaajob"),
        ("hires_current_hours_0", START, 1, "praktik"),
        ("hires_current_hours_0", date(2026, 2, 2), -1, "praktik"),
        ("hires_current_hours_10_15", date(2026, 2, 2), 1, "smaajob"),
        ("hires_current_hours_10_15", date(2026, 6, 1), -1, "smaajob"),
        ("hires_current_hours_16_20", date(2026, 6, 1), 1, "smaajob"),
        ("hires_current_ladder_same", START, 1, "praktik"),
        ("hires_current_ladder_same", date(2026, 2, 2), -1, "praktik"),
        ("hires_current_ladder_more", date(2026, 2, 2), 1, "smaajob"),
        ("hires_current_ladder_more", date(2026, 6, 1), -1, "smaajob"),
        ("hires_current_ladder_more", date(2026, 6, 1), 1, "smaajob"),
    }


def test_a_step_after_the_end_has_never_begun() -> None:
    ended = hire(start_date=START, steps=LADDER, ended_on=date(2026, 2, 2), end_reason="health")
    assert deltas_of(ended) == {
        ("hires_from_pledges", START, 1, "praktik"),
        ("hires_current_hours_0", START, 1, "praktik"),
        ("hires_current_hours_0", date(2026, 2, 2), -1, "praktik"),
        ("hires_current_ladder_same", START, 1, "praktik"),
        ("hires_current_ladder_same", date(2026, 2, 2), -1, "praktik"),
        ("hires_ended_health", date(2026, 2, 2), 1, "praktik"),
    }


def test_a_hire_that_was_revoked_counts_as_nothing() -> None:
    revoked = HireRevoked(**hire(start_date=START, steps=LADDER).model_dump() | {"version": 2, "counted": False})
    assert deltas_of(revoked) == set()


@pytest.mark.parametrize(("job_type", "paid"), [("smaajob", 8), ("fleksjob", 8), ("praktik", 0), ("traening", 0)])
def test_a_message_without_a_ladder_has_one_step(job_type: str, paid: int) -> None:
    hired = hire(start_date=START, job_type=job_type, weekly_hours=Decimal(8))
    (stage,) = stages(hired)
    assert (stage.starts_on, stage.ends_on, stage.job_type) == (START, None, job_type)
    assert stage.paid_weekly_hours == paid


@pytest.mark.parametrize(
    ("hours", "band"),
    [
        *(("0", "0"), ("0.5", "1-4"), ("4.99", "1-4"), ("5", "5-9"), ("9.5", "5-9"), ("10", "10-15")),
        *(("15.5", "10-15"), ("16", "16-20"), ("20.99", "16-20"), ("21", "21-29"), ("29.5", "21-29")),
        *(("30", "30+"), ("37", "30+"), ("60", "30+")),
    ],
)
def test_every_number_of_hours_is_in_one_band(hours: str, band: str) -> None:
    assert hour_band(Decimal(hours)) == band
    assert band in HOUR_BANDS


@pytest.mark.parametrize(
    ("hours", "compared"),
    [("0", "fewer"), ("9.99", "fewer"), ("10", "same"), ("10.0", "same"), ("10.01", "more"), ("37", "more")],
)
def test_paid_hours_are_compared_with_those_of_the_first_day(hours: str, compared: str) -> None:
    assert progress(Decimal(hours), Decimal(10)) == compared


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({}, "unknown"),
        ({"checkpoints": (checkpoint(3, "same_company"),)}, "yes"),
        ({"checkpoints": (checkpoint(3, "elsewhere"),)}, "yes"),
        ({"checkpoints": (checkpoint(3, "no"),)}, "no"),
        ({"checkpoints": (checkpoint(3, "unknown"),)}, "unknown"),
        ({"checkpoints": (checkpoint(3, None), checkpoint(6, "no"))}, "unknown"),
        ({"ended_on": date(2026, 4, 5), "end_reason": "ordinary_job"}, "yes"),
        ({"ended_on": date(2026, 4, 5), "end_reason": "more_hours_elsewhere"}, "yes"),
        *(
            ({"ended_on": date(2026, 4, 5), "end_reason": reason}, "no")
            for reason in get_args(EndReason)
            if reason not in {"ordinary_job", "more_hours_elsewhere"}
        ),
        # It has ended, and nobody has said why.
        ({"ended_on": date(2026, 4, 5)}, "unknown"),
        # The last day of work was the day itself.
        ({"ended_on": date(2026, 4, 6), "end_reason": "health"}, "unknown"),
        # An answer counts more than what an end leads to suppose.
        (
            {"ended_on": date(2026, 4, 1), "end_reason": "health", "checkpoints": (checkpoint(3, "elsewhere"),)},
            "yes",
        ),
        (
            {"ended_on": date(2026, 4, 1), "end_reason": "ordinary_job", "checkpoints": (checkpoint(3, "unknown"),)},
            "yes",
        ),
    ],
)
def test_whether_somebody_was_employed_three_months_after_the_start(fields: dict[str, Any], outcome: str) -> None:
    assert employed_after(hire(start_date=START, **fields), 3) == (date(2026, 4, 5), outcome)


def test_the_day_of_a_checkpoint_is_the_same_day_of_a_later_month_or_its_last() -> None:
    hired = hire(start_date=date(2023, 11, 30))
    assert [employed_after(hired, months)[0] for months in CHECKPOINT_MONTHS] == [
        date(2024, 2, 29),
        date(2024, 5, 30),
        date(2024, 11, 30),
    ]
