"""How long deliveries are kept. The deadlines are in `personal_data.toml`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from shared.privacy.data_inventory import FILE, read_service_inventory
from shared.privacy.dead_letters import DEAD_LETTERS
from shared.privacy.retention import Job, Retention, delete_overdue

if TYPE_CHECKING:
    from uuid import UUID

    from shared.db.database import Connection

# The age of a delivery is that of its change, so that a replay does not reset it. A delivery that is still waiting is
# never old enough to delete (notice.MAX_AGE).
_DELIVERIES: Final = Job(
    name="deliveries",
    overdue="""
        select id,
               happened_at as since
          from deliveries
         where taskforce_id = $2
           and happened_at < current_date - make_interval(months => $1)
           and status <> 'waiting'
    """,
    remove=delete_overdue("deliveries"),
)


JOBS: Final = (_DELIVERIES, DEAD_LETTERS)


async def _taskforces(conn: Connection) -> list[UUID]:
    return [row["id"] for row in await conn.fetch("select id from taskforces")]


def retention() -> Retention:
    """Return the service's deletion jobs, with their deadlines from the data inventory."""
    inventory = read_service_inventory(Path(__file__).parents[1] / FILE)
    return Retention("notifications", JOBS, inventory, _taskforces)
