"""Fixtures of all tests: real PostgreSQL, real broker, real tokens.

PostgreSQL is started once; each test gets copies of the migrated databases (some 20 ms each) and, on request, a broker
of its own (some 20 ms). Tests do not affect each other. With BROKER=apache the broker is Apache
Kafka, started once and emptied for each test (tests/support/brokers.py).
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, UUID, uuid5

import pytest
import pytest_asyncio
import structlog

from deploy.kafka import KafkaCluster
from deploy.local.broker import EmbeddedBroker
from shared.db.database import Database
from shared.http.auth import Principal, new_private_jwk, public_jwks, sign_token
from shared.product.roles import Role
from shared.settings import ServiceSettings
from tests.support import brokers
from tests.support.infrastructure import Databases, Installation, fresh_databases, scratch_installation
from tests.support.pages import browser, page_at  # noqa: F401  (fixtures)
from tests.support.taskforces import OTHER_TASKFORCE, TASKFORCE
from tests.support.topology import Topology

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Generator, Iterator

pytest_plugins = ("tests.support.long", "tests.support.scheduling", "tests.support.budget")


_DEPLOYMENTS = {"running", "stopped"}
"""Fixtures that run a deployment, whose processes several tests share."""

# By default structlog prints every variable of every frame of a traceback. That takes seconds, and our processes do
# not do it.
structlog.configure(
    processors=[
        *structlog.get_config()["processors"][:-1],
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the tests that do not run on the chosen broker, and those of an identity provider that is not
    available."""
    chosen = [item for item in items if brokers.for_this_broker(item)]
    left_out = [item for item in items if not brokers.for_this_broker(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = chosen
    for item in items:
        if not _DEPLOYMENTS.isdisjoint(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.processes)
    if os.environ.get("PROVIDER") != "keycloak":
        without = pytest.mark.skip(reason="signs in at Keycloak, which needs Java and Maven: make test-oidc")
        for item in items:
            if item.get_closest_marker("oidc") is not None:
                item.add_marker(without)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """Add the warnings and errors of the processes to the report of a failed test, because their logs are deleted
    afterwards."""
    report: pytest.TestReport = yield
    whole = getattr(item, "funcargs", {}).get("running")
    if report.failed and call.when == "call" and isinstance(whole, Topology):
        report.sections.append(("what the processes complained of", whole.complaints()))
    return report


@pytest.fixture(scope="session")
def installation() -> Iterator[Installation]:
    """PostgreSQL with the four migrated databases, for the whole session."""
    with scratch_installation() as installation:
        yield installation


@pytest.fixture
def databases(installation: Installation) -> Iterator[Databases]:
    """Fresh databases of all four services."""
    with fresh_databases(installation) as databases:
        yield databases


@pytest.fixture(scope="session")
def kafka() -> Iterator[KafkaCluster]:
    """Apache Kafka, one node, for the whole session. Tests need not clean it up."""
    with KafkaCluster() as kafka:
        yield kafka


@pytest.fixture
def broker(request: pytest.FixtureRequest) -> Iterator[brokers.Broker]:
    """An empty broker with every topic declared, of the chosen kind."""
    if brokers.FLAVOUR == "apache":
        kafka: KafkaCluster = request.getfixturevalue("kafka")
        brokers.empty(kafka)
        yield kafka
        return
    embedded = EmbeddedBroker()
    brokers.start(embedded)
    try:
        yield embedded
    finally:
        embedded.stop()


@pytest.fixture(scope="session")
def signing_key() -> str:
    """The private key that signs tokens, as JWK JSON text."""
    return new_private_jwk()


@pytest.fixture(scope="session")
def token(signing_key: str) -> Callable[..., str]:
    """`token("caseworker")`: a bearer token. Keyword arguments override the principal's."""

    def sign(*roles: Role, lifetime_seconds: int = 600, **principal: Any) -> str:
        subject = f"person:{uuid5(NAMESPACE_URL, f'tilsagn:person:struer:{roles[0]}')}"
        if roles == ("service",):
            subject = "service:notifications"
        return sign_token(
            signing_key,
            replace(Principal(subject, frozenset(roles), TASKFORCE), **principal),
            lifetime_seconds=lifetime_seconds,
        )

    return sign


@pytest.fixture
def base_settings(signing_key: str) -> dict[str, Any]:
    """The settings that every service needs, without its database. No broker answers at their address."""
    return {
        "token_jwks": public_jwks(signing_key),
        "kafka_bootstrap_servers": "127.0.0.1:9",
        "kafka_flavour": brokers.FLAVOUR,
        "public_url": "http://localhost:8080",
        "log_format": "console",
    }


def _database_fixtures(service: str) -> tuple[Any, Any]:
    @pytest.fixture(name=f"{service}_dsns")
    def dsns(installation: Installation) -> Iterator[Databases]:
        with fresh_databases(installation, [service]) as databases:
            yield databases

    @pytest_asyncio.fixture(name=f"{service}_database")
    async def database(request: pytest.FixtureRequest, base_settings: dict[str, Any]) -> AsyncIterator[Database]:
        dsns: Databases = request.getfixturevalue(f"{service}_dsns")
        settings = ServiceSettings(**base_settings, database_url=dsns.app_dsn(service))
        database = await Database.connect(settings, name=f"{service}-test")
        yield database
        await database.close()

    return dsns, database


# A fresh database of one service as its app role sees it: `<service>_database`; its DSNs: `<service>_dsns`.
pledges_dsns, pledges_database = _database_fixtures("pledges")
events_dsns, events_database = _database_fixtures("events")
notifications_dsns, notifications_database = _database_fixtures("notifications")
dashboard_dsns, dashboard_database = _database_fixtures("dashboard")


@pytest.fixture(scope="session")
def taskforce_id() -> UUID:
    """The taskforce whose tokens `token` signs."""
    return TASKFORCE


@pytest.fixture(scope="session")
def other_taskforce_id() -> UUID:
    """Another tenant of the same installation."""
    return OTHER_TASKFORCE
