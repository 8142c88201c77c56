"""Apache Kafka with TLS, logins and access rights for each service."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from aiokafka.errors import ClusterAuthorizationFailedError, KafkaConnectionError, KafkaError

from deploy import topic_contents
from deploy.access import OPERATOR, Acl, declared, user_of, users
from deploy.access.__main__ import run
from deploy.access.broker import acls_of, grant, set_passwords
from deploy.certificates import Authority
from deploy.kafka import KafkaCluster
from deploy.kafka.security import Security
from deploy.topics import declared as declared_topics
from shared.contracts.events import CompanyRegistered, TaskforceRegistered
from shared.messaging import worker as worker_module
from shared.messaging.access import KafkaAccess
from shared.messaging.broker import producer_for
from shared.messaging.consumer import Consumer
from shared.messaging.lag import group_lags
from shared.messaging.shutdown import discard_producer
from shared.messaging.topics import Topic, admin_of, create_missing
from shared.messaging.worker import Worker
from shared.settings import ServiceSettings
from tests.deploy.processes import CHECKOUT
from tests.shared.messaging.conftest import Effects, company, publish, rows
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
    from pathlib import Path
    from uuid import UUID

    from shared.db.database import Database
    from tests.support.infrastructure import Databases

pytestmark = pytest.mark.kafka

TOPIC = CompanyRegistered.topic()
DASHBOARD = "tilsagn.dashboard"


class Secured:
    """A secured Kafka, and who may come to it."""

    def __init__(self, kafka: KafkaCluster, security: Security) -> None:
        self.kafka = kafka
        self.security = security

    @property
    def administrator(self) -> KafkaAccess:
        """The superuser."""
        return self.security.access(self.kafka.bootstrap_servers)

    def access(self, part: str) -> KafkaAccess:
        """A service's way in, or the operator's."""
        return replace(self.administrator, username=user_of(part), password=password_of(part))


def password_of(part: str) -> str:
    """The logins of `secured`."""
    return f"the password of {part}, and nobody else's"


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    """With every topic, every user and every right."""
    security = Security.new(tmp_path_factory.mktemp("tls"), "the administrator's")
    with KafkaCluster(security=security) as kafka:
        made = Secured(kafka, security)
        asyncio.run(create_missing(made.administrator, [topic.on(1) for topic in declared_topics()]))
        passwords = {name: password_of(part) for part, name in users().items()}
        asyncio.run(run(made.administrator, passwords, declared(), change=True))
        yield made


@pytest.fixture
def settings(base_settings: dict[str, Any], events_dsns: Databases) -> Callable[..., ServiceSettings]:
    """`settings(access)`: settings of a service with this access."""

    def of(access: KafkaAccess) -> ServiceSettings:
        return ServiceSettings(
            **base_settings
            | {
                "database_url": events_dsns.app_dsn("events"),
                "kafka_bootstrap_servers": access.servers,
                "kafka_security_protocol": access.protocol,
                "kafka_username": access.username,
                "kafka_password": access.password,
                "kafka_ca_file": access.ca_file,
            }
        )

    return of


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that has not got a change out for a second is not ready."""
    monkeypatch.setattr(worker_module, "STUCK_SECONDS", 1.0)


@pytest.fixture
async def start(
    settings: Callable[..., ServiceSettings], effects: Effects
) -> AsyncIterator[Callable[..., Awaitable[Worker]]]:
    """`start(access, relay=…, group=…)`: a worker with a relay, a consumer of that group, or both."""
    started: list[Worker] = []

    async def go(access: KafkaAccess, *, relay: bool = False, group: str = "") -> Worker:
        consumer = Consumer(group=group, messages=(CompanyRegistered,), apply=effects.apply) if group else None
        worker = Worker(
            settings(access),
            service="events" if relay else group.removeprefix("tilsagn."),
            publishes=relay,
            consumers=[consumer] if consumer else [],
        )
        await worker.start()
        started.append(worker)
        return worker

    yield go
    for worker in started:
        await worker.stop()


async def ready(worker: Worker) -> bool:
    """As its health endpoint says."""
    return all(check.ok for check in await worker.health())


async def not_ready(worker: Worker) -> bool:
    """And every one of its parts."""
    return not any(check.ok for check in await worker.health())


