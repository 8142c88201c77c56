"""SQL for reading the call list: the counted pledges of an event, each with its call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from services.pledges.call_list.domain import Call
from services.pledges.call_list.store import calls
from services.pledges.pledges.queries import COUNTED, PledgeFilter, filter_conditions, select_pledges
from services.pledges.pledges.schemas import PledgeOut

if TYPE_CHECKING:
    from shared.db.database import Connection

LONGEST_LIST: Final = 500
"""Lines. Five times the largest evening so far."""
_LISTED: Final = f"pledge.status not in ('withdrawn', 'lapsed', 'duplicate') and {COUNTED}"
_CALLER: Final = "coalesce(call.assigned_to, pledge.logged_by)"


@dataclass(frozen=True, slots=True)
class CallLine:
    """One line of a call list: the pledge, and the call about it."""

    pledge: PledgeOut
    call: Call


async def call_list(
    conn: Connection, taskforce_id: UUID, event_id: UUID, *, caller: UUID | None = None, unassigned: bool = False
) -> list[CallLine]:
    """Return the call list of an event, by the company's name.

    Args:
        caller: only the calls that this person makes.
        unassigned: only the calls that nobody makes yet.
    """
    where = filter_conditions(taskforce_id, PledgeFilter(event_id=event_id))
    where.add(_LISTED)
    if caller is not None:
        where.add(f"{_CALLER} = ?", caller)
    if unassigned:
        where.add(f"{_CALLER} is null")
    pledges = await select_pledges(
        conn, where, order_by="lower(pledge.company_name), pledge.received_at, pledge.id", limit=LONGEST_LIST
    )
    stored = await calls(conn, taskforce_id, [pledge.id for pledge in pledges])
    return [
        CallLine(pledge, stored.get(pledge.id) or Call(taskforce_id, pledge.id, pledge.logged_by)) for pledge in pledges
    ]
