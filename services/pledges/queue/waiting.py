"""SQL for reading the work list: pledges with vacant positions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final
from uuid import UUID

from services.pledges.pledges.queries import UNFILLED, filter_conditions, select_pledges

if TYPE_CHECKING:
    from services.pledges.pledges.queries import PledgeFilter
    from services.pledges.pledges.schemas import PledgeOut
    from shared.db.database import Connection


async def waiting_pledges(
    conn: Connection,
    taskforce_id: UUID,
    filters: PledgeFilter,
    *,
    after: tuple[date, UUID] | None = None,
    limit: int,
) -> list[PledgeOut]:
    """Return pledges that may have a vacant position, the oldest first.

    Args:
        after: the sort key of the last row of the previous page; None: the first page.
    """
    where = filter_conditions(taskforce_id, filters)
    where.add(UNFILLED)
    if after is not None:
        where.add("(pledge.pledged_on, pledge.id) > (?, ?)", *after)
    return await select_pledges(conn, where, order_by="pledge.pledged_on, pledge.id", limit=limit)


@dataclass(frozen=True, slots=True)
class WaitingTotals:
    """The size of the work list."""

    pledges: int
    positions: int


_TOTALS: Final = f"""
select count(distinct pledge.id) as pledges,
       count(*) as positions
  from pledges as pledge
  join positions as position
    on position.taskforce_id = pledge.taskforce_id
   and position.pledge_id = pledge.id
 where pledge.taskforce_id = $1
   and {UNFILLED}
   and position.status in ('open', 'matched', 'trial')"""  # noqa: S608  (conditions of our own)


async def waiting_totals(conn: Connection, taskforce_id: UUID, filters: PledgeFilter) -> WaitingTotals:
    """Return the number of pledges in the work list and the number of their vacant positions."""
    where = filter_conditions(taskforce_id, filters)
    row = await conn.fetchrow(f"{_TOTALS}{where.sql}", *where.arguments)
    assert row is not None
    return WaitingTotals(row["pledges"], row["positions"])
