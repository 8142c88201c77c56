"""Group commit: changes that are wanted at the same moment are made in one transaction.

What a transaction costs whatever is done in it (its round trips, the wait for the disk) is shared by all who wait.
Nobody waits for company: whoever comes first goes at once, and those who come meanwhile go together.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextvars import Context
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from shared.db.database import ACQUIRE_TIMEOUT_SECONDS, AWAY_ERRORS, INVALID_DATA_ERRORS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from uuid import UUID

    from shared.db.database import Connection, Database

Wanted = TypeVar("Wanted")
Outcome = TypeVar("Outcome")

QUEUE_SECONDS = ACQUIRE_TIMEOUT_SECONDS
"""Nobody waits longer for their turn than they would for a connection."""
LOCK_MILLISECONDS = 500
"""Nor do many wait longer for a row that somebody else holds and that one of them needs."""


class DatabaseAway(ConnectionError):
    """The database could not be reached, or not in time. Nobody knows whether the change was made: ask again."""


class Apart(Exception):
    """The transaction of several changes was undone, because of one of them, nobody says which: ask for each alone."""


@dataclass(slots=True)
class _Waiting(Generic[Wanted, Outcome]):
    taskforce_id: UUID
    wanted: Wanted
    outcome: asyncio.Future[Outcome]
    taken: bool = False

    def fail(self, error: Exception, cause: BaseException | None = None) -> None:
        """Tell who waits; an error of their own, for it becomes part of their request."""
        if not self.outcome.done():
            error.__cause__ = cause
            self.outcome.set_exception(error)
            # Or its words are logged, where they have gone in this very moment.
            self.outcome.exception()

    def give_up(self) -> None:
        """Their time in the queue is over."""
        if not self.taken:
            self.fail(DatabaseAway())


class GroupCommit(Generic[Wanted, Outcome]):
    """Makes changes of one kind, those of one taskforce that wait at the same moment in one transaction.

    Args:
        database: where.
        effect: given the transaction (`Database.change`, in which no lock is waited for longer than 0.5 s), the
            taskforce and what is wanted, makes the changes and returns their outcomes, in the same order. What it
            raises undoes them all.
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
        self._at_work = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def change(self, taskforce_id: UUID, wanted: Wanted) -> Outcome:
        """Return the outcome of one change, once it is committed.

        Raises:
            DatabaseAway: it is, or it was not this one's turn within 5 s.
            Apart: something was wrong with one of those that shared the transaction; nothing of any has changed.
        """
        loop = asyncio.get_running_loop()
        one: _Waiting[Wanted, Outcome] = _Waiting(taskforce_id, wanted, loop.create_future())
        self._waiting.append(one)
        if self._at_work < self._at_once:
            self._at_work += 1
            # What it says is about many requests, and not about this one.
            task = loop.create_task(self._work(), context=Context())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        patience = loop.call_later(QUEUE_SECONDS, one.give_up)
        try:
            return await one.outcome
        finally:
            patience.cancel()

    async def _work(self) -> None:
        try:
            while batch := self._next():
                await self._make(batch)
        finally:
            # In the same step in which nobody was waiting: whoever comes in the next one starts another.
            self._at_work -= 1

    async def _make(self, batch: Sequence[_Waiting[Wanted, Outcome]]) -> None:
        try:
            async with self._database.change(batch[0].taskforce_id) as conn:
                await conn.execute(f"set local lock_timeout = {LOCK_MILLISECONDS}")
                outcomes = await self._effect(conn, batch[0].taskforce_id, [one.wanted for one in batch])
                if len(outcomes) != len(batch):
                    raise ValueError("not an outcome for each")
        except BaseException as error:
            # Away, it would be so for each alone as well. A value that the driver does not take is none of it.
            away = not isinstance(error, Exception) or (
                isinstance(error, AWAY_ERRORS) and not isinstance(error, INVALID_DATA_ERRORS)
            )
            for one in batch:
                one.fail(DatabaseAway() if away else Apart(), error)
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
            if together and one.taskforce_id != together[0].taskforce_id:
                others.append(one)
                continue
            one.taken = True
            together.append(one)
        self._waiting.extendleft(reversed(others))
        return together
