"""Named filters of the work list: one's own, and those that colleagues share. Each use case owns its transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from services.pledges.queue.refusals import TooManyViews, ViewNotFound

if TYPE_CHECKING:
    from shared.db.database import Connection, Database

MOST_VIEWS: Final = 50
"""Of one person."""


@dataclass(frozen=True, slots=True)
class SavedView:
    """A named filter. `query` is that of the work list's address."""

    id: UUID
    name: str
    query: str
    shared: bool
    saved_by: UUID


async def saved_views(conn: Connection, taskforce_id: UUID, person_id: UUID) -> list[SavedView]:
    """Return a person's own views and those that colleagues share, by name."""
    rows = await conn.fetch(
        """
        select id, name, query, shared, saved_by
          from queue_views
         where taskforce_id = $1
           and (saved_by = $2 or shared)
         order by saved_by <> $2, lower(name), id
         limit 200
        """,
        taskforce_id,
        person_id,
    )
    return [SavedView(*row) for row in rows]


async def save_view(
    db: Database, taskforce_id: UUID, *, name: str, query: str, shared: bool, saved_by: UUID, view_id: UUID
) -> None:
    """Save a view. The same id again changes nothing.

    Raises:
        TooManyViews
    """
    async with db.change(taskforce_id) as conn:
        saved = await conn.fetchval(
            "select count(*) from queue_views where taskforce_id = $1 and saved_by = $2", taskforce_id, saved_by
        )
        if saved >= MOST_VIEWS:
            raise TooManyViews(number=MOST_VIEWS)
        await conn.execute(
            """
            insert into queue_views (taskforce_id, id, name, query, shared, saved_by, saved_at)
            values ($1, $2, $3, $4, $5, $6, $7)
                on conflict (taskforce_id, id) do nothing
            """,
            taskforce_id,
            view_id,
            name,
            query,
            shared,
            saved_by,
            datetime.now(UTC),
        )


async def remove_view(db: Database, taskforce_id: UUID, view_id: UUID, *, by: UUID) -> None:
    """Delete one of one's own views.

    Raises:
        ViewNotFound: there is none, or a colleague has saved it.
    """
    async with db.change(taskforce_id) as conn:
        removed = await conn.fetchval(
            "delete from queue_views where taskforce_id = $1 and id = $2 and saved_by = $3 returning id",
            taskforce_id,
            view_id,
            by,
        )
    if removed is None:
        raise ViewNotFound
