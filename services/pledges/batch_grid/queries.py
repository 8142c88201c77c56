"""SQL for reading: the events that slips may come from, and the receipts of a batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.pledges.batch_grid.schemas import MAX_SLIPS
from services.pledges.batch_grid.slips import SlipEvent
from services.pledges.pledges import queries as pledges
from services.pledges.pledges.queries import PledgeFilter

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from services.pledges.pledges.schemas import PledgeOut
    from shared.db.database import Connection

_EVENTS: Final = """
        select event.id, event.title, event.place, event.starts_at, event.ends_at, event.closed_at
          from employer_events as event
         where event.taskforce_id = $1
           and (event.status in ('open', 'closed') or event.status = 'published' and event.starts_at <= now())
"""


async def slip_events(conn: Connection, taskforce_id: UUID) -> list[SlipEvent]:
    """Return the events that have begun, without the taskforce's meetings, the latest first, 20 at most."""
    rows = await conn.fetch(
        f"{_EVENTS} and event.kind <> 'taskforce_meeting' order by event.starts_at desc, event.id limit 20",
        taskforce_id,
    )
    return [SlipEvent(*row) for row in rows]


async def slip_event(conn: Connection, taskforce_id: UUID, event_id: UUID) -> SlipEvent | None:
    """Return one event; None if it is unknown or has not begun."""
    row = await conn.fetchrow(f"{_EVENTS} and event.id = $2", taskforce_id, event_id)
    return SlipEvent(*row) if row else None


async def batch(
    conn: Connection, taskforce_id: UUID, person_id: UUID | None, received_at: Sequence[datetime]
) -> list[PledgeOut]:
    """Return what a person has logged at these moments, in the order in which it was captured."""
    if person_id is None or not received_at:
        return []
    filters = PledgeFilter(logged_by=person_id, received_at=tuple(received_at))
    found = await pledges.pledges(conn, taskforce_id, filters, limit=MAX_SLIPS * len(received_at))
    return sorted(found, key=lambda pledge: pledge.captured_at)
