"""The rules of a hire, without a database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.pledges.hires.correction import HireCorrection, correct
from services.pledges.hires.domain import REVOCABLE_FOR, Hire, HireEditor
from services.pledges.hires.ladder import Step
from services.pledges.hires.refusals import (
    AlreadyEnded,
    CheckpointNotDue,
    CompanyMissing,
    EndedBeforeCheckpoint,
    EndsBeforeAnswer,
    EndsBeforeLastStep,
    EndsBeforeStart,
    EndTooFarAhead,
    FirstStepNotAtStart,
    FirstStepStays,
    HireRevoked,
    HoursMissing,
    ImplausibleEnd,
    ImplausibleStart,
    NoEndToCorrect,
    NoHours,
    NotEnded,
    NotLastStep,
    OtherMunicipality,
    RevokedByOther,
    RevokeTooLate,
    StaleHire,
    StartsBeforePledge,
    StepAfterEnd,
    StepBeforeStart,
    StepNotLater,
    StepsOverlap,
    StepTooFarAhead,
    TooManyHiredHours,
    TooManyStepHours,
    UnknownPledge,
    UnknownStep,
)
from services.pledges.pledges import refusals
from services.pledges.pledges.domain import Contact, Limits
from services.pledges.register.domain import TypedCompany
from shared.refusals import Refusal
from tests.pledges.builders import NOW, SOMEBODY, logged, pledge_terms
from tests.pledges.hires.builders import TODAY, confirmation, confirmed, hired, step

DAY = timedelta(days=1)
CASEWORKER, COLLEAGUE = HireEditor(uuid4(), "0671"), HireEditor(uuid4(), "0756")


def test_a_hire_inherits_job_type_and_company_from_its_pledge() -> None:
    pledge = logged(pledge_terms(job_type="praktik", event_id=None), by=SOMEBODY)

    hire = confirmed(confirmation(pledge_id=pledge.id), pledge)

    assert (hire.job_type, hire.company.name, hire.logged_by) == ("praktik", "B&O", SOMEBODY.id)
    assert hire.position == pledge.positions[0]
    assert pledge.positions[0].hire_id == hire.id


def test_a_hire_without_a_pledge_needs_a_company() -> None:
    with pytest.raises(CompanyMissing):
        confirmed(confirmation())

    assert confirmed(confirmation(company=TypedCompany("B&O"))).pledge_id is None


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"start_date": date(1999, 12, 31)}, ImplausibleStart),
        ({"start_date": date(2030, 1, 1)}, ImplausibleStart),
        ({"ended_on": date(9999, 12, 31)}, ImplausibleEnd),
        ({"ended_on": NOW.date()}, EndsBeforeStart),
        ({"weekly_hours": Decimal("37.25")}, TooManyHiredHours),
        ({"pledge_id": UUID(int=1)}, UnknownPledge),
        ({"weekly_hours": None}, HoursMissing),
        ({"steps": (step(TODAY, 0, 0),)}, NoHours),
        ({"steps": (step(TODAY, 20, 18),)}, TooManyStepHours),
        ({"steps": (step(TODAY + DAY, 20),)}, FirstStepNotAtStart),
        ({"steps": (step(TODAY, 20), step(TODAY, 10))}, StepsOverlap),
        ({"steps": (step(TODAY, 20), step(TODAY + 9 * DAY, 5), step(TODAY + 3 * DAY, 10))}, StepsOverlap),
        ({"steps": (step(TODAY, 20), step(date(2030, 1, 1), 10))}, StepTooFarAhead),
        ({"steps": (step(TODAY, 20), step(TODAY + 9 * DAY, 10)), "ended_on": TODAY + 9 * DAY}, EndsBeforeLastStep),
    ],
)
def test_an_impossible_hire_is_refused(change: dict[str, Any], refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        confirmed(confirmation(company=TypedCompany("B&O"), **change))


def test_a_hire_based_on_an_older_version_is_refused() -> None:
    pledge = logged()
    pledge.fill(1, hire_id=uuid4())

    with pytest.raises(refusals.StaleVersion):
        confirmed(confirmation(pledge_id=pledge.id), pledge, seen_version=1)
    confirmed(confirmation(pledge_id=pledge.id), pledge, seen_version=2)
    assert [one.status for one in pledge.positions] == ["filled", "filled", "open"]


def test_a_hire_before_its_pledge_is_refused() -> None:
    pledge = logged()

    with pytest.raises(StartsBeforePledge):
        confirmed(confirmation(pledge_id=pledge.id, start_date=pledge.pledged_on - DAY), pledge)
    assert pledge.version == 1


@pytest.mark.parametrize(
    ("given", "steps"),
    [
        ({"weekly_hours": Decimal(12)}, [(12, 0, "smaajob")]),
        ({"weekly_hours": Decimal(20), "job_type": "praktik"}, [(0, 20, "praktik")]),
        ({"weekly_hours": Decimal(20), "job_type": "traening"}, [(0, 20, "traening")]),
        (
            {"steps": (step(TODAY, 0, 20), step(TODAY + DAY, 12, 4), step(TODAY + 2 * DAY, 20))},
            [(0, 20, "praktik"), (12, 4, "smaajob"), (20, 0, "smaajob")],
        ),
        (
            {"steps": (step(TODAY, 0, 20), step(TODAY + DAY, 12, 4)), "job_type": "fleksjob"},
            [(0, 20, "praktik"), (12, 4, "fleksjob")],
        ),
        ({"steps": (step(TODAY, 12, 0, "ordinaer"),), "job_type": "praktik"}, [(12, 0, "ordinaer")]),
    ],
)
def test_the_ladder_has_one_step_for_each_kind_of_hours(
    given: dict[str, Any], steps: list[tuple[int, int, str]]
) -> None:
    hire = hired(**given)

    assert [_of_step(one) for one in hire.steps] == steps
    assert (hire.start_date, hire.job_type) == (TODAY, steps[0][2])
    assert hire.weekly_hours == (steps[0][0] or steps[0][1])


def test_a_step_goes_on_from_the_last_one_and_can_be_removed() -> None:
    hire = hired(job_type="praktik")

    assert hire.add_step(step(TODAY + 28 * DAY, 12, 4), today=TODAY, limits=Limits())
    assert not hire.add_step(step(TODAY + 28 * DAY, 12, 4), today=TODAY, limits=Limits(), seen_version=1)
    assert (hire.steps[1].job_type, hire.version) == ("smaajob", 2)

    hire.remove_step(TODAY + 28 * DAY, seen_version=2)
    assert (len(hire.steps), hire.version) == (1, 3)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda hire: _add(hire, step(TODAY - DAY, 5)), StepBeforeStart),
        (lambda hire: _add(hire, step(TODAY + 30 * DAY, 5)), StepNotLater),
        (lambda hire: _add(hire, step(TODAY + 20 * DAY, 5)), StepNotLater),
        (lambda hire: _add(hire, step(TODAY + 800 * DAY, 5)), StepTooFarAhead),
        (lambda hire: _add(hire, step(TODAY + 40 * DAY, 0)), NoHours),
        (lambda hire: _add(hire, step(TODAY + 40 * DAY, 30, 8)), TooManyStepHours),
        (lambda hire: hire.remove_step(TODAY), FirstStepStays),
        (lambda hire: hire.remove_step(TODAY + DAY), UnknownStep),
        (lambda hire: (_add(hire, step(TODAY + 40 * DAY, 5)), hire.remove_step(TODAY + 30 * DAY)), NotLastStep),
        (lambda hire: _end(hire, TODAY), EndsBeforeStart),
        (lambda hire: _end(hire, TODAY + 30 * DAY), EndsBeforeLastStep),
        (lambda hire: _end(hire, TODAY + 93 * DAY), EndTooFarAhead),
        (lambda hire: (_end(hire, TODAY + 40 * DAY), _end(hire, TODAY + 50 * DAY)), AlreadyEnded),
        (lambda hire: (_end(hire, TODAY + 40 * DAY), _add(hire, step(TODAY + 40 * DAY, 5))), StepAfterEnd),
        (lambda hire: hire.resume(today=TODAY), NotEnded),
        (lambda hire: _answer(hire, 3, TODAY + 80 * DAY), CheckpointNotDue),
        (lambda hire: (_end(hire, TODAY + 40 * DAY), _answer(hire, 3, TODAY + 99 * DAY)), EndedBeforeCheckpoint),
        (
            lambda hire: (_answer(hire, 3, TODAY + 99 * DAY), _end(hire, TODAY + 50 * DAY)),
            EndsBeforeAnswer,
        ),
        (lambda hire: hire.revoke(by=COLLEAGUE, at=NOW), RevokedByOther),
        (lambda hire: hire.revoke(by=CASEWORKER, at=NOW + REVOCABLE_FOR + timedelta(seconds=1)), RevokeTooLate),
        (lambda hire: (hire.revoke(by=CASEWORKER, at=NOW), _end(hire, TODAY + 40 * DAY)), HireRevoked),
        (lambda hire: hire.resume(today=TODAY, seen_version=7), StaleHire),
        (lambda hire: hire.check_editor(COLLEAGUE), OtherMunicipality),
        (lambda hire: _correct(hire, start_date=TODAY + 30 * DAY), StepsOverlap),
        (lambda hire: _correct(hire, start_date=date(1999, 12, 31)), ImplausibleStart),
        (lambda hire: _correct(hire, weekly_hours=Decimal(38)), TooManyHiredHours),
        (lambda hire: _correct(hire, start_date=TODAY, steps=(step(TODAY + DAY, 5),)), FirstStepNotAtStart),
        (
            lambda hire: (_end(hire, TODAY + 40 * DAY), _correct(hire, steps=(step(TODAY + 40 * DAY, 5),))),
            EndsBeforeStart,
        ),
        (lambda hire: _correct(hire, ended_on=TODAY + 40 * DAY), NoEndToCorrect),
        (lambda hire: _correct(hire, end_reason="health"), NoEndToCorrect),
        (lambda hire: (_end(hire, TODAY + 40 * DAY), _correct(hire, ended_on=TODAY)), EndsBeforeStart),
        (lambda hire: (_end(hire, TODAY + 40 * DAY), _correct(hire, ended_on=TODAY + 30 * DAY)), EndsBeforeLastStep),
        (lambda hire: (_end(hire, TODAY + 40 * DAY), _correct(hire, ended_on=TODAY + 93 * DAY)), EndTooFarAhead),
        (
            lambda hire: (
                _answer(hire, 3, TODAY + 99 * DAY),
                hire.end(TODAY + 95 * DAY, "other", today=TODAY + 99 * DAY),
                _correct(hire, ended_on=TODAY + 89 * DAY),
            ),
            EndsBeforeAnswer,
        ),
    ],
)
def test_an_impossible_change_is_refused_and_changes_nothing(
    change: Callable[[Hire], object], refusal: type[Refusal]
) -> None:
    hire = hired(confirmed_by=CASEWORKER.id, municipality="0671")
    _add(hire, step(TODAY + 30 * DAY, 12))

    with pytest.raises(refusal):
        change(hire)


def _add(hire: Hire, typed: Any) -> bool:
    return hire.add_step(typed, today=TODAY, limits=Limits())


def _end(hire: Hire, on: date) -> bool:
    return hire.end(on, "employer", today=TODAY)


def _answer(hire: Hire, months: Any, on: date) -> bool:
    return hire.answer_checkpoint(months, "same_company", answered_from="caseworker", by=None, today=on)


def _of_step(one: Step) -> tuple[Any, ...]:
    return one.paid_weekly_hours, one.praktik_weekly_hours, one.job_type


def _correct(hire: Hire, **changes: Any) -> bool:
    return correct(hire, HireCorrection(**changes), pledged_on=None, register=(), today=TODAY, limits=Limits())


def test_an_end_drops_the_checkpoints_after_it_and_resuming_makes_them_again() -> None:
    hire = hired(start_date=TODAY - 120 * DAY)
    _answer(hire, 3, TODAY)

    hire.end(TODAY + 30 * DAY, "health", today=TODAY)
    assert ([one.months for one in hire.checkpoints], hire.end_reason) == ([3], "health")
    assert not hire.end(TODAY + 30 * DAY, "health", today=TODAY, seen_version=1)

    hire.resume(today=TODAY)
    assert [(one.months, one.answer) for one in hire.checkpoints] == [(3, "same_company"), (6, None), (12, None)]
    assert (hire.ended_on, hire.end_reason, hire.version) == (None, None, 4)


def test_a_checkpoint_is_answered_again_and_the_answer_taken_back() -> None:
    hire = hired(start_date=TODAY - 120 * DAY)
    _answer(hire, 3, TODAY)
    _answer(hire, 3, TODAY)
    assert (hire.checkpoints[0].answered_on, hire.version) == (TODAY, 2)

    hire.answer_checkpoint(3, None, answered_from="caseworker", by=None, today=TODAY)
    assert (hire.checkpoints[0].answer, hire.checkpoints[0].answered_from, hire.version) == (None, None, 3)


def test_a_corrected_first_day_moves_the_checkpoints_that_nobody_has_answered() -> None:
    hire = hired(start_date=TODAY - 120 * DAY)
    _answer(hire, 3, TODAY)
    before = [one.due_on for one in hire.checkpoints]

    assert _correct(hire, start_date=TODAY - 119 * DAY)

    assert [one.due_on for one in hire.checkpoints] == [before[0], before[1] + DAY, before[2] + DAY]
    assert not _correct(hire, start_date=TODAY - 119 * DAY)


@pytest.mark.parametrize(
    ("correction", "first"),
    [
        ({"weekly_hours": Decimal(8)}, (8, 0, "smaajob")),
        ({"job_type": "praktik"}, (0, 10, "praktik")),
        ({"job_type": "fleksjob", "weekly_hours": Decimal(8)}, (8, 0, "fleksjob")),
        ({"steps": (step(TODAY, 0, 20), step(TODAY + DAY, 5))}, (0, 20, "praktik")),
    ],
)
def test_a_correction_replaces_what_was_wrong(correction: dict[str, Any], first: tuple[int, int, str]) -> None:
    hire = hired()

    assert _correct(hire, **correction)

    assert _of_step(hire.steps[0]) == first
    assert hire.version == 2


@pytest.mark.parametrize(
    ("correction", "end", "months"),
    [
        ({"ended_on": TODAY + 80 * DAY}, (TODAY + 80 * DAY, "employer"), [3, 6]),
        ({"ended_on": TODAY - 40 * DAY}, (TODAY - 40 * DAY, "employer"), []),
        ({"end_reason": "health"}, (TODAY, "health"), [3]),
        ({"ended_on": TODAY + 80 * DAY, "end_reason": "moved"}, (TODAY + 80 * DAY, "moved"), [3, 6]),
        (
            {"ended_on": TODAY - 110 * DAY, "start_date": TODAY - 115 * DAY},
            (TODAY - 110 * DAY, "employer"),
            [],
        ),
        ({"ended_on": TODAY + 80 * DAY, "start_date": TODAY + 70 * DAY}, (TODAY + 80 * DAY, "employer"), []),
    ],
)
def test_a_correction_of_the_end_renews_the_checkpoints(
    correction: dict[str, Any], end: tuple[date, str], months: list[int]
) -> None:
    hire = hired(start_date=TODAY - 105 * DAY)
    _end(hire, TODAY)

    assert _correct(hire, **correction)

    assert (hire.ended_on, hire.end_reason) == end
    assert ([one.months for one in hire.checkpoints], hire.version) == (months, 3)
    assert not _correct(hire, **correction)


def test_a_correction_based_on_a_version_without_the_end_is_stale() -> None:
    hire = hired()
    _end(hire, TODAY + DAY)
    hire.resume(today=TODAY)
    correction = HireCorrection(ended_on=TODAY + 2 * DAY)

    with pytest.raises(StaleHire):
        correct(hire, correction, pledged_on=None, register=(), today=TODAY, limits=Limits(), seen_version=2)


def test_a_correction_of_the_company_recognises_it_again() -> None:
    hire = hired(company=TypedCompany("B&O", municipality="0671"))

    assert _correct(hire, company=TypedCompany("Trælast", municipality="0756"))

    assert (hire.company.name, hire.municipality) == ("Trælast", "0756")


def test_a_contact_person_is_changed_once() -> None:
    hire = hired()
    person_id = uuid4()

    assert hire.change_contact_person(Contact("Karen", "96848484"), person_id)
    assert not hire.change_contact_person(Contact("Karen", "96848484"), person_id, seen_version=1)
    assert (hire.owner, hire.version) == (person_id, 2)


def test_a_coordinator_undoes_the_confirmation_of_another_person() -> None:
    hire = hired(confirmed_by=CASEWORKER.id, municipality="0671")

    assert hire.revoke(by=HireEditor(uuid4(), coordinator=True), at=NOW)

    assert (hire.counted, hire.checkpoints, hire.version) == (False, (), 2)
    assert not hire.revoke(by=CASEWORKER, at=NOW)
