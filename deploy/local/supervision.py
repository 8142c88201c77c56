"""Restarts the child processes of a local run, and fills the broker again, because it keeps nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import asyncpg
import structlog
from aiokafka.errors import KafkaError

from deploy.local.broker import BrokerFailed, EmbeddedBroker
from deploy.local.ports import PortTaken
from deploy.local.postgres import EmbeddedPostgres, PostgresFailed
from deploy.local.topics import start_with_topics
from shared.db.database import OUTBOX_CHANNEL, TRANSIENT_ERRORS
from shared.messaging.lag import group_lags
from shared.messaging.replay import replay_unsettled, settle

_LOOK_SECONDS = 0.1
_SETTLE_SECONDS = 5.0
_PAUSE_SECONDS = 1.0  # after a restart that failed

_AWAY: tuple[type[BaseException], ...] = (KafkaError, asyncpg.PostgresError, *TRANSIENT_ERRORS)
_NOT_REPLACED: tuple[type[BaseException], ...] = (BrokerFailed, PortTaken, *_AWAY)

# The time of the query, if there are published rows that are not settled.
_LAST_PUBLISHED = """
    select clock_timestamp()
     where exists (
           select
             from outbox
            where settled_at is null
              and published_at is not null
           )
"""

_log = structlog.get_logger(__name__)


class Supervisor:
    """Restarts PostgreSQL and the broker when they die, and fills the broker from the services' outboxes.

    The embedded broker loses everything when its process ends, and producers do not notice. So after each start of the
    broker, everything that is not known to have been applied by every consumer is published again. Every few seconds,
    when all consumers have caught up, the applied messages are marked as settled, so that a start does not take longer
    with age.

    Args:
        postgres: the server, running.
        broker: the broker, running with its topics.
        databases: connection URL of each service's app role, by service.
    """

    def __init__(self, postgres: EmbeddedPostgres, broker: EmbeddedBroker, databases: Mapping[str, str]) -> None:
        self._postgres = postgres
        self._broker = broker
        self._databases = databases
        self._broker_lock = asyncio.Lock()
        self._groups: Mapping[str, Collection[str]] = {}

    async def replay(self) -> int:
        """Mark everything that is not settled as unpublished; return the number of messages."""
        counts = await asyncio.gather(*(self._replay(service) for service in self._databases))
        return sum(counts)

    @asynccontextmanager
    async def supervising(self, groups: Mapping[str, Collection[str]]) -> AsyncIterator[None]:
        """Supervise inside the block.

        Args:
            groups: every consumer group with its topics; nothing is settled before all are at the end.
        """
        self._groups = groups
        tasks = [
            asyncio.create_task(watch(), name=f"supervisor {watch.__name__}")
            for watch in (self._supervise_postgres, self._supervise_broker, self._settle_regularly)
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _supervise_postgres(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            if self._postgres.alive():
                continue
            _log.warning("postgres.died")
            try:
                await asyncio.to_thread(self._postgres.restart)
                _log.info("postgres.restarted")
            except (PostgresFailed, PortTaken) as error:
                _log.error("postgres.not_restarted", error=str(error))
                await asyncio.sleep(_PAUSE_SECONDS)

    async def _supervise_broker(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            if self._broker.alive():
                continue
            _log.warning("broker.died")
            async with self._broker_lock:
                await self._replace_broker()

    async def _replace_broker(self) -> None:
        while True:
            try:
                await start_with_topics(self._broker)
                _log.info("broker.replaced", messages=await self.replay())
                return
            except _NOT_REPLACED as error:
                # Without a replay the broker does not count as replaced: the next check starts over.
                _log.error("broker.not_replaced", error=str(error) or type(error).__name__)
                await asyncio.to_thread(self._broker.kill)
                await asyncio.sleep(_PAUSE_SECONDS)

    async def _settle_regularly(self) -> None:
        while True:
            await asyncio.sleep(_SETTLE_SECONDS)
            try:
                async with self._broker_lock:
                    await self._settle()
            except _AWAY as error:
                _log.info("outbox.not_settled", error=type(error).__name__)

    async def _settle(self) -> None:
        """Mark messages as settled that were published before a time at which every group was seen at the end."""
        broker = self._broker.pid
        moments = {service: await self._query(service, _LAST_PUBLISHED) for service in self._databases}
        if broker is None or not any(moments.values()):
            return
        lags = await group_lags(self._broker.bootstrap_servers, self._groups)
        # A new, empty broker would show no lag either.
        if any(lags.values()) or self._broker.pid != broker:
            return
        for service, moment in moments.items():
            if moment is not None:
                async with self._connection(service) as connection:
                    await settle(connection, published_before=moment)

    async def _replay(self, service: str) -> int:
        async with self._connection(service) as connection:
            count = await replay_unsettled(connection)
            await connection.execute(f"notify {OUTBOX_CHANNEL}")  # otherwise it waits for its next poll
            return count

    async def _query(self, service: str, question: str) -> datetime | None:
        async with self._connection(service) as connection:
            answer: datetime | None = await connection.fetchval(question)
            return answer

    @asynccontextmanager
    async def _connection(self, service: str) -> AsyncIterator[Any]:
        connection = await asyncpg.connect(self._databases[service], timeout=5, command_timeout=30)
        try:
            yield connection
        finally:
            connection.terminate()
