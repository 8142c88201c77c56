"""Use cases about people: one function each, which owns its transaction."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import asyncpg

from services.events.domain import IdTaken, TaskforceUnknown
from services.events.people import store

if TYPE_CHECKING:
    from uuid import UUID

    from services.events.people.domain import Person
    from shared.postgres import Database


async def add_person(db: Database, taskforce_id: UUID, person: Person, *, at: datetime | None = None) -> None:
    """Let somebody take part. Adding the same person again changes nothing.

    Raises:
        IdTaken: somebody else, or the same person with other facts, has the id.
        TaskforceUnknown.
    """
    try:
        async with db.change(taskforce_id) as conn:
            added = await store.insert_person(conn, taskforce_id, person, at=at or datetime.now(UTC))
            if not added and await store.load_person(conn, taskforce_id, person.id) != person:
                raise IdTaken
    except asyncpg.ForeignKeyViolationError as error:
        raise TaskforceUnknown from error
