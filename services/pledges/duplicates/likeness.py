"""Whether two pledges may be the same promise, noted twice. Imports no I/O.

Contacts are not compared: two promises of one company have the same contact as often as one that was noted twice, and
so nothing but a coordinator reads them.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Final
from uuid import UUID

from services.pledges.register.domain import name_key
from shared.contracts.pledges import JobType
from shared.fields.cvr import read_cvr

if TYPE_CHECKING:
    from collections.abc import Iterable

_EVENING: Final = timedelta(days=1)
"""What is said at an event is noted on its day, or on the next: after midnight, or from a slip of paper."""
_LEGAL_FORMS: Final = frozenset({"a/s", "as", "aps", "i/s", "k/s", "p/s", "ivs", "amba", "a.m.b.a", "a.m.b.a."})
_SPELLINGS: Final = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "ö": "oe", "ä": "ae", "&": " og ", ".": None})
_NO_WORD: Final = re.compile(r"[^a-z0-9]+")
SAME_NAME: Final = 0.55
"""How much of their trigrams two names have in common at least, as names of one company."""
SAME_TERMS: Final = 0.7
"""How alike two promises are at least, as one that was noted twice. Both are measured on the labelled pairs of
tests/pledges/duplicates."""


@dataclass(frozen=True)
class ComparedPledge:
    """What is compared of a pledge. The company as it was typed, and what the register says of it."""

    id: UUID
    event_id: UUID | None
    company_id: UUID | None
    company_name: str
    company_cvr: str | None
    company_p_number: str | None
    job_type: JobType
    positions: int
    hours_from: float
    hours_to: float
    tasks: frozenset[str]
    pledged_on: date
    received_at: datetime
    held: bool = False

    @property
    def order(self) -> tuple[datetime, UUID]:
        """The order in which pledges were received."""
        return self.received_at, self.id

    @cached_property
    def cvr(self) -> str | None:
        """The CVR number, where it is valid."""
        return read_cvr(self.company_cvr)

    @cached_property
    def trigrams(self) -> frozenset[str]:
        """The trigrams of the company's name."""
        return trigrams(self.company_name)


def may_be_same(one: ComparedPledge, other: ComparedPledge) -> float | None:
    """Return how alike two pledges are, up to 1, where they may be the same promise of one event; else None."""
    if one.event_id is None or one.event_id != other.event_id:
        return None
    if one.job_type != other.job_type or abs(one.pledged_on - other.pledged_on) > _EVENING:
        return None
    terms = terms_likeness(one, other)
    if terms < SAME_TERMS:
        return None
    company = company_likeness(one, other)
    return terms * company if company >= SAME_NAME else None


def company_likeness(one: ComparedPledge, other: ComparedPledge) -> float:
    """Return how alike two companies are, from 0 to 1: by workplace, by the register, by number, then by name."""
    if None not in (one.company_p_number, other.company_p_number) and one.company_p_number != other.company_p_number:
        return 0.0
    for known in ((one.company_id, other.company_id), (one.cvr, other.cvr)):
        if None not in known:
            return float(known[0] == known[1])
    return similarity(one.trigrams, other.trigrams)


def terms_likeness(one: ComparedPledge, other: ComparedPledge) -> float:
    """Return how alike count, hours and tasks of two pledges are, from 0 to 1: the mean of the three."""
    positions = min(one.positions, other.positions) / max(one.positions, other.positions)
    apart = abs(one.hours_from - other.hours_from) + abs(one.hours_to - other.hours_to)
    hours = max(0.0, 1 - apart / max(one.hours_to, other.hours_to))
    # Whoever chose no task was in a hurry, and says nothing about them.
    tasks = len(one.tasks & other.tasks) / len(one.tasks | other.tasks) if one.tasks and other.tasks else 0.5
    return (positions + hours + tasks) / 3


def trigrams(name: str) -> frozenset[str]:
    """Return the trigrams of a name, as PostgreSQL's pg_trgm cuts them: of each word, with two blanks before it.

    Legal forms, accents and the order of words do not count; `Trælast` is `Traelast`.
    """
    return frozenset(
        padded[start : start + 3]
        for word in _words(name)
        for padded in (f"  {word} ",)
        for start in range(len(padded) - 2)
    )


def _words(name: str) -> Iterable[str]:
    spelled = " ".join(word for word in name_key(name).split() if word not in _LEGAL_FORMS).translate(_SPELLINGS)
    plain = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
    return _NO_WORD.sub(" ", plain).split()


def similarity(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the part of their trigrams that two names have in common."""
    return len(one & other) / len(one | other) if one and other else 0.0
