"""`tilsagn reconcile`: lists the changes that only the broker has before it empties the topics."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer

from deploy import topic_contents
from shared.contracts.catalogue import TOPICS
from shared.contracts.pledges import PledgeLogged
from shared.messaging.envelope import encode_headers
from shared.messaging.lag import group_lags
from tests.cli.command import Ran, in_process

if TYPE_CHECKING:
    from tests.support.topology import Topology


TYPE, TOPIC = PledgeLogged.type_name(), PledgeLogged.topic()


def test_reconcile_refuses_while_a_service_is_connected(stopped: Topology) -> None:
    async def attempt() -> Ran:
        worker = await asyncpg.connect(stopped.app_dsn("dashboard"))
        try:
            return await asyncio.to_thread(_reconcile, stopped)
        finally:
            await worker.close()

    refused = asyncio.run(attempt())
    assert refused.exit_code == 1
    assert "connected as tilsagn_dashboard_app): stop all of them first" in refused.notes


def test_reconcile_refuses_a_local_run(stopped: Topology) -> None:
    refused = in_process("reconcile", state=stopped.folder / "none")
    assert refused.exit_code == 1
    assert "fills its broker anew at every start" in refused.notes


def test_lost_changes_are_listed_once_with_their_state_and_the_others_are_published_again(
    stopped: Topology,
) -> None:
    kept, lost = uuid4(), uuid4()

    async def prepare() -> None:
        await _record(stopped, kept)
        await _publish(stopped, kept, kept, lost, lost, b"no message of ours")

    asyncio.run(prepare())
    ran = _reconcile(stopped)
    listed = json.loads(ran.output)["lost"]
    assert [one["aggregate_id"] for one in listed] == [str(lost)]
    assert listed[0]["state"] == {"pledge": str(lost)}
    assert (listed[0]["service"], listed[0]["type"], listed[0]["version"]) == ("pledges", TYPE, "1")
    assert asyncio.run(_unpublished(stopped)) == {kept}
    # The embedded broker cannot be emptied, and the operator must be told.
    assert ran.exit_code == 1
    assert "The broker was not emptied" in ran.notes


@pytest.mark.kafka
def test_the_topics_are_emptied_and_no_group_has_lag(stopped: Topology) -> None:
    servers = stopped.broker.bootstrap_servers
    asyncio.run(_publish(stopped, *(uuid4() for _ in range(50))))
    assert not asyncio.run(topic_contents.is_empty(servers))
    ran = _reconcile(stopped)
    assert ran.exit_code == 0, ran.notes
    assert len(json.loads(ran.output)["lost"]) == 50
    assert asyncio.run(topic_contents.is_empty(servers))
    assert asyncio.run(group_lags(servers, {"somebody.who.never.read": TOPICS})) == {"somebody.who.never.read": 0}
    assert json.loads(_reconcile(stopped).output)["lost"] == []


def _reconcile(stopped: Topology) -> Ran:
    return in_process("reconcile", "--json", state=stopped.folder / "none", environment=stopped.operator_environment())


async def _record(stopped: Topology, message_id: UUID) -> None:
    conn = await asyncpg.connect(stopped.superuser_dsn("pledges"))
    await conn.execute(
        """
        insert into outbox
               (id, taskforce_id, aggregatetype, aggregateid, version, type, payload, correlation_id, published_at)
        values ($1, $1, 'pledges.pledge', $1, 1, $2, '{}', $1, clock_timestamp())
        """,
        message_id,
        TYPE,
    )
    await conn.close()


async def _unpublished(stopped: Topology) -> set[UUID]:
    conn = await asyncpg.connect(stopped.superuser_dsn("pledges"))
    try:
        return {row["id"] for row in await conn.fetch("select id from outbox where published_at is null")}
    finally:
        await conn.close()


async def _publish(stopped: Topology, *messages: UUID | bytes) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=stopped.broker.bootstrap_servers, acks="all")
    await producer.start()
    for message in messages:
        if isinstance(message, bytes):
            await producer.send_and_wait(TOPIC, message, key=message)
        else:
            state: Any = json.dumps({"pledge": str(message)}).encode()
            await producer.send_and_wait(TOPIC, state, key=str(message).encode(), headers=_headers(message))
    await producer.stop()


def _headers(message: UUID) -> list[tuple[str, bytes]]:
    return encode_headers(
        message_id=message,
        type_name=TYPE,
        source="pledges",
        subject=message,
        time="2026-11-22T19:30:00+00:00",
        taskforce_id=message,
        version=1,
        correlation_id=message,
        causation_id=None,
    )
