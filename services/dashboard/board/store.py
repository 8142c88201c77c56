"""SQL of the releases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from services.dashboard.board.domain import Release
from services.dashboard.disclosure import Hidden

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from shared.db.database import Connection

CHANNEL: Final = "board_released"
"""NOTIFY with the id of the taskforce whose board has been released. Nothing else wakes the board's public streams."""

_COLUMNS: Final = "taskforce_id, number, since, as_of, counted, below, released_at, by_hand, sign_due"


@dataclass(frozen=True, slots=True)
class LastCheck:
    """The last time a release was due.

    Attributes:
        refused: the code of the reason why nothing was released; None: it was.
    """

    due_at: datetime
    checked_at: datetime
    refused: str | None


async def releases(conn: Connection) -> list[Release]:
    """Return all releases of the taskforce ever, the first one first."""
    rows = await conn.fetch(f"select {_COLUMNS} from board_releases order by number")  # noqa: S608  (our own columns)
    return [Release(*row.values()) for row in rows]


async def last_release(conn: Connection) -> Release | None:
    """Return the release that stands; None before the first."""
    row = await conn.fetchrow(
        f"""
        select {_COLUMNS}
          from board_releases
         order by taskforce_id desc, number desc
         limit 1
        """  # noqa: S608  (our own columns)
    )
    return None if row is None else Release(*row.values())


async def last_check(conn: Connection) -> LastCheck | None:
    """Return the last time a release was due; None before the first."""
    row = await conn.fetchrow("select due_at, checked_at, refused from board_checks")
    return None if row is None else LastCheck(*row.values())


async def claim(conn: Connection, taskforce_id: UUID, *, due_at: datetime, now: datetime) -> bool:
    """Claim the check that was due, and lock the taskforce's releases until the transaction ends.

    Returns:
        Whether nobody has checked for this time before.
    """
    status = await conn.execute(
        """
        insert into board_checks as last
               (taskforce_id, due_at, checked_at)
        values ($1, $2, $3)
            on conflict (taskforce_id) do update
           set due_at = excluded.due_at,
               checked_at = excluded.checked_at,
               refused = null
         where last.due_at < excluded.due_at
        """,
        taskforce_id,
        due_at,
        now,
    )
    return status == "INSERT 0 1"


async def refuse(conn: Connection, code: str) -> None:
    """Keep why nothing was released at the check that was claimed."""
    await conn.execute("update board_checks set refused = $1", code)


async def add(conn: Connection, release: Release) -> None:
    """Add a release, and wake the public streams at the commit."""
    await conn.execute(
        f"""
        insert into board_releases
               ({_COLUMNS}, shown)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """,  # noqa: S608  (our own columns)
        release.taskforce_id,
        release.number,
        release.since,
        release.as_of,
        release.counted,
        release.below,
        release.released_at,
        release.by_hand,
        release.sign_due,
        None if isinstance(release.shown, Hidden) else release.shown,
    )
    await conn.execute("select pg_notify($1, $2)", CHANNEL, str(release.taskforce_id))
