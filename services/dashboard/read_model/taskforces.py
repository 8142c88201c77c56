"""The taskforces. They are public and read before a tenant is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.dashboard.read_model.generations import SERVED

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from shared.db.database import Database


@dataclass(frozen=True, slots=True)
class Taskforce:
    """A taskforce, as the register publishes it."""

    taskforce_id: UUID
    slug: str
    name: str
    municipality: str
    since: date


_TASKFORCES = f"""
    select taskforce_id, slug, name, municipality, since
      from (select distinct on (taskforce_id) *
              from taskforces
             where generation = {SERVED}
             order by taskforce_id, version desc) as present
"""  # noqa: S608


async def find_taskforce(
    database: Database, *, slug: str | None = None, taskforce_id: UUID | None = None
) -> Taskforce | None:
    """Return the taskforce with this current slug or this id, or None."""
    async with database.system() as conn:
        row = await conn.fetchrow(
            _TASKFORCES + " where slug = $1 or taskforce_id = $2 order by recorded_at desc limit 1", slug, taskforce_id
        )
    return None if row is None else Taskforce(*row.values())


async def all_taskforces(database: Database, *, limit: int) -> list[Taskforce]:
    """Return all taskforces, the oldest first."""
    async with database.system() as conn:
        rows = await conn.fetch(_TASKFORCES + " order by since, slug limit $1", limit)
    return [Taskforce(*row.values()) for row in rows]
