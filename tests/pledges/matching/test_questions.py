"""The questions whose answers would open most matches."""

from __future__ import annotations

import pytest

from services.pledges.matching.domain import FACTS, Fact, Question, best_questions

DAYS = Fact("weekdays", "company")
BUS = Fact("transport", "company")
CAR = Fact("transport", "participant")
HOURS = Fact("hours", "participant")
START = Fact("start", "participant")


def bits(*facts: Fact) -> int:
    return sum(fact.bit for fact in facts)


def test_every_fact_has_a_bit_of_its_own() -> None:
    assert len({fact.bit for fact in FACTS}) == len(FACTS)


def test_the_question_that_alone_opens_most_comes_first() -> None:
    best = best_questions({bits(CAR): 3, bits(DAYS): 14, bits(HOURS): 2, bits(START): 1})
    assert best.questions == (Question(DAYS, 14), Question(CAR, 3), Question(HOURS, 2))
    assert best.open_together == 19


def test_questions_that_open_only_together_are_found_as_well() -> None:
    best = best_questions({bits(DAYS, BUS): 40, bits(CAR): 3, bits(HOURS): 2})
    assert {question.fact for question in best.questions} == {DAYS, BUS, CAR}
    assert best.open_together == 43
    assert {question.fact: question.opens for question in best.questions} == {DAYS: 0, BUS: 0, CAR: 3}


@pytest.mark.parametrize("unknown", [{}, {bits(DAYS, BUS, CAR, HOURS): 5}])
def test_nothing_is_asked_where_no_three_answers_open_anything(unknown: dict[int, int]) -> None:
    best = best_questions(unknown)
    assert best.questions == ()
    assert best.open_together == 0


def test_no_question_is_asked_that_opens_nothing_more() -> None:
    assert best_questions({bits(DAYS): 2, bits(DAYS, BUS, CAR, HOURS): 9}).questions == (Question(DAYS, 2),)
