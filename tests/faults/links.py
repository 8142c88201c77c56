"""All links between the processes, each through its own proxy, so that each can be broken alone.

Kafka is one link for all workers, because a broker advertises one address. Several brokers are connected to directly;
they would need a proxy each.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from deploy.services import SERVICES
from tests.faults.proxy import LOOPBACK, Proxies

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.faults.proxy import Proxy

PROCESSES: Final = tuple(f"{service}-{kind}" for service in SERVICES for kind in ("app", "worker"))
COURIER: Final = "notifications-worker"
ASKED: Final = ("events", "pledges")
"""The services from which notifications requests addresses."""


def to_postgres(process: str) -> str:
    """The name of a process's link to PostgreSQL."""
    return f"{process}→postgres"


def to_app(service: str) -> str:
    """The name of the clients' link to a service's app."""
    return f"clients→{service}-app"


def to_asked(service: str) -> str:
    """The name of the courier's link to a service that holds addresses."""
    return f"{COURIER}→{service}-app"


KAFKA: Final = "workers→kafka"
SMTP: Final = f"{COURIER}→smtp"


class Links:
    """All proxies of a topology, by the names above: `links["workers→kafka"].cut()`."""

    def __init__(self, proxies: Proxies) -> None:
        self._proxies = proxies
        self._brokers = ""
        names = [KAFKA, SMTP, *map(to_postgres, PROCESSES), *map(to_app, SERVICES), *map(to_asked, ASKED)]
        for name in names:
            proxies.add(name)

    def __getitem__(self, name: str) -> Proxy:
        return self._proxies.by_name[name]

    def names(self) -> list[str]:
        """Every link."""
        return list(self._proxies.by_name)

    def connect(self, variables: Mapping[str, str]) -> None:
        """Set the upstream of every link, from the addresses that processes use without proxies."""
        self._brokers = variables["KAFKA_ADDRESS"]
        self[KAFKA].upstream = _port(self._brokers)
        self[SMTP].upstream = int(variables["SMTP_PORT"])
        for process in PROCESSES:
            self[to_postgres(process)].upstream = _port(variables["POSTGRES_ADDRESS"])
        for service in SERVICES:
            self[to_app(service)].upstream = int(variables[f"{service.upper()}_PORT"])
        for service in ASKED:
            self[to_asked(service)].upstream = int(variables[f"{service.upper()}_PORT"])

    def of(self, process: str) -> dict[str, str]:
        """Return the environment variables of a process that differ because of the proxies."""
        return {
            "KAFKA_ADDRESS": self._brokers if "," in self._brokers else f"{LOOPBACK}:{self[KAFKA].port}",
            "POSTGRES_ADDRESS": f"{LOOPBACK}:{self[to_postgres(process)].port}",
            "SMTP_PORT": str(self[SMTP].port),
            **{f"{service.upper()}_URL": f"http://{LOOPBACK}:{self[to_asked(service)].port}" for service in ASKED},
        }

    def heal(self) -> None:
        """Restore every link."""
        self._proxies.heal()


@contextmanager
def links() -> Iterator[Links]:
    """Yield proxies for every link of one topology; closed at the end."""
    with Proxies() as proxies:
        yield Links(proxies)


def _port(address: str) -> int:
    """Return the port of the first `host:port` of an address list."""
    return int(re.split(r"[:,]", address)[1])
