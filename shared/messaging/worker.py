"""A service's background process: its consumers, its relay, its background jobs and a health endpoint.

It starts without Kafka and without PostgreSQL, connects when they are available, and restarts what fails.
"""

from __future__ import annotations

import asyncio
import signal
import time
from typing import TYPE_CHECKING, Any

import structlog
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    KafkaError,
    StaleMetadata,
    TopicAuthorizationFailedError,
)
from faststream.kafka import KafkaBroker

from shared.db.database import TRANSIENT_ERRORS, Database
from shared.health import Check, serve_health
from shared.logging import configure_logging
from shared.messaging.access import faststream_security
from shared.messaging.broker import BROKERS, METADATA_MAX_AGE_MS, REQUEST_TIMEOUT_MS
from shared.messaging.relay import Relay
from shared.messaging.shutdown import stop_within

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from shared.messaging.consumer import Consumer
    from shared.settings import ServiceSettings

PROGRESS_CHECK_SECONDS = 1.0
"""The time between two checks of the consumers' progress."""
STUCK_SECONDS = 20.0
"""The worker is not ready while an unpublished change or an unread message is older than this."""

MISSING_PARTITION_SECONDS = 10.0
"""A consumer restarts when a partition that does not exist has been assigned to it for so long. That happens after a
broker was replaced by one with fewer partitions, because the client still knows the old number."""


class Stalled(Exception):
    """A consumer fetches nothing although its lag is not known to be zero. It has to be restarted."""


_REFUSALS = (TopicAuthorizationFailedError, GroupAuthorizationFailedError)
_AWAY: tuple[type[BaseException], ...] = (KafkaError, *TRANSIENT_ERRORS)

_log = structlog.get_logger(__name__)


