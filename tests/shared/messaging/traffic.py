"""Publishes changes at a steady pace while something is broken, and checks the effect of each."""

from __future__ import annotations

import asyncio
import itertools
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self
from uuid import UUID, uuid4

from deploy import topic_contents
from shared.contracts.events import CompanyRegistered
from tests.faults.broker_log import header
from tests.shared.messaging.conftest import company, publish
from tests.support.waiting import PATIENCE_SECONDS, eventually

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.db.database import Database

COMPANIES = 24


@dataclass(frozen=True)
class Effect:
    """One row of the effects."""

    company_id: UUID
    version: int
    at: datetime
    worker: str
    """which of several, by its name in PostgreSQL"""


@dataclass(frozen=True)
class Outcome:
    """The effects of the changes, and the records on the broker."""

    changes: int
    effects: Sequence[Effect]
    """in the order they came"""
    lost: int
    """changes without an effect"""
    unexpected: int
    """effects without a change"""
    out_of_order: int
    """effects that came behind a later one of the same company"""
    overtaken: int
    """records on the broker of which the first copy lies behind a later version of the same company"""
    copies: int
    """records on the broker beyond the first of each change"""

    @property
    def flawless(self) -> bool:
        """Whether everything came once and in order."""
        return (self.lost, self.unexpected, self.out_of_order, self.overtaken) == (0, 0, 0, 0)

    def silence(self) -> float:
        """The longest time between two effects, in seconds."""
        return max((b.at - a.at).total_seconds() for a, b in itertools.pairwise(self.effects))

    def longest_wait(self, since: datetime, until: datetime) -> float:
        """The longest time that one company went without an effect, in seconds, between two moments."""
        moments: dict[UUID, list[datetime]] = defaultdict(list)
        for effect in self.effects:
            if since <= effect.at <= until:
                moments[effect.company_id].append(effect.at)
        return max(
            (b - a).total_seconds()
            for of_one in moments.values()
            for a, b in itertools.pairwise([since, *of_one, until])
        )

    def first_after(self, moment: datetime) -> float:
        """Seconds from `moment` to the next effect."""
        return min((effect.at - moment).total_seconds() for effect in self.effects if effect.at > moment)


class Traffic:
    """Use it as a context manager: it writes for as long as the block lasts.

    Args:
        database: the publisher's, with the table of effects.
        per_second: how many changes, each of another company in turn.
    """

    def __init__(self, database: Database, taskforce_id: UUID, *, per_second: float = 40) -> None:
        self._database = database
        self._taskforce_id = taskforce_id
        self._pause = 1 / per_second
        self._companies = [uuid4() for _ in range(COMPANIES)]
        self._writing: asyncio.Task[None] | None = None
        self.committed: set[tuple[UUID, int]] = set()

    async def __aenter__(self) -> Self:
        self._writing = asyncio.create_task(self._write())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._writing is not None
        self._writing.cancel()
        await asyncio.gather(self._writing, return_exceptions=True)

    async def _write(self) -> None:
        for version in itertools.count(1):
            for company_id in self._companies:
                change = company(self._taskforce_id, company_id, version)
                # To be counted as committed is not to be cancelled between the commit and the count.
                await asyncio.shield(asyncio.ensure_future(self._commit(change)))
                await asyncio.sleep(self._pause)

    async def _commit(self, change: CompanyRegistered) -> None:
        await publish(self._database, change)
        self.committed.add((change.company_id, change.version))

    async def effects(self) -> list[Effect]:
        """The effects so far."""
        found = await self._database.pool.fetch("select company_id, version, at, worker from effects order by number")
        return [Effect(*row) for row in found]

    async def pending(self) -> int:
        """How many changes do not count as published."""
        return int(await self._database.pool.fetchval("select count(*) from outbox where published_at is null"))

    async def flows(self, *workers: str, seconds: float = PATIENCE_SECONDS) -> None:
        """Return once effects keep coming, from each of `workers` if any are named."""
        since = datetime.now(UTC)

        async def all_of_them() -> bool:
            fresh = [effect for effect in await self.effects() if effect.at > since]
            return len(fresh) >= COMPANIES and {effect.worker for effect in fresh} >= set(workers)

        await eventually(all_of_them, seconds=seconds)

    async def outcome(self, bootstrap_servers: str, *, seconds: float = 60) -> Outcome:
        """Wait until everything has come, at most `seconds`, and say what came. Call it behind the block."""

        async def everything() -> bool:
            return not await self.pending() and len(await self.effects()) >= len(self.committed)

        await eventually(everything, seconds=seconds)
        effects = await self.effects()
        found = [(effect.company_id, effect.version) for effect in effects]
        on_broker = await on_the_broker(bootstrap_servers)
        return Outcome(
            changes=len(self.committed),
            effects=effects,
            lost=len(self.committed - set(found)),
            unexpected=len(set(found) - self.committed),
            out_of_order=late(found),
            overtaken=late(list(dict.fromkeys(on_broker))),
            copies=len(on_broker) - len(set(on_broker)),
        )


async def on_the_broker(bootstrap_servers: str) -> list[tuple[UUID, int]]:
    """The company and version of each record on the broker, each partition in its order."""
    return [
        (UUID((record.key or b"").decode()), int(header(record, "ce_aggregateversion")))
        async for records in topic_contents.read(bootstrap_servers)
        for record in records
        if record.topic == CompanyRegistered.topic()
    ]


def late(versions: Sequence[tuple[UUID, int]]) -> int:
    """How many come behind a later version of the same company."""
    highest: dict[UUID, int] = defaultdict(int)
    count = 0
    for company_id, version in versions:
        count += version < highest[company_id]
        highest[company_id] = max(highest[company_id], version)
    return count
