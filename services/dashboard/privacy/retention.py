"""How long dead letters are kept, and that a hire has ended for health."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from shared.privacy.data_inventory import FILE, read_service_inventory
from shared.privacy.dead_letters import DEAD_LETTERS
from shared.privacy.retention import Job, Retention, delete_overdue

if TYPE_CHECKING:
    from uuid import UUID

    from shared.db.database import Connection

_END_REASONS = Job(
    name="end_reasons",
    overdue="""
        select hire_id as id,
               min(ended_on) as since
          from hire_versions
         where taskforce_id = $2
           and ended_on < current_date - make_interval(months => $1)
           and end_reason = 'health'
         group by hire_id
    """,
    remove="select from forget_health_reasons(array(select id from overdue))",
)

_PACKS: Final = Job(
    name="packs",
    overdue="""
        select id,
               (made_at at time zone 'Europe/Copenhagen')::date as since
          from packs
         where taskforce_id = $2
           and made_at < now() - make_interval(months => $1)
    """,
    remove=delete_overdue("packs"),
)

JOBS: Final = (_END_REASONS, _PACKS, DEAD_LETTERS)


async def _taskforces(conn: Connection) -> list[UUID]:
    rows = await conn.fetch("select distinct taskforce_id from taskforces")
    return [row["taskforce_id"] for row in rows]


def retention() -> Retention:
    """The service's jobs with their deadlines, as the data inventory says now."""
    inventory = read_service_inventory(Path(__file__).parents[1] / FILE)
    return Retention("dashboard", JOBS, inventory, _taskforces)
