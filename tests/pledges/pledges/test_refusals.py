"""What refusals are called."""

from __future__ import annotations

from services.pledges.pledges import refusals
from services.pledges.pledges.problems import problem_of


def _leaves(of: type[refusals.Refusal]) -> list[type[refusals.Refusal]]:
    below = of.__subclasses__()
    return [leaf for one in below for leaf in _leaves(one)] if below else [of]


def test_every_refusal_has_words_and_a_status() -> None:
    for refusal in _leaves(refusals.Refusal):
        problem = problem_of(refusal(), positions_max=50, weekly_hours_max=37)

        assert 400 <= problem.status < 500
        assert problem.title
        assert problem.detail
        assert "%(" not in problem.detail
