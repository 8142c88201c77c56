"""SQL for the first administrator's link. Runs in the caller's transaction, never commits."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from shared.db.database import Connection


async def replace_link(conn: Connection, taskforce_id: UUID, secret_hash: bytes, made_at: datetime) -> None:
    """Save the hash of the taskforce's only link, in place of the one before."""
    await conn.execute(
        """
        insert into setup_links (taskforce_id, secret_hash, made_at)
        values ($1, $2, $3)
            on conflict (taskforce_id) do update
           set secret_hash = excluded.secret_hash,
               made_at = excluded.made_at
        """,
        taskforce_id,
        secret_hash,
        made_at,
    )


async def valid_hash(conn: Connection, taskforce_id: UUID, since: datetime) -> bytes | None:
    """Return the hash of the link if it was made after a moment; None otherwise."""
    found: bytes | None = await conn.fetchval(
        "select secret_hash from setup_links where taskforce_id = $1 and made_at > $2", taskforce_id, since
    )
    return found


async def delete_link(conn: Connection, taskforce_id: UUID) -> None:
    """Delete the taskforce's link."""
    await conn.execute("delete from setup_links where taskforce_id = $1", taskforce_id)
