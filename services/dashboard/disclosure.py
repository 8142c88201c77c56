"""Disclosure control: hides small counts in what is published, so that nothing that is shown gives them away.

A count of 1 to 4 persons, or of 1 to 2 companies, is hidden. If it followed from what is still shown, such as a total
and its other parts, further counts are hidden with it, until it does not follow. A hidden count looks the same whatever
the reason, and 0 is always shown. A viewer who knows all this knows of a hidden count that it is a whole number of at
least 1.

Everything here is computed exactly and without I/O, and the same counts give the same answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING, Final

from services.dashboard.linear_programs import Constraint, Infeasible, extremes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

PERSONS: Final = 5
"""The smallest count of persons above 0 that is shown, unless a setting says otherwise."""
COMPANIES: Final = 3
"""The smallest count of companies above 0 that is shown, unless a setting says otherwise."""
TOTAL: Final = "total"
"""The key of the total in the answer of `hide_small`."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """Stands where a count is not shown. It does not tell a small count from one that is hidden to protect it."""


HIDDEN: Final = Hidden()


@dataclass(frozen=True, slots=True)
class Relation:
    """A linear relation that everybody knows: counts times their `coefficients` add up to `value`."""

    coefficients: Mapping[str, int] = field(hash=False)
    value: int = 0


@dataclass(frozen=True, slots=True)
class Range:
    """What can be inferred about a hidden count: that it lies between two numbers, both included.

    Attributes:
        most: None if there is no upper limit.
    """

    cell: str
    least: int
    most: int | None

    @property
    def value(self) -> int | None:
        """The count itself if it can be inferred, else None."""
        return self.least if self.least == self.most else None


def is_small(count: int, *, smallest: int = PERSONS) -> bool:
    """Whether a count must be hidden: from 1 to below `smallest`."""
    return 0 < count < smallest


def ranges(relations: Iterable[Relation], *, least: int = 1) -> dict[str, Range]:
    """Return what can be inferred about each count in the relations, if each is a whole number of at least `least`.

    The limits are those of exact linear programming, rounded to whole numbers.

    Raises:
        Infeasible: no such numbers satisfy the relations, so somebody has made a mistake.
    """
    relations = list(relations)
    if len(relations) == 1 and set(relations[0].coefficients.values()) in ({1}, {-1}):
        return _ranges_of_sum(relations[0], least)
    constraints = [
        # Counted from `least`, so that every variable is at least 0.
        Constraint(dict(relation.coefficients), Fraction(relation.value - least * sum(relation.coefficients.values())))
        for relation in relations
    ]
    found = {}
    for cell, (low, high) in extremes(constraints).items():
        found[cell] = Range(cell, ceil(low) + least, None if high is None else floor(high) + least)
    return found


def _ranges_of_sum(relation: Relation, least: int) -> dict[str, Range]:
    """Return the ranges of counts of which only the sum is known. It takes no program, whatever their number."""
    total = relation.value * next(iter(relation.coefficients.values()))
    others = least * (len(relation.coefficients) - 1)
    if total < others + least:
        raise Infeasible("the sum is less than its parts are at least")
    alone = len(relation.coefficients) == 1
    return {cell: Range(cell, total if alone else least, total - others) for cell in relation.coefficients}


def audit(relations: Iterable[Relation], *, smallest: int = PERSONS, least: int = 1) -> tuple[Range, ...]:
    """Return every small count that follows from the relations: of a hidden count, or of a sum of hidden counts.

    Args:
        relations: all that is published, with the hidden counts as the only unknowns.
        smallest: the smallest count above 0 that may be known.
        least: what every hidden count is at least, as everybody knows.

    Raises:
        Infeasible: no such numbers satisfy the relations, so somebody has made a mistake.
    """
    relations = list(relations)
    counts = [one for one in ranges(relations, least=least).values() if is_small(one.value or 0, smallest=smallest)]
    sums = [
        Range(" + ".join(sorted(relation.coefficients)), abs(relation.value), abs(relation.value))
        for relation in relations
        if len(relation.coefficients) > 1
        and set(relation.coefficients.values()) in ({1}, {-1})
        and is_small(abs(relation.value), smallest=smallest)
    ]
    return tuple(sorted(counts + sums, key=lambda one: one.cell))


def hide(
    counts: Mapping[str, int],
    relations: Sequence[Mapping[str, int]],
    *,
    smallest: int = PERSONS,
    last: Sequence[str] = (),
) -> dict[str, int | Hidden]:
    """Hide the small counts of a table, and as few others as protect them.

    Args:
        counts: every count that could be shown, totals included.
        relations: the coefficients with which counts add up to 0, such as `{"a": 1, "b": 1, "total": -1}`. Counts may
            be in several relations, as in a table with totals of its rows and its columns.
        smallest: the smallest count above 0 that is shown.
        last: counts to be hidden to protect others only if nothing else does, such as totals.

    Raises:
        ValueError: a count is negative, or the counts do not satisfy a relation.
    """
    if any(count < 0 for count in counts.values()):
        raise ValueError("counts are not negative")
    if any(sum(counts[cell] * by for cell, by in relation.items()) for relation in relations):
        raise ValueError("the counts do not satisfy the relations")
    hidden = {cell for cell, count in counts.items() if is_small(count, smallest=smallest)}
    while True:
        published = [_published(relation, counts, hidden) for relation in relations]
        leaks = audit((each for each in published if each.coefficients), smallest=smallest)
        exposed = {cell for leak in leaks for cell in leak.cell.split(" + ")}
        protecting = _choose(exposed, counts, relations, hidden, last)
        if protecting is None:
            return {cell: HIDDEN if cell in hidden else count for cell, count in counts.items()}
        hidden.add(protecting)


def hide_small(values: Mapping[str, int], *, total_shown: bool, smallest: int = PERSONS) -> dict[str, int | Hidden]:
    """Hide the small counts of a list, and what would give them away.

    Args:
        values: the counts; none has the key `TOTAL`.
        total_shown: whether the viewer knows the total of the list, also from somewhere else. The answer then has the
            key `TOTAL`, too: it says whether the total can be shown.
        smallest: the smallest count above 0 that is shown.
    """
    if not total_shown:
        return hide(values, [], smallest=smallest)
    counts = {**values, TOTAL: sum(values.values())}
    return hide(counts, [{**dict.fromkeys(values, 1), TOTAL: -1}], smallest=smallest, last=(TOTAL,))


def _published(relation: Mapping[str, int], counts: Mapping[str, int], hidden: set[str]) -> Relation:
    """Return what a relation of the table says about its hidden counts."""
    shown = sum(counts[cell] * by for cell, by in relation.items() if cell not in hidden)
    return Relation({cell: by for cell, by in relation.items() if cell in hidden}, -shown)


def _choose(
    exposed: set[str],
    counts: Mapping[str, int],
    relations: Sequence[Mapping[str, int]],
    hidden: set[str],
    last: Sequence[str],
) -> str | None:
    """Return the count to be hidden next to protect those that are exposed; None if nothing is exposed or helps."""
    if not exposed:
        return None
    shown = {cell for cell, count in counts.items() if count and cell not in hidden}
    beside = {cell for relation in relations if exposed & relation.keys() for cell in relation if cell in shown}
    return min(beside or shown, key=lambda cell: (cell in last, counts[cell], cell), default=None)


__all__ = [
    "COMPANIES",
    "HIDDEN",
    "PERSONS",
    "TOTAL",
    "Hidden",
    "Infeasible",
    "Range",
    "Relation",
    "audit",
    "hide",
    "hide_small",
    "is_small",
    "ranges",
]
