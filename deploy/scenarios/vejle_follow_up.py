"""What became of the pledges and hires of the Vejle scenario: answers, matches and what companies have said.

Always the same, like the scenario, up to its last day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from deploy.scenarios.model import Answer, SeededRandom, at
from deploy.scenarios.vejle import ladder, open_pledge_id, waiting_reference
from services.pledges.matching.domain import Needs
from shared.contracts.pledges import position_id
from shared.fields.dates import months_after

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from uuid import UUID

    from deploy.scenarios.model import Scenario
    from shared.contracts.pledges import CheckpointMonths

_UNANSWERED_DAYS: Final = 21
_MATCHED: Final = ((5, 3), (9, 7))
"""The number of a company that has an open position, and of the waiting citizen for whom it was found."""
_WEEKDAYS: Final = ((1, frozenset({1, 3, 5})), (13, None), (25, frozenset({2, 4})))
"""The number of a company that was asked, and on which days it needs somebody; None: they can be agreed on."""


@dataclass(frozen=True, slots=True)
class FoundFor:
    """A position that was found for a waiting citizen."""

    position_id: UUID
    case_reference: str
    at: datetime


def affirmed(scenario: Scenario) -> Iterator[tuple[UUID, datetime]]:
    """Yield the pledges that their company has confirmed, and when: before anybody is hired."""
    for pledge in scenario.pledges:
        rng = SeededRandom(f"affirmed {pledge.id}")
        if rng.happens(0.6):
            yield pledge.id, pledge.captured_at + timedelta(days=1 + rng.below(7))


def matched(scenario: Scenario) -> Iterator[FoundFor]:
    """Yield the positions that a case worker has found for somebody, and nothing has become of yet."""
    pledges = {pledge.id: pledge for pledge in scenario.pledges}
    for company, citizen in _MATCHED:
        pledge = pledges[open_pledge_id(scenario.companies[company])]
        matched_at = pledge.captured_at + timedelta(days=2)
        yield FoundFor(position_id(pledge.id, 1), waiting_reference(citizen), matched_at)


def needs(scenario: Scenario) -> Iterator[tuple[UUID, Needs]]:
    """Yield a pledge of each company that was asked, and what it has answered."""
    for company, weekdays in _WEEKDAYS:
        answered = Needs(weekdays, any_weekday=weekdays is None, public_transport=True)
        yield open_pledge_id(scenario.companies[company]), answered


def answers(scenario: Scenario) -> Iterator[Answer]:
    """Yield what is known of those who are still employed. The latest checkpoints wait for an answer."""
    for hire in scenario.hires:
        begins_on = ladder(hire)[0].starts_on
        months: CheckpointMonths
        for months in (3, 6, 12):
            due_on = months_after(begins_on, months)
            employed = hire.ended_on is None or due_on < hire.ended_on
            if employed and due_on <= scenario.until - timedelta(days=_UNANSWERED_DAYS):
                yield Answer(hire.id, months, "same_company", at(due_on + timedelta(days=3), 11))
