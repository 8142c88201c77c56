"""Publishes messages again. Consumers are idempotent, so it has no second effect."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from shared.db.database import Connection


async def replay_all(conn: Connection, *, since: datetime | None = None) -> int:
    """Mark every change (recorded at or after `since`) as unpublished; the relay sends them again, in order.

    Safe while relays run: a relay that read a row before does not mark it afterwards (see `outbox.replays`).

    Returns:
        How many messages will be sent again.
    """
    status = await conn.execute(
        """
        update outbox
           set published_at = null,
               replays = replays + 1
         where $1::timestamptz is null
            or recorded_at >= $1
        """,
        since,
    )
    return int(status.rpartition(" ")[2])


async def replay_unsettled(conn: Connection) -> int:
    """As `replay_all`, for the changes that are not settled: after the broker has lost its log."""
    status = await conn.execute(
        """
        update outbox
           set published_at = null,
               replays = replays + 1
         where settled_at is null
        """
    )
    return int(status.rpartition(" ")[2])


async def settle(conn: Connection, *, published_before: datetime) -> int:
    """Mark the changes published before a moment as applied by all consumers.

    The caller has seen lag zero in every consumer group at some time after that moment.
    """
    status = await conn.execute(
        """
        update outbox
           set settled_at = clock_timestamp()
         where settled_at is null
           and published_at < $1
        """,
        published_before,
    )
    return int(status.rpartition(" ")[2])
