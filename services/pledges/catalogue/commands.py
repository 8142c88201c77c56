"""Changing the task catalogue. Each use case owns its transaction."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from services.pledges.catalogue import store

if TYPE_CHECKING:
    from uuid import UUID

    from services.pledges.catalogue.built_in import Group
    from services.pledges.catalogue.domain import Step, Task
    from shared.db.database import Database


async def add_task(db: Database, taskforce_id: UUID, danish: str, english: str, group: Group) -> Task:
    """Add a task at the end of its group. Raises `TaskExists` or `CatalogueFull`."""
    async with db.change(taskforce_id) as conn:
        catalogue = await store.load_catalogue(conn, taskforce_id, lock=True)
        task = catalogue.add(danish, english, group)
        await store.save_catalogue(conn, catalogue, at=datetime.now(UTC))
    return task


async def change_task(
    db: Database, taskforce_id: UUID, code: str, step: Step, *, seen_version: int | None = None
) -> None:
    """Move, hide or show a task. Raises `TaskNotFound` or `StaleCatalogue`."""
    async with db.change(taskforce_id) as conn:
        catalogue = await store.load_catalogue(conn, taskforce_id, lock=True)
        if catalogue.change(code, step, seen_version=seen_version):
            await store.save_catalogue(conn, catalogue, at=datetime.now(UTC))
