"""What a fault is: what it hits, how it strikes, how it heals, and how often it has really fired."""

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
    """Something did not come back as it should have after a fault; the message says what."""


@dataclass
class Scene:
    """Where a fault strikes: everything runs, and the clients are at work.

    Attributes:
        chance: the run's own; everything a fault leaves to chance comes from it.
        notes: what is worth telling about this run, added to by the fault.
        patience: how many times as long as promised everything may take.
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
        """Sleep for between so many seconds; return how many."""
        seconds = self.chance.uniform(shortest, longest)
        await asyncio.sleep(seconds)
        return seconds

    async def ready(self, *, seconds: float = 60) -> float:
        """Wait until all eight processes are ready; return how many seconds it took.

        Raises:
            NotHealed: one is not within `seconds`, times the patience.
        """
        try:
            return await asyncio.to_thread(self.running.wait_until_ready, seconds=self.patience * seconds)
        except AssertionError as log_tail:
            raise NotHealed(str(log_tail)) from None

    async def until(self, met: Callable[[], Awaitable[bool]], *, seconds: float, every: float = 0.1) -> bool:
        """Wait until something is so; False when it is not within `seconds`, times the patience."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self.patience * seconds
        while not await met():
            if loop.time() > deadline:
                return False
            await asyncio.sleep(every)
        return True


@dataclass(frozen=True)
class Fault:
    """One way to break something.

    Attributes:
        kind: which way; faults of one kind differ in what they hit.
        hits: the process, link or server.
        strikes, heals: how, in words.
        act: strikes and heals, also when it is cancelled, and returns how often it has really fired: counted by
            what was seen from outside, never by what was ordered. 0 fails the run.
        duplicate_mails: how many mails may come twice for each time it fired.
        overtaking: whether new messages may come before old ones after it.
        impossible: why it cannot be done to this topology or on this machine, or None.
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
