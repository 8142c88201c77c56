"""By how much the hires of one citizen are more than one."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from services.dashboard.read_model.citizens import REPEAT_HIRES, SECOND_JOBS, HireVersion, history
from services.dashboard.read_model.deltas import HIRES_FROM_PLEDGES, HIRES_WITHOUT_PLEDGE, Delta
from tests.dashboard.messages import EVENING

SHE, SOMEBODY_ELSE = UUID(int=1), UUID(int=2)
MAY, JUNE, JULY = (date(2026, month, 1) for month in (5, 6, 7))


def _version(number: int, version: int, *deltas: Delta, citizen: UUID | None = SHE, hours: int = 0) -> HireVersion:
    return HireVersion(UUID(int=number), version, EVENING + timedelta(hours=hours), citizen, list(deltas))


def _begun(day: date, job_type: str = "smaajob", measure: str = HIRES_FROM_PLEDGES) -> Delta:
    return Delta(measure, day, 1, job_type)


def _repeat(day: date, number: int = -1, job_type: str = "smaajob") -> Delta:
    return Delta(REPEAT_HIRES, day, number, job_type)


def test_all_hires_of_a_citizen_but_the_first_are_taken_off_on_their_days() -> None:
    (row,) = history(
        SHE,
        [
            _version(1, 1, _begun(JULY)),
            _version(2, 1, _begun(MAY, measure=HIRES_WITHOUT_PLEDGE)),
            _version(3, 1, _begun(JUNE)),
        ],
    )

    assert row.deltas == [_repeat(JUNE), _repeat(JULY)]


def test_two_hires_that_begin_on_one_day_are_one_citizen() -> None:
    (row,) = history(SHE, [_version(1, 1, _begun(MAY)), _version(2, 1, _begun(MAY))])

    assert row.deltas == [_repeat(MAY)]


def test_a_citizen_counts_under_each_job_type() -> None:
    (row,) = history(SHE, [_version(1, 1, _begun(MAY)), _version(2, 1, _begun(JUNE, "praktik"))])

    assert not row.deltas


def test_jobs_that_overlap_are_one_citizens_while_both_last() -> None:
    first = [Delta("hires_current_hours_5_9", MAY, 1, "smaajob"), Delta("hires_current_hours_5_9", JULY, -1, "smaajob")]
    second = [Delta("hires_current_hours_10_15", JUNE, 1, "smaajob")]

    (row,) = history(SHE, [_version(1, 1, *first), _version(2, 1, *second)])

    assert row.deltas == [Delta(SECOND_JOBS, JUNE, -1, "smaajob"), Delta(SECOND_JOBS, JULY, 1, "smaajob")]


def test_each_moment_has_what_was_known_of_the_hires_then() -> None:
    versions = [
        _version(1, 1, _begun(MAY), hours=0),
        _version(2, 1, _begun(JUNE), citizen=None, hours=1),
        _version(2, 2, _begun(JUNE), hours=2),
        _version(1, 2, _begun(JULY), hours=3),
        _version(2, 3, _begun(JUNE), citizen=SOMEBODY_ELSE, hours=4),
    ]

    rows = history(SHE, versions)

    assert [(row.version, (row.recorded_at - EVENING) // timedelta(hours=1)) for row in rows] == [
        (1, 0),
        (2, 1),
        (3, 2),
        (4, 3),
        (5, 4),
    ]
    assert [row.deltas for row in rows] == [[], [], [_repeat(JUNE)], [_repeat(JULY)], []]


def test_the_highest_version_counts_that_was_recorded_by_the_moment() -> None:
    """A clock that was set back records a later version at an earlier time."""
    versions = [_version(1, 1, _begun(MAY)), _version(2, 2, citizen=None), _version(2, 1, _begun(JUNE), hours=1)]

    assert [row.deltas for row in history(SHE, versions)] == [[], []]
