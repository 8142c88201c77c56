"""SQL that reads the hires that an import is compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from shared.db.database import Connection


async def fingerprints_of_hires(conn: Connection, taskforce_id: UUID, hire_ids: Collection[UUID]) -> dict[UUID, bytes]:
    """Return the fingerprints of the requests or lines that confirmed these hires, by id, as far as there are any."""
    rows = await conn.fetch(
        """
        select id, request_fingerprint
          from hires
         where taskforce_id = $1
           and id = any($2::uuid[])
        """,
        taskforce_id,
        list(hire_ids),
    )
    return {row["id"]: row["request_fingerprint"] for row in rows}


async def begin_alone(conn: Connection, taskforce_id: UUID) -> bool:
    """Let no other import of hires of the taskforce begin before this transaction has ended.

    Returns:
        False where another one is running.
    """
    alone: bool = await conn.fetchval(
        "select pg_try_advisory_xact_lock(hashtextextended($1, 0))", f"import of hires of {taskforce_id}"
    )
    return alone
