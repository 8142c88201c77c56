"""How much is measured: how often, with how many, and for how long at most."""

from __future__ import annotations

from dataclasses import dataclass

from deploy.local import ports


@dataclass(frozen=True)
class Plan:
    """What was chosen on the command line.

    Attributes:
        rounds: how often everything is measured, in turn with its floor.
        sizes: of the dashboard, in pledges, ascending.
        pledges: sent to the intake in each round, to each contender.
        steady_seconds: how long pledges come in at 50 a second, in each round.
    """

    rounds: int = 5
    sizes: tuple[int, ...] = (10_000, 100_000)
    pledges: int = 2_000
    steady_seconds: float = 10.0

    @staticmethod
    def in_turn(names: list[str], number: int) -> list[str]:
        """Return who measures when in round `number` (from 0): another one begins each time."""
        first = number % len(names)
        return names[first:] + names[:first]

    @staticmethod
    def free_port() -> int:
        """Return a port of this machine that nobody listens on."""
        return ports.any_free()
