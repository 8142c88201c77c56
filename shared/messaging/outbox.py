"""The outbox: the message of a change is written in the transaction of the change."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import structlog

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.contracts.message import Message
    from shared.db.database import Connection

_INSERT = """
        insert into outbox
               (id, taskforce_id, aggregatetype, aggregateid, version, type, payload, recorded_at, correlation_id,
                causation_id)
"""


async def add(conn: Connection, message: Message, *, causation_id: UUID | None = None) -> UUID:
    """Add a message to the outbox; it is published after this transaction has committed.

    The caller must hold the lock on the aggregate's row (`for update`, or by inserting it) before it calls this, so
    that the rows of one aggregate are in the order of its versions.

    Args:
        conn: the change's transaction (`Database.change`).
        message: the aggregate's state after the change.
        causation_id: the message that caused this change, if any.

    Returns:
        The message's id.

    Raises:
        asyncpg.UniqueViolationError: this version of the aggregate is in the outbox already.
    """
    message_id = uuid4()
    await conn.execute(
        f"{_INSERT} values ($1, $2, $3, $4, $5, $6, $7::text::jsonb, $8, $9, $10)",
        message_id,
        message.taskforce_id,
        message.aggregate,
        message.aggregate_id,
        message.version,
        message.type_name(),
        message.model_dump_json(),
        message.recorded_at,
        correlation_id() or message_id,
        causation_id,
    )
    return message_id


async def add_all(conn: Connection, messages: Sequence[tuple[Message, UUID | None]]) -> None:
    """Add several messages of one taskforce in one round trip, see `add`.

    Args:
        messages: each with the correlation id of its request (see `correlation_id`), in the order of publication.

    Raises:
        asyncpg.UniqueViolationError: as `add`.
    """
    ids = [uuid4() for _ in messages]
    await conn.execute(
        f"""
        {_INSERT}
        select id, taskforce_id, aggregatetype, aggregateid, version, type, payload::jsonb, recorded_at,
               correlation_id, null
          from unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::integer[], $6::text[], $7::text[],
                      $8::timestamptz[], $9::uuid[])
               with ordinality
               as message (id, taskforce_id, aggregatetype, aggregateid, version, type, payload, recorded_at,
                           correlation_id, number)
         order by number
        """,  # noqa: S608  (a text of our own)
        ids,
        [message.taskforce_id for message, _ in messages],
        [message.aggregate for message, _ in messages],
        [message.aggregate_id for message, _ in messages],
        [message.version for message, _ in messages],
        [message.type_name() for message, _ in messages],
        [message.model_dump_json() for message, _ in messages],
        [message.recorded_at for message, _ in messages],
        [correlation or id_ for id_, (_, correlation) in zip(ids, messages, strict=True)],
    )


async def taskforces(conn: Connection) -> list[UUID]:
    """Return every taskforce that ever had a message in the outbox. Reads one row for each of them, not all."""
    rows = await conn.fetch(
        """
        with recursive named as (
            (select taskforce_id from outbox order by taskforce_id limit 1)
             union all
            select (select outbox.taskforce_id
                      from outbox
                     where outbox.taskforce_id > named.taskforce_id
                     order by outbox.taskforce_id
                     limit 1)
              from named
             where named.taskforce_id is not null
        )
        select taskforce_id
          from named
         where taskforce_id is not null
        """
    )
    return [row["taskforce_id"] for row in rows]


def correlation_id() -> UUID | None:
    """Return the correlation id of the current request, or None outside of one."""
    correlation = structlog.contextvars.get_contextvars().get("correlation_id")
    return UUID(correlation) if correlation else None
