"""The plan of a run: rounds, sizes and durations."""

from __future__ import annotations

from dataclasses import dataclass

from deploy.local import ports


@dataclass(frozen=True)
class Plan:
    """The options of the command line.

    Attributes:
        rounds: how often everything is measured, alternating with its floor.
        sizes: the sizes of the dashboard in pledges, ascending.
        pledges: the pledges sent to each contender in a round of the intake.
        steady_seconds: how long pledges are sent at 50 a second in each round.
    """

    rounds: int = 5
    sizes: tuple[int, ...] = (10_000, 100_000)
    pledges: int = 2_000
    steady_seconds: float = 10.0

    @staticmethod
    def in_turn(names: list[str], number: int) -> list[str]:
        """Return the order of the contenders in round `number` (from 0); another one begins each time."""
        first = number % len(names)
        return names[first:] + names[:first]

    @staticmethod
    def free_port() -> int:
        """Return a free port."""
        return ports.any_free()
