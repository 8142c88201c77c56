"""SQL for reading API keys: what a page shows of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from datetime import datetime

    from shared.postgres import Connection


@dataclass(frozen=True, slots=True)
class ApiKeyRow:
    """A key as administrators see it: everything but its secret.

    Attributes:
        made_by_name: the administrator; None where their account has been erased.
        good: whether a token can be had for it now.
    """

    id: UUID
    name: str
    scopes: list[str]
    made_by_name: str | None
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None
    good: bool


async def api_keys(conn: Connection, taskforce_id: UUID, now: datetime) -> list[ApiKeyRow]:
    """The taskforce's keys: good ones first, then latest first."""
    rows = await conn.fetch(
        """
        select api_keys.id, api_keys.name, scopes, made_at, expires_at, used_at, revoked_at,
               people.name as made_by_name,
               revoked_at is null and expires_at > $2 as good
          from api_keys
          left join people
            on people.taskforce_id = api_keys.taskforce_id
           and people.id = made_by
         where api_keys.taskforce_id = $1
         order by good desc, made_at desc, api_keys.id
        """,
        taskforce_id,
        now,
    )
    return [ApiKeyRow(**row) for row in rows]
