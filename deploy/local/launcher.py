"""The local run: PostgreSQL, broker and all four services in one process behind one port, supervised."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import os
import signal
import socket
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, AsyncExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from secrets import token_urlsafe
from typing import Any, Protocol

import structlog
import uvicorn
from starlette.types import ASGIApp

from deploy.local import ports
from deploy.local.broker import EmbeddedBroker
from deploy.local.configuration import Configuration
from deploy.local.fetching import fetching_on_demand
from deploy.local.gateway import HostedApp, InternalGateway, PublicGateway
from deploy.local.mail import MailCatcher, MailStore
from deploy.local.mailbox import PREFIX as MAIL_PREFIX
from deploy.local.mailbox import MailboxSettings, create_mailbox
from deploy.local.postgres import EmbeddedPostgres
from deploy.local.state import Running, State
from deploy.local.supervision import Supervisor
from deploy.local.topics import start_with_topics
from deploy.postgres.migrate import migrate
from deploy.postgres.provision import provision
from deploy.services import SERVICES
from shared.health import Check
from shared.http.connections import LimitedHttpProtocol
from shared.http.operator_routes import end_streams
from shared.http.server import exclude_from_garbage_collection
from shared.messaging.consumer import Consumer
from shared.messaging.relay import Relay

_log = structlog.get_logger(__name__)

# A stop takes at most 5 s. The next start completes what was interrupted.
_STREAMS_SECONDS = 1  # open requests and event streams
_WORK_SECONDS = 2.0  # servers and workers, all at once
_LIFESPANS_SECONDS = 1.0  # then the applications
_CHILDREN_SECONDS = 1.5  # then PostgreSQL; after that it is stopped immediately
_READY_SECONDS = 60.0

Progress = Callable[[str], AbstractContextManager[object]]
"""A context manager around each step, called with its name."""


class RunningWorker(Protocol):
    """The interface of a service's worker that the launcher uses (shared.messaging.worker.Worker)."""

    @property
    def consumers(self) -> Sequence[Consumer]:
        """The consumer groups with their topics."""

    @property
    def relay(self) -> Relay | None:
        """The relay of the outbox, if the service has one."""

    async def start(self) -> None:
        """Start; no other process needs to be available yet."""

    async def stop(self) -> None:
        """Stop within about 4 s."""

    async def health(self) -> list[Check]:
        """Return the readiness checks."""


@dataclass(frozen=True)
class Service:
    """Factories of a service's app and worker, which take its settings by field name."""

    make_app: Callable[[Mapping[str, Any]], ASGIApp]
    make_worker: Callable[[Mapping[str, Any]], RunningWorker]


class NotReady(RuntimeError):
    """Everything was started, but a service or worker is not ready; the message names it."""


@dataclass(frozen=True)
class LocalSettings:
    """Settings of a local run."""

    state: Path | None = None
    """the state folder; when None, TILSAGN_STATE or `.tilsagn/` in the checkout"""
    port: int | None = None
    """the public port; when None, 8080 or the next free one"""
    host: str = ports.LOOPBACK
    demo_mode: bool = False
    new_keys: bool = False
    """generate keys that were lost, although there are data"""