class Worker:
    """One worker process. Any number may run for each service: one relay is active at a time, and Kafka assigns the
    partitions.

    Args:
        service: the service's name.
        consumers: its consumer groups, if any.
        publishes: whether the service has an outbox to relay.
        background_jobs: long-running coroutines that take the database. They are restarted after a pause when they
            fail, and must claim the rows they work on, because every worker process runs them.
        more_checks: checks of the service's own, for `/readyz` and `tilsagn status`.
    """

    def __init__(
        self,
        settings: ServiceSettings,
        *,
        service: str,
        consumers: Sequence[Consumer] = (),
        publishes: bool = True,
        background_jobs: Sequence[Callable[[Database], Awaitable[None]]] = (),
        more_checks: Sequence[Callable[[Database], Awaitable[Check]]] = (),
    ) -> None:
        self.service = service
        self.settings = settings
        self.consumers = consumers
        self.relay = Relay(settings, service=service) if publishes else None
        self._background_jobs = background_jobs
        self._more_checks = more_checks
        self._tasks: list[asyncio.Task[None]] = []
        self._database: Database | None = None
        self._broker: KafkaBroker | None = None

    async def start(self) -> None:
        """Start everything and return. Neither PostgreSQL nor Kafka needs to be reachable."""
        self._database = await Database.connect(self.settings, name=f"{self.service}-worker")
        if self.relay is not None:
            self._spawn(self.relay.run(), "relay")
        if self.consumers:
            self._spawn(self._consume(self._database), "consumers")
        for work in self._background_jobs:
            self._spawn(self._keep_working(work, self._database), "background job")

    async def stop(self) -> None:
        """Stop everything within about 4 s. The next start continues with what was not finished."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        await self._stop_broker()
        if self._database is not None:
            await self._database.close()

    async def run(self) -> None:
        """Run until SIGTERM or SIGINT, with the health endpoint if `health_port` is set."""
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, stopping.set)
        if self.settings.connections_without_tls:
            _log.warning(
                "worker.connections_without_tls", service=self.service, to=self.settings.connections_without_tls
            )
        await self.start()
        health = (
            asyncio.create_task(serve_health(self.settings.host, self.settings.health_port, self.health))
            if self.settings.health_port
            else None
        )
        await stopping.wait()
        if health is not None:
            health.cancel()
            await asyncio.gather(health, return_exceptions=True)
        await self.stop()

    async def health(self) -> list[Check]:
        """Return one check for the relay and one for each consumer, judged by their progress, and the service's own."""
        checks: list[Check] = []
        if self.relay is not None:
            oldest = self.relay.oldest_unpublished_seconds
            silent = time.monotonic() - self.relay.checked_at
            checks.append(
                Check(
                    f"{self.service} relay",
                    ok=oldest < STUCK_SECONDS and silent < STUCK_SECONDS,
                    detail=f"oldest unpublished change {oldest:.0f} s, last look {silent:.0f} s ago",
                )
            )
        for consumer in self.consumers:
            progress = await consumer.measure()
            checks.append(
                Check(
                    f"{self.service} consumer",
                    ok=progress.partitions > 0 and progress.behind_seconds < STUCK_SECONDS and not consumer.alarmed,
                    detail=f"{progress.partitions} partitions, {progress.lag} messages behind",
                )
            )
        if self._database is not None:
            checks += [await check(self._database) for check in self._more_checks]
        return checks

    def _spawn(self, work: Any, name: str) -> None:
        self._tasks.append(asyncio.create_task(work, name=f"{self.service} {name}"))

    async def _consume(self, database: Database) -> None:
        pause = 0.1
        while True:
            try:
                await self._attach(database)
                pause = 0.1
                while True:
                    await asyncio.sleep(PROGRESS_CHECK_SECONDS)
                    for consumer in self.consumers:
                        progress = await consumer.measure()
                        if progress.missing_partition_seconds > MISSING_PARTITION_SECONDS:
                            raise StaleMetadata(consumer.group)
                        if progress.stalled_seconds > BROKERS[self.settings.kafka_flavour].stalled_seconds:
                            raise Stalled(consumer.group)
            except Stalled as error:
                _log.warning("worker.consumer_stalled", service=self.service, group=str(error))
            except _REFUSALS as error:
                user = self.settings.kafka_username
                _log.error(
                    "worker.may_not_read", service=self.service, user=user, error=type(error).__name__, what=str(error)
                )
            except _AWAY as error:
                _log.warning("worker.no_broker", service=self.service, error=type(error).__name__)
            except Exception:
                # A bug in our code: log it as an error, because nothing is consumed until it is corrected.
                _log.exception("worker.consumers_failed", service=self.service)
            await self._stop_broker()
            await asyncio.sleep(pause)
            pause = min(pause * 2, 2.0)

    async def _attach(self, database: Database) -> None:
        self._broker = KafkaBroker(
            self.settings.kafka.servers.split(","),
            security=faststream_security(self.settings.kafka),
            client_id=f"{self.service}-worker",
            logger=None,
            request_timeout_ms=REQUEST_TIMEOUT_MS,
            retry_backoff_ms=100,
            metadata_max_age_ms=METADATA_MAX_AGE_MS,
            graceful_timeout=3.0,
        )
        for consumer in self.consumers:
            consumer.attach(self._broker, database, self.settings)
        async with asyncio.timeout(30):
            await self._broker.start()
        for consumer in self.consumers:
            consumer.started()
        _log.info("worker.consuming", service=self.service)

    async def _stop_broker(self) -> None:
        broker, self._broker = self._broker, None
        if broker is not None:
            for consumer in self.consumers:
                consumer.prepare_stop()
            # When Kafka does not answer, stopping takes longer than 3 s. Do not cancel it at once: a cancelled consumer
            # may keep sending heartbeats, and its partitions are then read by nobody.
            await stop_within(broker.stop(), seconds=3, cancel_after=60)

    async def _keep_working(self, work: Callable[[Database], Awaitable[None]], database: Database) -> None:
        while True:
            try:
                await work(database)
            except TRANSIENT_ERRORS as error:
                _log.warning("worker.background_job_interrupted", service=self.service, error=type(error).__name__)
            except Exception:
                _log.exception("worker.background_job_failed", service=self.service)
            await asyncio.sleep(1)


def run_worker(worker: Worker) -> None:
    """Run a worker in this process until SIGTERM or SIGINT."""
    import uvloop  # noqa: PLC0415  (tests import this module and use asyncio's own loop)

    configure_logging(log_format=worker.settings.log_format, level=worker.settings.log_level)
    uvloop.run(worker.run())
