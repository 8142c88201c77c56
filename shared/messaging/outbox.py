"""The outbox: a change's message, written in the change's own transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import structlog

if TYPE_CHECKING:
    from shared.contracts.message import Message
    from shared.postgres import Connection


async def add(conn: Connection, message: Message, *, causation_id: UUID | None = None) -> UUID:
    """Record that `message` is to be published once this transaction has committed.

    The caller holds the lock on the aggregate's row (`for update`, or has just inserted it) and calls this
    after taking it, so that the rows of one aggregate are in the order of its versions.

    Args:
        conn: the change's transaction (`Database.change`).
        message: the fact with the aggregate's state after the change.
        causation_id: the message that caused this change, where one did.

    Returns:
        The message's id.

    Raises:
        asyncpg.UniqueViolationError: this version of the aggregate has been published already; the whole
            change is refused.
    """
    message_id = uuid4()
    correlation = structlog.contextvars.get_contextvars().get("correlation_id")
    await conn.execute(
        """
        insert into outbox
               (id, taskforce_id, aggregatetype, aggregateid, version, type, payload, recorded_at,
                correlation_id, causation_id)
        values ($1, $2, $3, $4, $5, $6, $7::text::jsonb, $8, $9, $10)
        """,
        message_id,
        message.taskforce_id,
        message.aggregate,
        message.aggregate_id,
        message.version,
        message.type_name(),
        message.model_dump_json(),
        message.recorded_at,
        UUID(correlation) if correlation else message_id,
        causation_id,
    )
    return message_id
