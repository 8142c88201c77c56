"""Finding the installation a command is meant for, and the ways into it.

Two kinds. The local run is found through its state folder (`TILSAGN_STATE`, else `.tilsagn/` in the checkout); the
demo, which lets anybody in, has a folder of its own inside that one, and is meant where nothing else runs. A
deployment of separate processes is found through the environment its services and migrate jobs have: then
`PLEDGES_DATABASE_URL` and its like are set, and the command talks to that one and no other. `TILSAGN_URL` says where
it answers, if that is not the public address.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from deploy.cli.console import NOT_RUNNING, Refusal
from deploy.local.configuration import Configuration
from deploy.local.state import State, default_folder
from deploy.services import SERVICES, environment_prefix
from shared.messaging.access import access_from

if TYPE_CHECKING:
    from services.dashboard.settings import DashboardSettings
    from services.events.settings import EventsSettings
    from services.notifications.settings import NotificationsSettings
    from services.pledges.settings import PledgesSettings
    from shared.messaging.access import Kafka, KafkaAccess
    from shared.messaging.worker import Worker

HOW_TO_START = "start it in another terminal with `tilsagn up`, or try `tilsagn demo`"


@dataclass(frozen=True)
class Installation:
    """A running installation."""

    url: str
    """The origin it answers on, without a slash."""
    kafka: Kafka
    """Its broker."""
    signing_key: str
    """The private JWK by which it signs tokens."""
    environment: Mapping[str, str]
    """The services' settings as environment variables."""

    def owner_dsn(self, service: str) -> str:
        """How to see everything in a service's database, whatever row-level security says.

        Raises:
            Refusal: this deployment's environment does not name it.
        """
        variable = f"{environment_prefix(service)}DATABASE_OWNER_URL"
        try:
            return self.environment[variable]
        except KeyError:
            raise Refusal(
                f"{variable} is not set: give the owner role's connection URL, as the migrate job has it"
            ) from None

    def pledges(self) -> PledgesSettings:
        """The pledges service's settings."""
        from services.pledges.settings import PledgesSettings  # noqa: PLC0415  (commands load what they use)

        return PledgesSettings(**self._fields("pledges"))

    def events(self) -> EventsSettings:
        """The events service's settings."""
        from services.events.settings import EventsSettings  # noqa: PLC0415

        return EventsSettings(**self._fields("events"))

    def notifications(self) -> NotificationsSettings:
        """The notifications service's settings."""
        from services.notifications.settings import NotificationsSettings  # noqa: PLC0415

        return NotificationsSettings(**self._fields("notifications"))

    def dashboard(self) -> DashboardSettings:
        """The dashboard service's settings."""
        from services.dashboard.settings import DashboardSettings  # noqa: PLC0415

        return DashboardSettings(**self._fields("dashboard"))

    def workers(self) -> dict[str, Worker]:
        """The workers of the services that read messages, not started: what they read, and to what effect."""
        from services.dashboard import worker as dashboard  # noqa: PLC0415
        from services.notifications import worker as notifications  # noqa: PLC0415
        from services.pledges import worker as pledges  # noqa: PLC0415

        return {
            "pledges": pledges.create_worker(self.pledges()),
            "notifications": notifications.create_worker(self.notifications()),
            "dashboard": dashboard.create_worker(self.dashboard()),
        }

    async def settled(self, *, seconds: float) -> None:
        """Return once no message is under way.

        Raises:
            deploy.verification.quiet.NeverQuiet: there still were some after `seconds`.
        """
        from deploy.verification.quiet import wait_until_quiet  # noqa: PLC0415

        outboxes = {"events": self.events().database_url, "pledges": self.pledges().database_url}
        readers = {
            consumer.group: consumer.topics for worker in self.workers().values() for consumer in worker.consumers
        }
        await wait_until_quiet(self.kafka, outboxes, readers, seconds=seconds)

    def _fields(self, service: str) -> dict[str, Any]:
        prefix = environment_prefix(service)
        return {
            name.removeprefix(prefix).lower(): value
            for name, value in self.environment.items()
            if name.startswith(prefix)
        }


def attach(environment: Mapping[str, str] | None = None) -> Installation:
    """Find the running installation.

    Args:
        environment: the process's own when None.

    Raises:
        Refusal: none runs, or the environment names one only by half.
    """
    environment = os.environ if environment is None else environment
    if "PLEDGES_DATABASE_URL" in environment:
        return _from_environment(environment)
    state = local_state()
    configuration = Configuration.attach(state)
    if configuration is None:
        raise Refusal(f"No Tilsagn is running on {default_folder()}: {HOW_TO_START}.", exit_code=NOT_RUNNING)
    return of_configuration(configuration)


def demo_folder() -> Path:
    """Where the demo keeps its data: never among an installation's own, which it would open to anybody."""
    return default_folder() / "demo"


def local_state() -> State:
    """The state folder a command is meant for: the one that runs, else the one there is, else the one to be."""
    own, demo = State(), State(demo_folder())
    if own.running() is None and (demo.running() is not None or (not _made(own) and _made(demo))):
        return demo
    return own


def _made(state: State) -> bool:
    return (state.folder / "secrets.json").exists()


def of_configuration(configuration: Configuration) -> Installation:
    """The local run with that configuration."""
    settings: dict[str, str] = {}
    for service in SERVICES:
        settings |= configuration.environment(service)
        settings[f"{environment_prefix(service)}DATABASE_OWNER_URL"] = configuration.owner_dsn(service)
    return Installation(
        url=configuration.public_url,
        kafka=configuration.bootstrap_servers,
        signing_key=configuration.secrets.token_private_key,
        environment=settings,
    )


def kafka_of(environment: Mapping[str, str]) -> KafkaAccess:
    """A deployment's broker, as the operator's own user where `KAFKA_USERNAME` names one, else as the services find it.

    Raises:
        Refusal: the environment names it only by half.
    """
    prefix = "" if environment.get("KAFKA_USERNAME") else environment_prefix("pledges")
    try:
        return access_from(environment, prefix=prefix)
    except ValueError as why:
        raise Refusal(f"{why}: give the command the services' own environment (docs/operations.md).") from None


def signing_key(environment: Mapping[str, str] | None = None) -> str:
    """The key tokens are signed with; nothing needs to run.

    Raises:
        Refusal: there has never been an installation here.
    """
    environment = os.environ if environment is None else environment
    if key := environment.get("EVENTS_TOKEN_PRIVATE_KEY"):
        return key
    state = local_state()
    if not _made(state):
        raise Refusal(
            f"There is no installation in {state.folder} yet, so nothing to sign a token with: {HOW_TO_START}.",
            exit_code=NOT_RUNNING,
        )
    return state.secrets().token_private_key


def client(url: str, bearer: str | None = None) -> httpx.AsyncClient:
    """A client for an installation's address: no proxy, no redirects to elsewhere, a timeout on every call."""
    return httpx.AsyncClient(
        base_url=url,
        headers={} if bearer is None else {"authorization": f"Bearer {bearer}"},
        timeout=httpx.Timeout(15, connect=5),
        trust_env=False,
    )


def _from_environment(environment: Mapping[str, str]) -> Installation:
    def needed(name: str) -> str:
        if not environment.get(name):
            raise Refusal(
                f"PLEDGES_DATABASE_URL is set, {name} is not: give the command the services' own environment."
            )
        return environment[name]

    return Installation(
        url=environment.get("TILSAGN_URL") or needed("DASHBOARD_PUBLIC_URL"),
        kafka=kafka_of(environment),
        signing_key=needed("EVENTS_TOKEN_PRIVATE_KEY"),
        environment=environment,
    )
