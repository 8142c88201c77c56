"""Dead letters: records that a consumer could not process. They are stored, listed, shown and replayed.

A dead letter is stored in the consumer group's own database, in the transaction that skips the record. It is the
record exactly as it was delivered, so it can be processed again after the code has been corrected.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import asyncpg

    from shared.db.database import Connection
    from shared.messaging.envelope import InvalidMessage


@dataclass(frozen=True, slots=True)
class Record:
    """A record as the broker delivered it."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A stored record and the reason why it could not be processed."""

    dead_letter_id: UUID
    consumer_group: str
    record: Record
    reason: str
    detail: str
    recorded_at: datetime
    replayed_at: datetime | None


async def add_dead_letter(conn: Connection, group: str, record: Record, error: InvalidMessage) -> None:
    """Store a record for an operator to look at. A record that is delivered again is stored once."""
    digest = hashlib.sha256(b"\0" if record.value is None else b"\1" + record.value).digest()
    await conn.execute(
        """
        insert into dead_letters
               (consumer_group, topic, partition, "offset", value_digest, message_key, value, headers,
                reason, detail)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            on conflict do nothing
        """,
        group,
        record.topic,
        record.partition,
        record.offset,
        digest,
        record.key,
        record.value,
        # PostgreSQL's jsonb cannot hold NUL.
        {k.replace("\0", "\\0"): v.replace("\0", "\\0") for k, v in record.headers.items()},
        error.reason,
        error.detail.replace("\0", "\\0"),
    )


_SELECT = """select id, consumer_group, topic, partition, "offset", message_key, value, headers, reason, detail,
               recorded_at, replayed_at
          from dead_letters"""


async def pending(conn: Connection, *, limit: int = 100) -> list[DeadLetter]:
    """Return at most `limit` dead letters that have not been replayed, oldest first."""
    rows = await conn.fetch(
        f"""
        {_SELECT}
         where replayed_at is null
         order by recorded_at, id
         limit $1
        """,
        limit,
    )
    return [_from_row(row) for row in rows]


async def find(conn: Connection, dead_letter_id: UUID) -> DeadLetter | None:
    """Return one dead letter, or None."""
    row = await conn.fetchrow(f"{_SELECT}\n         where id = $1", dead_letter_id)
    return None if row is None else _from_row(row)


async def mark_replayed(conn: Connection, dead_letter_id: UUID) -> None:
    """Mark a dead letter as replayed, in the transaction of its effect."""
    await conn.execute("update dead_letters set replayed_at = clock_timestamp() where id = $1", dead_letter_id)


def _from_row(row: asyncpg.Record) -> DeadLetter:
    return DeadLetter(
        dead_letter_id=row["id"],
        consumer_group=row["consumer_group"],
        record=Record(
            topic=row["topic"],
            partition=row["partition"],
            offset=row["offset"],
            key=row["message_key"],
            value=row["value"],
            headers=row["headers"],
        ),
        reason=row["reason"],
        detail=row["detail"],
        recorded_at=row["recorded_at"],
        replayed_at=row["replayed_at"],
    )