async def test_a_change_is_delivered_with_minimal_rights(
    secured: Secured, start: Any, events_database: Database, taskforce_id: UUID
) -> None:
    sender = await start(secured.access("events"), relay=True)
    reader = await start(secured.access("dashboard"), group=DASHBOARD)
    change = company(taskforce_id)
    await publish(events_database, change)

    async def arrived() -> bool:
        return (change.company_id, 1) in await rows(events_database)  # others may have left theirs on the topic

    await eventually(arrived)
    await eventually(lambda: ready(sender))
    await eventually(lambda: ready(reader))


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("password", "Authentication failed"),
        ("name", "Authentication failed"),
        ("authority", "CERTIFICATE_VERIFY_FAILED"),
        ("host", "CERTIFICATE_VERIFY_FAILED"),
        ("clear", "Connection at .* closed"),
    ],
)
async def test_a_client_with_a_wrong_login_is_refused_and_loses_nothing(
    wrong: str,
    words: str,
    secured: Secured,
    start: Any,
    events_database: Database,
    taskforce_id: UUID,
    tmp_path: Path,
    log_output: Callable[[], str],
) -> None:
    right = secured.access("events")
    Authority.new().write(tmp_path)
    [(_, port)] = [server.split(":") for server in right.servers.split(",")]
    ways = {
        "password": replace(right, password=password_of("pledges")),
        "name": replace(right, username="tilsagn-nobody"),
        "authority": replace(right, ca_file=str(tmp_path / "ca.pem")),
        "host": replace(right, servers=f"localhost:{port}"),
        "clear": KafkaAccess(right.servers),
    }
    change = company(taskforce_id)
    await publish(events_database, change)
    worker = await start(ways[wrong], relay=True, group=DASHBOARD)
    await eventually(lambda: not_ready(worker))
    await eventually(lambda: is_logged(words, log_output))

    assert await rows(events_database) == []
    await worker.stop()

    await start(right, relay=True)
    await start(secured.access("dashboard"), group=DASHBOARD)

    async def arrived() -> bool:
        return (change.company_id, 1) in await rows(events_database)  # others may have left theirs on the topic

    await eventually(arrived)


@pytest.mark.usefixtures("impatient")
async def test_another_services_topic_cannot_be_written(
    secured: Secured, start: Any, events_database: Database, taskforce_id: UUID, log_output: Callable[[], str]
) -> None:
    worker = await start(secured.access("pledges"), relay=True)
    await publish(events_database, company(taskforce_id))
    await eventually(lambda: not_ready(worker))
    assert "relay.may_not_write" in log_output()
    assert await events_database.pool.fetchval("select count(*) from outbox where published_at is null") == 1


@pytest.mark.parametrize(
    ("who", "group", "words"),
    [
        ("notifications", "tilsagn.notifications", "TopicAuthorizationFailed"),
        ("pledges", "tilsagn.dashboard", "GroupAuthorizationFailed"),
    ],
    ids=["topic", "group"],
)
async def test_another_services_topic_cannot_be_read_nor_its_group_be_joined(
    who: str,
    group: str,
    words: str,
    secured: Secured,
    start: Any,
    events_database: Database,
    taskforce_id: UUID,
    log_output: Callable[[], str],
) -> None:
    await start(secured.access("events"), relay=True)
    await publish(events_database, company(taskforce_id))
    worker = await start(secured.access(who), group=group)
    await eventually(lambda: is_logged(f"worker.may_not_read {words}", log_output))
    await asyncio.sleep(1)
    assert await not_ready(worker)
    assert await rows(events_database) == []


async def is_logged(words: str, log_output: Callable[[], str]) -> bool:
    """Whether the log says so: a regular expression."""
    return re.search(words, log_output()) is not None


def taskforce(taskforce_id: UUID) -> TaskforceRegistered:
    """A message of another topic."""
    return TaskforceRegistered(
        taskforce_id=taskforce_id,
        version=1,
        recorded_at=datetime.now(UTC),
        slug="struer",
        name="Struer",
        municipality="0671",
        since=date(2026, 1, 1),
    )


async def test_a_forbidden_topic_does_not_block_the_others(
    secured: Secured,
    start: Any,
    settings: Callable[..., ServiceSettings],
    events_database: Database,
    taskforce_id: UUID,
) -> None:
    await set_passwords(secured.administrator, {"tilsagn-half": password_of("half")})
    await grant(secured.administrator, [Acl("tilsagn-half", "Write", "Topic", "tilsagn.events.taskforce")])
    await publish(events_database, company(taskforce_id), taskforce(taskforce_id))
    await start(replace(secured.administrator, username="tilsagn-half", password=password_of("half")), relay=True)

    async def one_is_out() -> bool:
        found = await events_database.pool.fetch("select aggregatetype from outbox where published_at is not null")
        return [row["aggregatetype"] for row in found] == ["events.taskforce"]

    await eventually(one_is_out)