class Launcher:
    """One local run. `async with Launcher(...)` starts it, and stops it within 5 s at the end.

    Args:
        settings: settings of the run.
        progress: a context manager around each step, called with its name.
        load: finds a service's factories; replaced in tests of the launcher.

    Raises (from `start`):
        deploy.local.state.StateFailed: the state folder is in use or belongs to another user.
        deploy.local.ports.PortTaken: the requested port is in use.
        deploy.local.postgres.PostgresFailed, deploy.local.broker.BrokerFailed: a child process does not start.
        deploy.postgres.migrate.MigrationFailed: a migration failed.
        deploy.local.gateway.StartFailed: a service's app does not start.
    """

    def __init__(
        self,
        settings: LocalSettings,
        *,
        progress: Progress = lambda _: nullcontext(),
        load: Callable[[str], Service] | None = None,
    ) -> None:
        self.settings = settings
        self.state = State(settings.state)
        self.postgres = EmbeddedPostgres(self.state.postgres)
        self.broker = EmbeddedBroker(record=self.state.broker_record, log=self.state.logs / "broker.log")
        self._progress = progress
        self._load = load or load_service
        self._stack = AsyncExitStack()
        self._configuration: Configuration | None = None
        self._apps: dict[str, HostedApp] = {}
        self._workers: dict[str, RunningWorker] = {}

    async def __aenter__(self) -> Launcher:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def configuration(self) -> Configuration:
        """Addresses, connection URLs and secrets of the run. Available after `start`."""
        assert self._configuration is not None
        return self._configuration

    @property
    def url(self) -> str:
        """The public origin, `http://localhost:<port>`."""
        return self.configuration.public_url

    # ---- start and stop

    async def start(self) -> None:
        """Start everything and return when the public port answers. A failure stops what was started."""
        try:
            await self._start()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop everything within 5 s, in reverse order, including event streams."""
        stack, self._stack = self._stack, AsyncExitStack()
        await stack.aclose()

    async def wait_ready(self, *, seconds: float = _READY_SECONDS) -> None:
        """Return when every service and worker is ready.

        Raises:
            NotReady: they were not within `seconds`; the message names those that are not.
        """
        deadline = time.monotonic() + seconds
        while failing := [check for check in await self.health() if not check.ok]:
            if time.monotonic() > deadline:
                raise NotReady("; ".join(f"{check.name}: {check.detail}" for check in failing))
            await asyncio.sleep(0.05)

    async def run(self, ready: Callable[[Launcher], None] = lambda _: None) -> None:
        """Start, call `ready` when everything is ready, and stop on SIGINT or SIGTERM; a second signal ends at once."""
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()

        def stop_once() -> None:
            if stopping.is_set():
                os._exit(130)  # the kernel signals the child processes
            stopping.set()

        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop_once)
        try:
            starting = asyncio.ensure_future(self._start_ready(ready))
            interrupted = asyncio.ensure_future(stopping.wait())
            await asyncio.wait({starting, interrupted}, return_when=asyncio.FIRST_COMPLETED)
            if not starting.done():
                starting.cancel()
                await asyncio.gather(starting, return_exceptions=True)
                return
            starting.result()
            await interrupted
        finally:
            with self._progress("Stopping"):
                await self.stop()

    async def _start_ready(self, ready: Callable[[Launcher], None]) -> None:
        await self.start()
        with self._progress("Waiting until every service works"):
            await self.wait_ready()
        exclude_from_garbage_collection()
        ready(self)

    async def health(self) -> list[Check]:
        """Return the readiness checks of everything, by name."""
        checks = [
            Check("postgresql", ok=self.postgres.alive(), detail=_running(self.postgres.alive())),
            Check("broker", ok=self.broker.alive(), detail=_running(self.broker.alive())),
        ]
        answers = await asyncio.gather(
            *(app.checks() for app in self._apps.values()), *(worker.health() for worker in self._workers.values())
        )
        return checks + [check for answer in answers for check in answer]

    # ---- steps of a start

    async def _start(self) -> None:
        enter = self._stack.enter_context
        enter(self.state)
        public = enter(contextlib.closing(ports.public_socket(self.settings.port, self.settings.host)))
        internal = enter(contextlib.closing(ports.listening()))
        smtp = enter(contextlib.closing(ports.listening()))
        secrets = self.state.secrets(new_keys=self.settings.new_keys)
        # Importing the services takes about as long as all other steps, so both run concurrently.
        loading = asyncio.create_task(asyncio.to_thread(self._load_all))
        enter(_cancelled(loading))

        with self._progress("Starting PostgreSQL and the broker"):
            await self._start_children()
        self._configuration = configuration = Configuration(
            secrets=secrets,
            postgres_port=self.postgres.port,
            bootstrap_servers=self.broker.bootstrap_servers,
            public_url=f"http://localhost:{_port(public)}",
            internal_url=f"http://{ports.LOOPBACK}:{_port(internal)}",
            smtp_port=_port(smtp),
            demo_mode=self.settings.demo_mode,
            mail_token=token_urlsafe(16),
        )
        with self._progress("Bringing the databases up to date"):
            await provision(self.postgres.superuser_dsn(), secrets.passwords)
            await asyncio.gather(*(migrate(service, configuration.owner_dsn(service)) for service in SERVICES))
        supervisor = Supervisor(
            self.postgres, self.broker, {service: configuration.app_dsn(service) for service in SERVICES}
        )
        await supervisor.replay()

        with self._progress("Starting the services"):
            await self._start_services(await loading, public=public, internal=internal, smtp=smtp)
        await self._stack.enter_async_context(fetching_on_demand(self._relays(), self._consumers()))
        await self._stack.enter_async_context(supervisor.supervising(self._consumer_groups()))
        self.state.announce(
            Running(
                pid=os.getpid(),
                url=configuration.public_url,
                internal_url=configuration.internal_url,
                postgres_port=configuration.postgres_port,
                bootstrap_servers=configuration.bootstrap_servers,
                smtp_port=configuration.smtp_port,
                demo_mode=configuration.demo_mode,
                mail_token=configuration.mail_token,
            )
        )

    def _load_all(self) -> dict[str, Service]:
        return {name: self._load(name) for name in SERVICES}

    async def _start_services(
        self, services: Mapping[str, Service], *, public: socket.socket, internal: socket.socket, smtp: socket.socket
    ) -> None:
        store = MailStore(self.state.mail)
        catcher = MailCatcher(store)
        lifespans, work = _ConcurrentStops(_LIFESPANS_SECONDS), _ConcurrentStops(_WORK_SECONDS)
        self._stack.push_async_callback(lifespans.stop)
        self._stack.push_async_callback(work.stop)

        await catcher.start(smtp)
        work.add(catcher.stop)
        for name, service in services.items():
            settings = self.configuration.settings(name)
            self._apps[name] = hosted = HostedApp(name, service.make_app(settings))
            self._workers[name] = service.make_worker(settings)
            entered = AsyncExitStack()
            lifespans.add(entered.aclose)
            await entered.enter_async_context(hosted.lifespan())
        for worker in self._workers.values():
            work.add(worker.stop)
            await worker.start()
        page_settings = MailboxSettings(self.url, self.settings.demo_mode, self.configuration.secrets.token_jwks)
        extras = {MAIL_PREFIX: create_mailbox(store, page_settings, token=self.configuration.mail_token)}
        work.add(await self._serve(PublicGateway(self._apps, extras, self.health), public))
        work.add(await self._serve(InternalGateway(self._apps, self.health), internal))

    def _consumer_groups(self) -> dict[str, list[str]]:
        return {consumer.group: list(consumer.topics) for consumer in self._consumers()}

    def _consumers(self) -> list[Consumer]:
        return [consumer for worker in self._workers.values() for consumer in worker.consumers]

    def _relays(self) -> list[Relay]:
        return [worker.relay for worker in self._workers.values() if worker.relay is not None]

    async def _start_children(self) -> None:
        self._stack.push_async_callback(self._stop_children)
        results = await asyncio.gather(
            asyncio.to_thread(self.postgres.start), start_with_topics(self.broker), return_exceptions=True
        )
        for result in results:
            if isinstance(result, BaseException):
                raise result

    async def _stop_children(self) -> None:
        await asyncio.gather(
            asyncio.to_thread(self.broker.kill), asyncio.to_thread(self.postgres.stop, patience=_CHILDREN_SECONDS)
        )

    async def _serve(self, app: ASGIApp, listening: socket.socket) -> Callable[[], Awaitable[None]]:
        """Serve the app on the socket; return a function that stops it."""
        server = _Server(
            uvicorn.Config(
                app,
                lifespan="off",
                http=LimitedHttpProtocol,
                ws="none",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=_STREAMS_SECONDS,
            )
        )
        task = asyncio.create_task(server.serve([listening]), name="server")

        async def stop() -> None:
            for hosted in self._apps.values():
                end_streams(hosted.app)
            server.should_exit = True
            await asyncio.gather(task, return_exceptions=True)

        while not server.started:
            if task.done():
                task.result()
            await asyncio.sleep(0.005)
        return stop


class _ConcurrentStops:
    """Stops things concurrently, and gives up after a timeout."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._stops: list[Callable[[], Awaitable[object]]] = []

    def add(self, stop: Callable[[], Awaitable[object]]) -> None:
        self._stops.append(stop)

    async def stop(self) -> None:
        tasks = [asyncio.ensure_future(stop()) for stop in self._stops]
        if tasks:
            _, hanging = await asyncio.wait(tasks, timeout=self._seconds)
            for task in hanging:
                task.cancel()
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(result, Exception):
                _log.warning("stop.failed", error=f"{type(result).__name__}: {result}")


@contextmanager
def _cancelled(task: asyncio.Task[Any]) -> Iterator[None]:
    try:
        yield
    finally:
        task.cancel()


class _Server(uvicorn.Server):
    """A server that leaves signals to the launcher, because several servers run in one process."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def load_service(name: str) -> Service:
    """Return a service's factories and settings class, by the names that every service uses."""
    settings_class = getattr(importlib.import_module(f"services.{name}.settings"), f"{name.capitalize()}Settings")
    app = importlib.import_module(f"services.{name}.app")
    worker = importlib.import_module(f"services.{name}.worker")
    return Service(
        make_app=lambda settings: app.create_app(settings_class(**settings)),
        make_worker=lambda settings: worker.create_worker(settings_class(**settings)),
    )


def _port(listening: socket.socket) -> int:
    port: int = listening.getsockname()[1]
    return port


def _running(alive: bool) -> str:
    return "running" if alive else "being restarted"
