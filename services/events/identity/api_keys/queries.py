"""SQL for reading API keys: what a page shows of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from services.events.identity.api_keys.store import KEPT, KEPT_BY

if TYPE_CHECKING:
    from datetime import datetime

    from shared.db.database import Connection


@dataclass(frozen=True, slots=True)
class ApiKeyRow:
    """A key as administrators see it: everything but its secret.

    Attributes:
        made_by_name: the administrator; None where their account has been erased.
        kept_by: the administrator who answers for it, and what they are called, likewise.
        kept: whether they are one who takes part.
        over: whether it has been taken back, or its time is up.
    """

    id: UUID
    name: str
    scopes: list[str]
    made_by_name: str | None
    made_at: datetime
    kept_by: UUID
    kept_by_name: str | None
    kept: bool
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None
    over: bool


async def api_keys(
    conn: Connection, taskforce_id: UUID, now: datetime, *, kept_by: UUID | None = None
) -> list[ApiKeyRow]:
    """The taskforce's keys: those that are not over first, then latest first.

    Args:
        kept_by: only those of them that are not over and for which this person answers.
    """
    rows = await conn.fetch(
        f"""
        select api_keys.id, api_keys.name, scopes, made_at, expires_at, used_at, revoked_at,
               maker.name as made_by_name,
               {KEPT_BY} as kept_by,
               keeper.name as kept_by_name,
               {KEPT} as kept,
               revoked_at is not null or expires_at <= $2 as over
          from api_keys
          left join people as maker
            on maker.taskforce_id = api_keys.taskforce_id
           and maker.id = made_by
          left join people as keeper
            on keeper.taskforce_id = api_keys.taskforce_id
           and keeper.id = {KEPT_BY}
         where api_keys.taskforce_id = $1
           and ($3::uuid is null
                or {KEPT_BY} = $3 and revoked_at is null and expires_at > $2)
         order by over, made_at desc, api_keys.id
        """,  # noqa: S608  (texts of our own)
        taskforce_id,
        now,
        kept_by,
    )
    return [ApiKeyRow(**row) for row in rows]
