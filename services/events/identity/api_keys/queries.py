"""SQL for reading API keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from services.events.identity.api_keys.store import OWNER, OWNER_IS_ADMIN

if TYPE_CHECKING:
    from datetime import datetime

    from shared.db.database import Connection


@dataclass(frozen=True, slots=True)
class ApiKeyRow:
    """A key as administrators see it.

    Attributes:
        made_by_name: None if the account has been erased.
        owner: the responsible administrator; `owner_name` is None if the account has been erased.
        owner_is_admin: whether the owner is an active administrator; if not, the key is suspended.
        expired: whether it has been revoked or has expired.
    """

    id: UUID
    name: str
    scopes: list[str]
    made_by_name: str | None
    made_at: datetime
    owner: UUID
    owner_name: str | None
    owner_is_admin: bool
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None
    expired: bool


async def api_keys(
    conn: Connection, taskforce_id: UUID, now: datetime, *, owner: UUID | None = None
) -> list[ApiKeyRow]:
    """Return the taskforce's keys: usable ones first, then latest first.

    Args:
        owner: only usable keys of this person.
    """
    rows = await conn.fetch(
        f"""
        select api_keys.id, api_keys.name, scopes, made_at, expires_at, used_at, revoked_at,
               maker.name as made_by_name,
               {OWNER} as owner,
               keeper.name as owner_name,
               {OWNER_IS_ADMIN} as owner_is_admin,
               revoked_at is not null or expires_at <= $2 as expired
          from api_keys
          left join people as maker
            on maker.taskforce_id = api_keys.taskforce_id
           and maker.id = made_by
          left join people as keeper
            on keeper.taskforce_id = api_keys.taskforce_id
           and keeper.id = {OWNER}
         where api_keys.taskforce_id = $1
           and ($3::uuid is null
                or {OWNER} = $3 and revoked_at is null and expires_at > $2)
         order by expired, made_at desc, api_keys.id
        """,  # noqa: S608  (texts of our own)
        taskforce_id,
        now,
        owner,
    )
    return [ApiKeyRow(**row) for row in rows]
