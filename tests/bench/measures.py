"""What was measured, the floor beside it, what was to be reached, and whether it was."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

Unit = Literal["/s", "ms", "s", "MB", "%"]


@dataclass(frozen=True)
class Spread:
    """The same thing, measured in several rounds."""

    rounds: tuple[float, ...]

    @property
    def median(self) -> float:
        """What to quote."""
        return statistics.median(self.rounds)

    @property
    def lowest(self) -> float:
        """The lowest of the rounds."""
        return min(self.rounds)

    @property
    def highest(self) -> float:
        """The highest of the rounds: far from the lowest, the machine was busy with something else."""
        return max(self.rounds)

    def over(self, floor: Spread) -> Spread:
        """Round by round, for a machine's speed drifts."""
        return Spread(tuple(mine / its for mine, its in zip(self.rounds, floor.rounds, strict=True)))

    def as_json(self) -> dict[str, Any]:
        """Return it for programs."""
        return {
            "median": self.median,
            "lowest": self.lowest,
            "highest": self.highest,
            "rounds": list(self.rounds),
        }


@dataclass(frozen=True)
class Target:
    """What is to be reached.

    Attributes:
        bound: a share of the floor, or a figure in the measure's unit.
        of_floor: whether it is a share: then at least that much. A figure is to be at most that much.
    """

    bound: float
    of_floor: bool = False


@dataclass(frozen=True)
class Measure:
    """One line of the table.

    Attributes:
        section: `intake`, `arrival`, `figures` or `local_run`.
        name: what was measured.
        floor_name: what it stands beside.
        note: what one must know to read it.
    """

    section: str
    name: str
    unit: Unit
    measured: Spread
    floor_name: str | None = None
    floor: Spread | None = None
    target: Target | None = None
    note: str = ""
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def of_floor(self) -> Spread | None:
        """How many times the floor it is."""
        return self.measured.over(self.floor) if self.floor is not None else None

    @property
    def met(self) -> bool | None:
        """Whether the target was reached, by the median; None where there is none."""
        if self.target is None:
            return None
        if not self.target.of_floor:
            return self.measured.median <= self.target.bound
        of_floor = self.of_floor
        assert of_floor is not None, self.name
        return of_floor.median >= self.target.bound

    def as_json(self) -> dict[str, Any]:
        """Return it for programs."""
        return {
            "section": self.section,
            "name": self.name,
            "unit": self.unit,
            "measured": self.measured.as_json(),
            "floor_name": self.floor_name,
            "floor": self.floor.as_json() if self.floor else None,
            "of_floor": self.of_floor.as_json() if self.of_floor else None,
            "target": {"bound": self.target.bound, "of_floor": self.target.of_floor} if self.target else None,
            "met": self.met,
            "note": self.note,
            "detail": self.detail,
        }


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest of `values` that at least `share` of them do not exceed.

    Args:
        share: from 0 (without) to 1.
    """
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def spread(values: Sequence[float]) -> Spread:
    """Return the rounds as they were measured. Raises ValueError where there was none."""
    if not values:
        raise ValueError("nothing was measured")
    return Spread(tuple(values))
