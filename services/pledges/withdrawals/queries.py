"""SQL for reading what came with an event's passes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from services.pledges.pledges.queries import OF_PASS

if TYPE_CHECKING:
    from shared.db.database import Connection

_FILLED: Final = """
    (select count(*)::integer
       from positions as position
      where position.taskforce_id = pledge.taskforce_id
        and position.pledge_id = pledge.id
        and position.status = 'filled')
"""
_WITHDRAWN_TOGETHER: Final = """
    pledge.status = 'withdrawn'
    and exists (select
                  from pledge_changes as change
                 where change.taskforce_id = pledge.taskforce_id
                   and change.pledge_id = pledge.id
                   and change.version = pledge.version
                   and change.with_pass)
"""
"""The last change of the pledge is that it was withdrawn with everything of its pass."""


@dataclass(frozen=True, slots=True)
class PledgeRow:
    """A pledge that came with a pass.

    Attributes:
        filled: the number of its positions that have become jobs.
        withdrawn: whether it was withdrawn with everything of the pass. Others that have ended are not returned.
    """

    id: UUID
    company: str
    positions: int
    filled: int
    withdrawn: bool

    @property
    def can_be_withdrawn(self) -> bool:
        """Whether nothing of it has become a job, and it has not ended."""
        return not self.withdrawn and not self.filled


async def pledges_of_pass(conn: Connection, taskforce_id: UUID, event_id: UUID, generation: int) -> list[PledgeRow]:
    """Return the pledges that came with an event's passes of a generation and can be withdrawn or restored at once."""
    rows = await conn.fetch(
        f"""
        select pledge.id, pledge.company_name, pledge.position_count, {_FILLED} as filled,
               pledge.status = 'withdrawn' as withdrawn
          from pledges as pledge
         where pledge.taskforce_id = $1
           and {OF_PASS}
           and pledge.pass_generation = $3
           and (pledge.status in ('logged', 'affirmed', 'in_progress', 'fulfilled') or {_WITHDRAWN_TOGETHER})
         order by pledge.received_at, pledge.id
        """,  # noqa: S608  (conditions of our own)
        taskforce_id,
        event_id,
        generation,
    )
    return [PledgeRow(*row) for row in rows]
