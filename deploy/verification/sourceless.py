"""Messages on the broker whose change is in no database: what a restored backup has not got."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import asyncpg

from deploy import bus
from shared.messaging.envelope import read_headers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiokafka import ConsumerRecord

    from shared.messaging.access import Kafka

_SOURCE: Final = "/tilsagn/"


@dataclass(frozen=True)
class Sourceless:
    """A change that was published and is gone.

    Attributes:
        service: who published it.
        recorded_at: when it was made, RFC 3339.
        state: the aggregate after it, as published: nobody's name or address is in it.
    """

    service: str
    message_id: UUID
    type: str
    taskforce_id: str
    aggregate_id: str
    version: str
    recorded_at: str
    state: Any

    def as_json(self) -> dict[str, Any]:
        """For a program, or for whoever has to ask the company again."""
        return {
            "service": self.service,
            "type": self.type,
            "taskforce_id": self.taskforce_id,
            "aggregate_id": self.aggregate_id,
            "version": self.version,
            "recorded_at": self.recorded_at,
            "message_id": str(self.message_id),
            "state": self.state,
        }


async def sourceless(kafka: Kafka, outboxes: Mapping[str, str]) -> list[Sourceless]:
    """Return every message on the broker that is in no outbox, each once, the oldest first.

    What is no message of these services at all is not among them.

    Args:
        outboxes: URL of each publishing service's database, by service.

    Raises:
        aiokafka.errors.KafkaError, asyncpg.PostgresError, OSError: broker or database are away.
    """
    connections: dict[str, asyncpg.Connection] = {}
    found: dict[UUID, Sourceless] = {}
    try:
        for service, url in outboxes.items():
            connections[service] = await asyncpg.connect(url, timeout=10, command_timeout=60)
        async for records in bus.read(kafka):
            told = {one.message_id: one for one in map(_understood, records) if one is not None}
            for service, connection in connections.items():
                mine = [message_id for message_id, one in told.items() if one.service == service]
                known = await connection.fetch("select id from outbox where id = any($1)", mine)
                gone = set(mine) - {row["id"] for row in known}
                found |= {message_id: told[message_id] for message_id in gone}
    finally:
        for connection in connections.values():
            connection.terminate()
    return sorted(found.values(), key=lambda one: (one.recorded_at, one.aggregate_id, one.version))


def _understood(record: ConsumerRecord[Any, Any]) -> Sourceless | None:
    headers = read_headers(record.headers)
    try:
        message_id = UUID(headers.get("ce_id", ""))
        state = json.loads(record.value or b"null")
    except ValueError:
        return None
    return Sourceless(
        service=headers.get("ce_source", "").removeprefix(_SOURCE),
        message_id=message_id,
        type=headers.get("ce_type", ""),
        taskforce_id=headers.get("ce_taskforceid", ""),
        aggregate_id=headers.get("ce_subject", ""),
        version=headers.get("ce_aggregateversion", ""),
        recorded_at=headers.get("ce_time", ""),
        state=state,
    )
