"""What decides whether somebody and a position fit, and which questions would open most matches. Imports no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Final, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from decimal import Decimal
    from uuid import UUID

    from shared.contracts.pledges import JobType, PositionStatus

Criterion = Literal["job_type", "hours", "tasks", "place", "weekdays", "transport", "start"]
"""See `criteria`, which decides each."""
CRITERIA: Final[tuple[Criterion, ...]] = get_args(Criterion)
"""In the order in which reasons are given."""
Side = Literal["participant", "company"]
MOST_QUESTIONS: Final = 3


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that one side has not said yet: the days of a company, the transport of a participant."""

    criterion: Criterion
    asked: Side

    @property
    def bit(self) -> int:
        """The fact in a sum of bits."""
        return 1 << CRITERIA.index(self.criterion) + (len(CRITERIA) if self.asked == "company" else 0)


FACTS: Final = tuple(Fact(criterion, side) for side in get_args(Side) for criterion in CRITERIA)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a participant and a position fit.

    Attributes:
        noes: the criteria that speak against it.
        unknowns: the facts without which a criterion cannot be decided, one for each such criterion.
    """

    noes: tuple[Criterion, ...]
    unknowns: tuple[Fact, ...]

    @classmethod
    def of(cls, noes: int, unknowns: int) -> Verdict:
        """Return the verdict of two sums of bits: of the criteria in their order, and of `Fact.bit`."""
        return cls(
            tuple(criterion for number, criterion in enumerate(CRITERIA) if noes >> number & 1),
            tuple(fact for fact in FACTS if unknowns & fact.bit),
        )

    @property
    def fits(self) -> bool:
        """Whether everything is known and nothing speaks against it."""
        return not self.noes and not self.unknowns

    @property
    def may_fit(self) -> bool:
        """Whether something is not known, and nothing speaks against it."""
        return not self.noes and bool(self.unknowns)

    def on(self, criterion: Criterion) -> bool | None:
        """Return what is decided about one criterion; None: it is not known."""
        if criterion in self.noes:
            return False
        return None if any(fact.criterion == criterion for fact in self.unknowns) else True


@dataclass(frozen=True, slots=True)
class Question:
    """A fact to ask for.

    Attributes:
        opens: the pairs that may fit as soon as it alone is answered: nothing else is unknown about them.
    """

    fact: Fact
    opens: int


@dataclass(frozen=True, slots=True)
class Questions:
    """The questions whose answers together would open most matches, the one that opens most by itself first.

    Attributes:
        open_together: the pairs about which nothing else is unknown.
    """

    questions: tuple[Question, ...] = ()
    open_together: int = 0


def best_questions(unknown: Mapping[int, int], most: int = MOST_QUESTIONS) -> Questions:
    """Return the questions whose answers would open most matches, at most as many as given.

    Args:
        unknown: how many pairs there are by what is not known about them, as sums of `Fact.bit`; of those that nothing
            speaks against.
    """
    asked = [fact for fact in FACTS if any(bits & fact.bit for bits in unknown)]
    best: tuple[tuple[int, int, int], tuple[Fact, ...]] = ((0, 0, 0), ())
    for size in range(1, most + 1):
        for chosen in combinations(asked, size):
            bits = sum(fact.bit for fact in chosen)
            together = sum(count for known, count in unknown.items() if known and known & ~bits == 0)
            alone = sum(unknown.get(fact.bit, 0) for fact in chosen)
            # The fewest questions, of those that open as many.
            best = max(best, ((together, -size, alone), chosen), key=lambda one: one[0])
    (together, _size, _alone), facts = best
    questions = sorted(
        (Question(fact, unknown.get(fact.bit, 0)) for fact in facts), key=lambda question: -question.opens
    )
    return Questions(tuple(questions), together)


@dataclass(frozen=True, slots=True)
class Needs:
    """What a company has answered about the positions of a pledge. None: it is not known.

    Attributes:
        weekdays: on which somebody is needed, 1 for Monday.
        any_weekday: the days can be agreed on.
        public_transport: whether a bus or train goes there.
        latest_start: the last day on which somebody can start.
    """

    weekdays: frozenset[int] | None = None
    any_weekday: bool = False
    public_transport: bool | None = None
    latest_start: date | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """A position, with what is known about it.

    Attributes:
        offered: whether its pledge has not ended, and counts.
        vacant: how many positions of the pledge are vacant; they are all the same job.
        municipality: of the company; None: it is not known.
        waiting_since: the day on which it was pledged.
    """

    position_id: UUID
    number: int
    status: PositionStatus
    offered: bool
    pledge_id: UUID
    version: int
    vacant: int
    company: str
    company_id: UUID | None
    municipality: str | None
    job_type: JobType
    hours_from: Decimal
    hours_to: Decimal
    tasks: Sequence[str]
    earliest_start: date | None
    waiting_since: date
    needs: Needs

    @property
    def is_vacant(self) -> bool:
        """Whether somebody can be found for it."""
        return self.offered and self.status == "open"
