"""Group commit: changes that wait at the same moment share one transaction.

They share the fixed cost of a transaction: its round trips and the wait for the disk. No change waits for others to
come: the first one starts at once, and those that come meanwhile form the next batch.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextvars import Context
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from shared.db.database import ACQUIRE_TIMEOUT_SECONDS, INVALID_DATA_ERRORS, UNAVAILABLE_ERRORS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from uuid import UUID

    from shared.db.database import Connection, Database

Change = TypeVar("Change")
Outcome = TypeVar("Outcome")

QUEUE_SECONDS = ACQUIRE_TIMEOUT_SECONDS
"""The longest wait in the queue; the same as for a database connection."""
LOCK_MILLISECONDS = 500
"""The longest wait of a batch for a locked row."""


class DatabaseUnavailable(ConnectionError):
    """The database could not be reached in time. Whether the change was committed is unknown: send it again."""


class BatchFailed(Exception):
    """The batch was rolled back because of one of its changes. Make each change in a transaction of its own."""


@dataclass(slots=True)
class _Waiting(Generic[Change, Outcome]):
    taskforce_id: UUID
    change: Change
    outcome: asyncio.Future[Outcome]
    taken: bool = False

    def fail(self, error: Exception, cause: BaseException | None = None) -> None:
        """Raise the error where the change is awaited. Each waiter needs its own error object."""
        if not self.outcome.done():
            error.__cause__ = cause
            self.outcome.set_exception(error)
            # Mark it as retrieved: asyncio logs it otherwise when the waiter was cancelled meanwhile.
            self.outcome.exception()

    def give_up(self) -> None:
        """Fail the change if it is still in the queue."""
        if not self.taken:
            self.fail(DatabaseUnavailable())


class GroupCommit(Generic[Change, Outcome]):
    """Makes changes of one kind in batches; a batch holds changes of one taskforce.

    Args:
        database: the database.
        effect: takes a connection in a transaction of `Database.change` (lock timeout 0.5 s), the taskforce and the
            changes; makes them and returns their outcomes in the same order. An error rolls the batch back.
        max_batch: the largest number of changes in a batch.
        max_transactions: the largest number of transactions at the same time.
    """

    def __init__(
        self,
        database: Database,
        effect: Callable[[Connection, UUID, Sequence[Change]], Awaitable[Sequence[Outcome]]],
        *,
        max_batch: int = 50,
        max_transactions: int = 2,
    ) -> None:
        self._database = database
        self._effect = effect
        self._max_batch = max_batch
        self._max_transactions = max_transactions
        self._waiting: deque[_Waiting[Change, Outcome]] = deque()
        self._running = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def change(self, taskforce_id: UUID, change: Change) -> Outcome:
        """Make one change and return its outcome after the commit.

        Raises:
            DatabaseUnavailable: the database is unavailable, or the change was in the queue for 5 s.
            BatchFailed: one of the changes in the batch failed; none of them was made.
        """
        loop = asyncio.get_running_loop()
        one: _Waiting[Change, Outcome] = _Waiting(taskforce_id, change, loop.create_future())
        self._waiting.append(one)
        if self._running < self._max_transactions:
            self._running += 1
            # A context of its own: its log lines are about many requests.
            task = loop.create_task(self._run(), context=Context())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        timeout = loop.call_later(QUEUE_SECONDS, one.give_up)
        try:
            return await one.outcome
        finally:
            timeout.cancel()

    async def _run(self) -> None:
        try:
            while batch := self._next():
                await self._commit(batch)
        finally:
            # Without an await since the queue was found empty, so a change that comes later starts a new task.
            self._running -= 1

    async def _commit(self, batch: Sequence[_Waiting[Change, Outcome]]) -> None:
        try:
            async with self._database.change(batch[0].taskforce_id) as conn:
                await conn.execute(f"set local lock_timeout = {LOCK_MILLISECONDS}")
                outcomes = await self._effect(conn, batch[0].taskforce_id, [one.change for one in batch])
                if len(outcomes) != len(batch):
                    raise ValueError("the effect returned another number of outcomes")
        except BaseException as error:
            # When the database is unavailable, each change alone would fail, too. A value that the driver rejects is
            # the fault of one change.
            unavailable = not isinstance(error, Exception) or (
                isinstance(error, UNAVAILABLE_ERRORS) and not isinstance(error, INVALID_DATA_ERRORS)
            )
            for one in batch:
                one.fail(DatabaseUnavailable() if unavailable else BatchFailed(), error)
            if not isinstance(error, Exception):
                raise
        else:
            for one, outcome in zip(batch, outcomes, strict=True):
                if not one.outcome.done():
                    one.outcome.set_result(outcome)

    def _next(self) -> list[_Waiting[Change, Outcome]]:
        """Take the next batch: the first changes that have the same taskforce as the one that has waited longest."""
        batch: list[_Waiting[Change, Outcome]] = []
        others: list[_Waiting[Change, Outcome]] = []
        while self._waiting and len(batch) < self._max_batch:
            one = self._waiting.popleft()
            if one.outcome.done():  # the request was cancelled
                continue
            if batch and one.taskforce_id != batch[0].taskforce_id:
                others.append(one)
                continue
            one.taken = True
            batch.append(one)
        self._waiting.extendleft(reversed(others))
        return batch
