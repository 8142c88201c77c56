"""The definition of a fault: its target, effect, recovery, and how often it took effect."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from tests.faults.ledger import Clients
    from tests.support.topology import Topology


class NotHealed(Exception):
    """Something did not recover after a fault; the message says what."""


@dataclass
class Scene:
    """The environment of a fault: a running deployment and working clients.

    Attributes:
        chance: the run's random generator, which decides everything random in a fault.
        notes: remarks of the fault about this run.
        patience: the factor by which all promised times are multiplied.
    """

    running: Topology
    taskforce: UUID
    clients: Clients
    chance: random.Random
    notes: list[str] = field(default_factory=list)
    patience: float = 1.0

    def note(self, text: str) -> None:
        """Add to the notes."""
        self.notes.append(text)

    async def a_while(self, shortest: float, longest: float) -> float:
        """Sleep for a random time between the two; return the seconds."""
        seconds = self.chance.uniform(shortest, longest)
        await asyncio.sleep(seconds)
        return seconds

    async def ready(self, *, seconds: float = 60) -> float:
        """Wait until all eight processes are ready; return how many seconds it took.

        Raises:
            NotHealed: one is not ready within `seconds`, times the patience.
        """
        try:
            return await asyncio.to_thread(self.running.wait_until_ready, seconds=self.patience * seconds)
        except AssertionError as log_tail:
            raise NotHealed(str(log_tail)) from None

    async def until(self, met: Callable[[], Awaitable[bool]], *, seconds: float, every: float = 0.1) -> bool:
        """Wait until `met` returns true; return False if it does not within `seconds`, times the patience."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self.patience * seconds
        while not await met():
            if loop.time() > deadline:
                return False
            await asyncio.sleep(every)
        return True


@dataclass(frozen=True)
class Fault:
    """A fault.

    Attributes:
        kind: the kind; faults of one kind differ in their targets.
        hits: the target: a process, link or server.
        strikes, heals: descriptions of the effect and the recovery.
        act: injects the fault and recovers, even when cancelled; returns how often the fault took effect, as observed
        from outside. 0 fails the run.
        duplicate_mails: how many mails may arrive twice for each time it took effect.
        overtaking: whether new messages may arrive before older ones afterwards.
        impossible: why it is impossible in this topology or on this machine, or None.
    """

    kind: str
    hits: str
    strikes: str
    heals: str
    act: Callable[[Scene], Awaitable[int]]
    duplicate_mails: int = 0
    overtaking: bool = False
    impossible: Callable[[Topology], str | None] = lambda _: None

    @property
    def name(self) -> str:
        """E.g. `kill: pledges-worker`."""
        return f"{self.kind}: {self.hits}"
