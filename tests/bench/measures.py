"""Results, their floors and targets, and whether the targets were met."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

Unit = Literal["/s", "ms", "s", "KB", "MB", "%"]


@dataclass(frozen=True)
class Spread:
    """The results of several rounds of one measurement."""

    rounds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The median of the rounds."""
        return statistics.median(self.rounds)

    @property
    def lowest(self) -> float:
        """The lowest of the rounds."""
        return min(self.rounds)

    @property
    def highest(self) -> float:
        """The highest of the rounds. If it is far from the lowest, the machine was busy with something else."""
        return max(self.rounds)

    def over(self, floor: Spread) -> Spread:
        """Return the ratio to the floor, round by round, because the speed of a machine varies."""
        return Spread(tuple(mine / its for mine, its in zip(self.rounds, floor.rounds, strict=True)))

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "median": self.median,
            "lowest": self.lowest,
            "highest": self.highest,
            "rounds": list(self.rounds),
        }


@dataclass(frozen=True)
class Target:
    """A target.

    Attributes:
        bound: a ratio to the floor, or a figure in the unit of the measure.
        of_floor: whether it is a ratio, which is a minimum. A figure is a maximum.
    """

    bound: float
    of_floor: bool = False


@dataclass(frozen=True)
class Measure:
    """One line of the table.

    Attributes:
        section: `intake`, `arrival`, `figures`, `queue`, `imports`, `phone` or `local_run`.
        name: the measured quantity.
        floor_name: the floor that it is compared with.
        note: an explanation for readers.
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
        """The ratio to the floor."""
        return self.measured.over(self.floor) if self.floor is not None else None

    @property
    def met(self) -> bool | None:
        """Whether the median meets the target; None without a target."""
        if self.target is None:
            return None
        if not self.target.of_floor:
            return self.measured.median <= self.target.bound
        of_floor = self.of_floor
        assert of_floor is not None, self.name
        return of_floor.median >= self.target.bound

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
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
    """Return the spread of the rounds. Raises ValueError if there are none."""
    if not values:
        raise ValueError("nothing was measured")
    return Spread(tuple(values))
