"""The inbox: for effects without a key of their own, which messages have been seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from shared.db.database import Connection
    from shared.messaging.envelope import Delivery


async def unseen(conn: Connection, group: str, deliveries: Sequence[Delivery]) -> list[Delivery]:
    """Note `deliveries` as seen by `group`, and return those that were not seen before, each once.

    Must be called in the transaction of the effect: both commit or neither.
    """
    fresh: set[UUID] = {
        row["message_id"]
        for row in await conn.fetch(
            """
            insert into inbox (consumer_group, message_id)
            select $1, message_id
              from unnest($2::uuid[]) as message_id
                on conflict do nothing
            returning message_id
            """,
            group,
            list({delivery.message_id for delivery in deliveries}),
        )
    }
    first: list[Delivery] = []
    for delivery in deliveries:
        if delivery.message_id in fresh:
            fresh.discard(delivery.message_id)
            first.append(delivery)
    return first
