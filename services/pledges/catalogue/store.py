"""SQL that loads and saves a taskforce's catalogue. Takes the transaction's connection, never commits."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from services.pledges.catalogue.domain import OWN_CODE, Catalogue, Task

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from shared.db.database import Connection


async def load_catalogue(conn: Connection, taskforce_id: UUID, *, lock: bool = False) -> Catalogue:
    """Return the taskforce's catalogue.

    Args:
        lock: let other changes wait until the transaction ends. The role for guests may not.
    """
    if lock:
        # A row lock would not do: before the first change there is no row.
        await conn.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", f"catalogue of {taskforce_id}")
    row = await conn.fetchrow("select version, tasks from task_catalogues where taskforce_id = $1", taskforce_id)
    if row is None:
        return Catalogue.of(taskforce_id)
    return Catalogue.of(taskforce_id, [_task(task) for task in row["tasks"]], row["version"])


async def unknown_tasks(conn: Connection, taskforce_id: UUID, codes: Iterable[str]) -> frozenset[str]:
    """Return those of some codes that no task of the taskforce has. Asks only if one is not built in."""
    own = frozenset(code for code in codes if OWN_CODE.fullmatch(code))
    if not own:
        return own
    catalogue = await load_catalogue(conn, taskforce_id)
    return frozenset(code for code in own if not catalogue.knows(code))


async def save_catalogue(conn: Connection, catalogue: Catalogue, *, at: datetime) -> None:
    """Save a catalogue that the caller has locked."""
    await conn.execute(
        """
        insert into task_catalogues (taskforce_id, version, tasks, changed_at)
        values ($1, $2, $3::text::jsonb, $4)
            on conflict (taskforce_id) do update
           set version = excluded.version,
               tasks = excluded.tasks,
               changed_at = excluded.changed_at
        """,
        catalogue.taskforce_id,
        catalogue.version,
        json.dumps([_as_json(task) for task in catalogue.tasks], ensure_ascii=False),
        at,
    )


def _task(stored: dict[str, Any]) -> Task:
    return Task(stored["code"], stored["group"], stored.get("da"), stored.get("en"), stored["hidden"])


def _as_json(task: Task) -> dict[str, Any]:
    words = {} if task.danish is None else {"da": task.danish, "en": task.english}
    return {"code": task.code, "group": task.group, "hidden": task.hidden, **words}
