"""SQL that finds the taskforces whose data has deadlines."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID

    from shared.db.database import Connection


async def taskforces_of_outbox(conn: Connection) -> list[UUID]:
    """Return every taskforce that ever had a message in the outbox."""
    rows = await conn.fetch("select distinct taskforce_id from outbox")
    return [row["taskforce_id"] for row in rows]
