"""Finds the installation that a command works on, with its address, databases, broker and settings.

There are two kinds. A local run is found through its state folder (`TILSAGN_STATE`, else `.tilsagn/` in the checkout).
The demo, where anybody can sign in, has a folder of its own inside that one; a command uses it if no other local run
exists. A deployment of separate processes is found through the environment of its services and migrate jobs: if
`PLEDGES_DATABASE_URL` is set, the command uses that deployment. `TILSAGN_URL` is its address, if it differs from the
public one.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from deploy.cli.console import NOT_RUNNING, CommandError
from deploy.local.configuration import Configuration
from deploy.local.state import DEMO, State, default_folder
from deploy.services import SERVICES, environment_prefix
from shared.contracts.readers import reads
from shared.messaging.access import access_from

if TYPE_CHECKING:
    from services.dashboard.settings import DashboardSettings
    from services.events.settings import EventsSettings
    from services.notifications.settings import NotificationsSettings
    from services.pledges.settings import PledgesSettings
    from shared.messaging.access import Kafka, KafkaAccess
    from shared.messaging.worker import Worker
    from shared.settings import ServiceSettings

HOW_TO_START = "start it in another terminal with `tilsagn up`, or try `tilsagn demo`"


@dataclass(frozen=True)
class Installation:
    """A running installation."""

    url: str
    """The origin, without a trailing slash."""
    kafka: Kafka
    """How to connect to the broker."""
    signing_key: str
    """The private JWK that signs tokens."""
    environment: Mapping[str, str]
    """The services' settings as environment variables."""
    health_url: str
    """The origin whose `/readyz` names every check: the internal one of a local run."""
    mail_link: str = ""
    """The address that opens the mails that a local run has caught."""

    def owner_dsn(self, service: str) -> str:
        """Return the connection URL of the owner of a service's tables, who bypasses row-level security.

        Raises:
            CommandError: the environment does not contain it.
        """
        variable = f"{environment_prefix(service)}DATABASE_OWNER_URL"
        try:
            return self.environment[variable]
        except KeyError:
            raise CommandError(
                f"{variable} is not set: give the owner role's connection URL, as the migrate job has it"
            ) from None

    def pledges(self) -> PledgesSettings:
        """The pledges service's settings."""
        from services.pledges.settings import PledgesSettings  # noqa: PLC0415  (commands load what they use)

        return PledgesSettings(**self._settings_of("pledges"))

    def events(self) -> EventsSettings:
        """The events service's settings."""
        from services.events.settings import EventsSettings  # noqa: PLC0415

        return EventsSettings(**self._settings_of("events"))

    def notifications(self) -> NotificationsSettings:
        """The notifications service's settings."""
        from services.notifications.settings import NotificationsSettings  # noqa: PLC0415

        return NotificationsSettings(**self._settings_of("notifications"))

    def dashboard(self) -> DashboardSettings:
        """The dashboard service's settings."""
        from services.dashboard.settings import DashboardSettings  # noqa: PLC0415

        return DashboardSettings(**self._settings_of("dashboard"))

    def readers(self) -> dict[str, ServiceSettings]:
        """Return the settings of the services that read messages, by service."""
        settings: dict[str, Callable[[], ServiceSettings]] = {
            "pledges": self.pledges,
            "events": self.events,
            "notifications": self.notifications,
            "dashboard": self.dashboard,
        }
        return {service: settings[service]() for service in SERVICES if reads(service)}

    def workers(self) -> dict[str, Worker]:
        """Return the workers of the services that read messages, not started, for their consumers."""
        from services.dashboard import worker as dashboard  # noqa: PLC0415
        from services.events import worker as events  # noqa: PLC0415
        from services.notifications import worker as notifications  # noqa: PLC0415
        from services.pledges import worker as pledges  # noqa: PLC0415

        return {
            "events": events.create_worker(self.events()),
            "pledges": pledges.create_worker(self.pledges()),
            "notifications": notifications.create_worker(self.notifications()),
            "dashboard": dashboard.create_worker(self.dashboard()),
        }

    async def wait_until_delivered(self, *, seconds: float) -> None:
        """Return when every message is published and applied.

        Raises:
            deploy.verification.delivery.MessagesPending: some were not after `seconds`.
        """
        from deploy.verification.delivery import wait_until_delivered  # noqa: PLC0415

        outboxes = {
            "events": self.events().database_url,
            "pledges": self.pledges().database_url,
            "notifications": self.notifications().database_url,
            "dashboard": self.dashboard().database_url,
        }
        readers = {
            consumer.group: consumer.topics for worker in self.workers().values() for consumer in worker.consumers
        }
        await wait_until_delivered(self.kafka, outboxes, readers, seconds=seconds)

    def _settings_of(self, service: str) -> dict[str, Any]:
        prefix = environment_prefix(service)
        # docker-compose.yml passes an optional variable that is not set as an empty one.
        return {
            name.removeprefix(prefix).lower(): value
            for name, value in self.environment.items()
            if name.startswith(prefix) and value
        }


