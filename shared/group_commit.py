"""Group commit: changes that are wanted at the same moment are made in one transaction.

What a transaction costs whatever is done in it (its round trips, the wait for the disk) is shared by all who wait.
Nobody waits for company: whoever comes first goes at once, and those who come meanwhile go together.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from shared.postgres import TRANSIENT_ERRORS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from uuid import UUID

    from shared.postgres import Connection, Database

Wanted = TypeVar("Wanted")
Outcome = TypeVar("Outcome")


@dataclass(slots=True)
class _Waiting(Generic[Wanted, Outcome]):
    taskforce_id: UUID
    wanted: Wanted
    outcome: asyncio.Future[Outcome]

    def fail(self, error: BaseException) -> None:
        if not self.outcome.done():
            self.outcome.set_exception(error)


class GroupCommit(Generic[Wanted, Outcome]):
    """Makes changes of one kind, those of one taskforce that wait at the same moment in one transaction.

    Args:
        database: where.
        effect: given the transaction (`Database.change`), the taskforce and what is wanted, makes the changes and
            returns their outcomes, in the same order. What it raises undoes them all, and everybody is told.
        most: how many share a transaction at most.
        at_once: how many transactions are under way at once.
    """

    def __init__(
        self,
        database: Database,
        effect: Callable[[Connection, UUID, Sequence[Wanted]], Awaitable[Sequence[Outcome]]],
        *,
        most: int = 50,
        at_once: int = 2,
    ) -> None:
        self._database = database
        self._effect = effect
        self._most = most
        self._at_once = at_once
        self._waiting: deque[_Waiting[Wanted, Outcome]] = deque()
        self._at_work: set[asyncio.Task[None]] = set()

    async def change(self, taskforce_id: UUID, wanted: Wanted) -> Outcome:
        """Return the outcome of one change, once it is committed. Raises what `effect` or the database raised."""
        loop = asyncio.get_running_loop()
        one: _Waiting[Wanted, Outcome] = _Waiting(taskforce_id, wanted, loop.create_future())
        self._waiting.append(one)
        if len(self._at_work) < self._at_once:
            task = loop.create_task(self._work())
            self._at_work.add(task)
            task.add_done_callback(self._at_work.discard)
        return await one.outcome

    async def _work(self) -> None:
        while batch := self._next():
            try:
                async with self._database.change(batch[0].taskforce_id) as conn:
                    outcomes = await self._effect(conn, batch[0].taskforce_id, [one.wanted for one in batch])
            except BaseException as error:
                if isinstance(error, TRANSIENT_ERRORS):
                    # Who waits behind them would meet the same, and only later.
                    batch += self._waiting
                    self._waiting.clear()
                for one in batch:
                    one.fail(error)
                if not isinstance(error, Exception):
                    raise
            else:
                for one, outcome in zip(batch, outcomes, strict=True):
                    if not one.outcome.done():
                        one.outcome.set_result(outcome)

    def _next(self) -> list[_Waiting[Wanted, Outcome]]:
        """Take the first that wait for the same taskforce as the one who has waited longest."""
        together: list[_Waiting[Wanted, Outcome]] = []
        others: list[_Waiting[Wanted, Outcome]] = []
        while self._waiting and len(together) < self._most:
            one = self._waiting.popleft()
            if one.outcome.done():  # whoever asked has gone
                continue
            same = not together or one.taskforce_id == together[0].taskforce_id
            (together if same else others).append(one)
        self._waiting.extendleft(reversed(others))
        return together