async def test_the_operator_reads_and_empties_topics_and_cannot_write(
    secured: Secured,
    start: Any,
    settings: Callable[..., ServiceSettings],
    events_database: Database,
    taskforce_id: UUID,
) -> None:
    await start(secured.access("events"), relay=True)
    await start(secured.access("dashboard"), group=DASHBOARD)
    change = company(taskforce_id)
    await publish(events_database, change)
    operator = secured.access(OPERATOR)

    async def arrived() -> bool:
        return (change.company_id, 1) in await rows(events_database)  # others may have left theirs on the topic

    await eventually(arrived)

    async def read() -> bool:
        return await group_lags(operator, {DASHBOARD: [TOPIC]}) == {DASHBOARD: 0}

    await eventually(read)
    assert not await topic_contents.is_empty(operator)
    assert any([records async for records in topic_contents.read(operator)])
    with pytest.raises(ClusterAuthorizationFailedError):  # as a user without any rights
        await send(settings(operator))
    await topic_contents.empty(operator)
    assert await topic_contents.is_empty(operator)


@pytest.mark.parametrize("service", ["pledges", "events", "notifications", "dashboard"])
async def test_no_service_can_empty_or_create_topics_or_grant_rights(service: str, secured: Secured) -> None:
    access = secured.access(service)
    with pytest.raises(KafkaError):
        await set_passwords(access, {user_of("events"): "taken over"})
    with pytest.raises(KafkaError):
        await grant(access, [Acl(user_of(service), "Delete", "Topic", TOPIC)])
    with pytest.raises(KafkaError):
        await create_missing(access, [Topic("tilsagn.events.more", 1)])
    async with admin_of(access) as admin:
        answer: Any = await admin.delete_topics([TOPIC])
    assert all(code for _, code in answer.topic_error_codes)
    assert await acls_of(secured.administrator, users().values()) == set(declared())


async def test_a_new_password_replaces_the_old_one(secured: Secured) -> None:
    first = replace(secured.administrator, username="tilsagn-renewed", password="first")
    second = replace(first, password="second")
    await set_passwords(secured.administrator, {"tilsagn-renewed": "first"})
    await can_come(first)
    with pytest.raises(KafkaConnectionError):
        await can_come(second)
    await set_passwords(secured.administrator, {"tilsagn-renewed": "second"})
    await can_come(second)
    with pytest.raises(KafkaConnectionError):
        await can_come(first)


async def can_come(access: KafkaAccess) -> None:
    """Raises KafkaConnectionError if it is not let in."""
    async with admin_of(access):
        pass


async def send(settings: ServiceSettings) -> None:
    """Send something to the topic."""
    producer = producer_for(settings, client_id="test")
    try:
        await producer.start()
        await producer.send_and_wait(TOPIC, b"{}")
    finally:
        await discard_producer(producer)


def command(module: str, secured: Secured, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """One of a deployment's jobs, as the administrator."""
    access = secured.administrator
    environment = {
        "PATH": os.defpath,
        "KAFKA_BOOTSTRAP_SERVERS": access.servers,
        "KAFKA_SECURITY_PROTOCOL": access.protocol,
        "KAFKA_USERNAME": access.username,
        "KAFKA_PASSWORD": access.password,
        "KAFKA_CA_FILE": access.ca_file,
        "KAFKA_REPLICATION_FACTOR": "1",
    }
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=CHECKOUT, env=environment | more, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_jobs_report_undeclared_topics_and_rights(secured: Secured) -> None:
    done = command("deploy.topics", secured, "--check")
    assert (done.returncode, done.stdout) == (0, "all topics are there and as declared\n"), done.stderr
    done = command("deploy.access", secured, "--check")
    assert (done.returncode, done.stdout) == (0, "all rights are as declared\n"), done.stderr
    done = command("deploy.access", secured, "--check", DASHBOARD_KAFKA_USERNAME="board")
    assert done.returncode == 1
    assert "board may read group tilsagn.dashboard: missing\n" in done.stderr
    done = command("deploy.access", secured, DASHBOARD_KAFKA_USERNAME="board", DASHBOARD_KAFKA_PASSWORD="new")
    assert done.returncode == 0
    assert "board may read group tilsagn.dashboard: granted\n" in done.stdout
    asyncio.run(grant(secured.administrator, [Acl("board", "Write", "Topic", TOPIC)]))
    done = command("deploy.access", secured, "--check", DASHBOARD_KAFKA_USERNAME="board")
    assert (done.returncode, done.stderr) == (1, f"board may write topic {TOPIC}, and nobody declared it\n")
