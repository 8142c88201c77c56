"""Linear programming in exact fractions: between which limits each unknown lies.

The simplex method with Bland's rule, which always ends. For some dozens of unknowns; it makes no use of sparsity.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_ZERO = Fraction(0)


class Infeasible(ValueError):
    """No numbers of at least 0 satisfy the constraints."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """The unknowns times their `coefficients` add up to `value`."""

    coefficients: Mapping[str, int] = field(hash=False)
    value: Fraction


def extremes(constraints: Sequence[Constraint]) -> dict[str, tuple[Fraction, Fraction | None]]:
    """Return the smallest and the largest value of each unknown, all of them at least 0; None: no upper limit.

    Raises:
        Infeasible: the constraints contradict each other.
    """
    unknowns = sorted({name for each in constraints for name in each.coefficients})
    tableau = _Tableau.feasible(constraints, unknowns)
    found = {}
    for column, name in enumerate(unknowns):
        low = tableau.minimum({column: Fraction(1)})
        high = tableau.minimum({column: Fraction(-1)})
        # An unknown of at least 0 has a minimum.
        found[name] = (low or _ZERO, None if high is None else -high)
    return found


class _Tableau:
    """Constraints solved for one unknown each, the basic ones. A row is its coefficients, then its value."""

    def __init__(self, rows: list[list[Fraction]], basis: list[int], width: int) -> None:
        self._rows = rows
        self._basis = basis
        self._width = width

    @classmethod
    def feasible(cls, constraints: Sequence[Constraint], unknowns: Sequence[str]) -> _Tableau:
        """Return a tableau whose basic solution satisfies the constraints, by a first phase with more unknowns."""
        width = len(unknowns)
        height = len(constraints)
        rows = []
        for number, constraint in enumerate(constraints):
            sign = -1 if constraint.value < 0 else 1
            row = [Fraction(sign * constraint.coefficients.get(name, 0)) for name in unknowns]
            row += [Fraction(int(number == other)) for other in range(height)]
            rows.append([*row, sign * constraint.value])
        tableau = cls(rows, list(range(width, width + height)), width + height)
        if tableau.minimum({column: Fraction(1) for column in range(width, width + height)}) != 0:
            raise Infeasible("the relations contradict each other")
        tableau._drop_artificial(width)
        return tableau

    def minimum(self, objective: Mapping[int, Fraction]) -> Fraction | None:
        """Move to a solution with the smallest sum of the objective and return that sum; None if there is no limit."""
        costs = [objective.get(column, _ZERO) for column in range(self._width)]
        while True:
            entering = next(
                (column for column in range(self._width) if self._reduced_cost(costs, column) < 0),
                None,
            )
            if entering is None:
                return sum((costs[self._basis[i]] * row[-1] for i, row in enumerate(self._rows)), _ZERO)
            ratios = [
                (row[-1] / row[entering], self._basis[i], i) for i, row in enumerate(self._rows) if row[entering] > 0
            ]
            if not ratios:
                return None
            self._pivot(min(ratios)[2], entering)

    def _reduced_cost(self, costs: Sequence[Fraction], column: int) -> Fraction:
        return costs[column] - sum(
            (costs[self._basis[i]] * row[column] for i, row in enumerate(self._rows) if row[column]), _ZERO
        )

    def _pivot(self, leaving: int, entering: int) -> None:
        pivot = self._rows[leaving][entering]
        self._rows[leaving] = [value / pivot for value in self._rows[leaving]]
        for i, row in enumerate(self._rows):
            if i != leaving and row[entering]:
                by = row[entering]
                self._rows[i] = [value - by * other for value, other in zip(row, self._rows[leaving], strict=True)]
        self._basis[leaving] = entering

    def _drop_artificial(self, width: int) -> None:
        """Take the artificial unknowns out, which are all 0 now, and with them the constraints that say nothing new."""
        for i in range(len(self._rows)):
            if self._basis[i] >= width:
                real = next((column for column in range(width) if self._rows[i][column]), None)
                if real is not None:
                    self._pivot(i, real)
        kept = [i for i, column in enumerate(self._basis) if column < width]
        self._rows = [self._rows[i][:width] + self._rows[i][-1:] for i in kept]
        self._basis = [self._basis[i] for i in kept]
        self._width = width