def attach(environment: Mapping[str, str] | None = None) -> Installation:
    """Find the running installation.

    Args:
        environment: the environment variables; those of the process when None.

    Raises:
        CommandError: no installation runs, or the environment is incomplete.
    """
    environment = os.environ if environment is None else environment
    if "PLEDGES_DATABASE_URL" in environment:
        return _from_environment(environment)
    state = local_state()
    configuration = Configuration.attach(state)
    if configuration is None:
        raise CommandError(f"No Tilsagn is running on {default_folder()}: {HOW_TO_START}.", exit_code=NOT_RUNNING)
    return installation_of(configuration)


def demo_folder() -> Path:
    """Return the state folder of the demo. It is separate because anybody can sign in to the demo."""
    return default_folder() / DEMO


def local_state() -> State:
    """Return the state folder of the local run, or of the demo if only that one runs or exists."""
    own, demo = State(), State(demo_folder())
    if own.running() is None and (demo.running() is not None or (not own.used and demo.used)):
        return demo
    return own


def installation_of(configuration: Configuration) -> Installation:
    """Return the local run with that configuration."""
    settings: dict[str, str] = {}
    for service in SERVICES:
        settings |= configuration.environment(service)
        settings[f"{environment_prefix(service)}DATABASE_OWNER_URL"] = configuration.owner_dsn(service)
    return Installation(
        url=configuration.public_url,
        kafka=configuration.bootstrap_servers,
        signing_key=configuration.secrets.token_private_key,
        environment=settings,
        health_url=configuration.internal_url,
        mail_link=configuration.mail_link,
    )


def kafka_of(environment: Mapping[str, str]) -> KafkaAccess:
    """Return how to connect to a deployment's broker: as the operator if `KAFKA_USERNAME` is set, else like pledges.

    Raises:
        CommandError: the environment is incomplete.
    """
    prefix = "" if environment.get("KAFKA_USERNAME") else environment_prefix("pledges")
    try:
        return access_from(environment, prefix=prefix)
    except ValueError as why:
        raise CommandError(f"{why}: give the command the services' own environment (docs/operations.md).") from None


def signing_key(environment: Mapping[str, str] | None = None) -> str:
    """Return the private JWK that signs tokens. The installation need not run.

    Raises:
        CommandError: there is no installation.
    """
    environment = os.environ if environment is None else environment
    if key := environment.get("EVENTS_TOKEN_PRIVATE_KEY"):
        return key
    state = local_state()
    if not state.used:
        raise CommandError(
            f"There is no installation in {state.folder} yet, so nothing to sign a token with: {HOW_TO_START}.",
            exit_code=NOT_RUNNING,
        )
    return state.secrets().token_private_key


def client(url: str, bearer: str | None = None) -> httpx.AsyncClient:
    """Return an HTTP client for an installation: no proxy, no redirects, a timeout on every request."""
    return httpx.AsyncClient(
        base_url=url,
        headers={} if bearer is None else {"authorization": f"Bearer {bearer}"},
        timeout=httpx.Timeout(15, connect=5),
        trust_env=False,
    )


def _from_environment(environment: Mapping[str, str]) -> Installation:
    def required(name: str) -> str:
        if not environment.get(name):
            raise CommandError(
                f"PLEDGES_DATABASE_URL is set, {name} is not: give the command the services' own environment."
            )
        return environment[name]

    url = environment.get("TILSAGN_URL") or required("DASHBOARD_PUBLIC_URL")
    return Installation(
        url=url,
        kafka=kafka_of(environment),
        signing_key=required("EVENTS_TOKEN_PRIVATE_KEY"),
        environment=environment,
        health_url=url,
    )
