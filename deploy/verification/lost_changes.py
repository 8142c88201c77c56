"""Finds messages on the broker whose change is in no database: the changes that a restored backup does not contain."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import asyncpg

from deploy import topic_contents
from shared.messaging.envelope import read_headers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiokafka import ConsumerRecord

    from shared.messaging.access import Kafka

_SOURCE: Final = "/tilsagn/"


@dataclass(frozen=True)
class LostChange:
    """A change that was published and is no longer in its service's database.

    Attributes:
        service: the service that published it.
        recorded_at: time of the change, RFC 3339.
        state: the aggregate after the change, as published. Messages contain no names or addresses of persons.
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
        """Return the change as JSON, for a program or for the person who contacts the company again."""
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


async def find_lost_changes(kafka: Kafka, outboxes: Mapping[str, str]) -> list[LostChange]:
    """Return every message on the broker that is in no outbox, each once, oldest first.

    Records that are not messages of these services are ignored.

    Args:
        kafka: how to connect to the broker.
        outboxes: connection URL of each publishing service's database, by service.

    Raises:
        aiokafka.errors.KafkaError, asyncpg.PostgresError, OSError: the broker or a database is not available.
    """
    connections: dict[str, asyncpg.Connection] = {}
    found: dict[UUID, LostChange] = {}
    try:
        for service, url in outboxes.items():
            connections[service] = await asyncpg.connect(url, timeout=10, command_timeout=60)
        async for records in topic_contents.read(kafka):
            messages = {one.message_id: one for one in map(_parse, records) if one is not None}
            for service, connection in connections.items():
                ids = [message_id for message_id, one in messages.items() if one.service == service]
                known = await connection.fetch("select id from outbox where id = any($1)", ids)
                lost = set(ids) - {row["id"] for row in known}
                found |= {message_id: messages[message_id] for message_id in lost}
    finally:
        for connection in connections.values():
            connection.terminate()
    return sorted(found.values(), key=lambda one: (one.recorded_at, one.aggregate_id, one.version))


def _parse(record: ConsumerRecord[Any, Any]) -> LostChange | None:
    headers = read_headers(record.headers)
    try:
        message_id = UUID(headers.get("ce_id", ""))
        state = json.loads(record.value or b"null")
    except ValueError:
        return None
    return LostChange(
        service=headers.get("ce_source", "").removeprefix(_SOURCE),
        message_id=message_id,
        type=headers.get("ce_type", ""),
        taskforce_id=headers.get("ce_taskforceid", ""),
        aggregate_id=headers.get("ce_subject", ""),
        version=headers.get("ce_aggregateversion", ""),
        recorded_at=headers.get("ce_time", ""),
        state=state,
    )
