"""Whose case a pledge or a hire is, and who had it before. The queue hands cases over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

if TYPE_CHECKING:
    from shared.db.database import Connection

_MOST: Final = 50


@dataclass(frozen=True, slots=True)
class Handover:
    """A case given from one colleague to another.

    Attributes:
        before, after: None: nobody, and of a hire its contact person.
        undone: whether it was undone at once.
    """

    at: datetime
    by: UUID | None
    before: UUID | None
    after: UUID | None
    undone: bool


async def handovers(
    conn: Connection, taskforce_id: UUID, *, pledge_id: UUID | None = None, hire_id: UUID | None = None
) -> list[Handover]:
    """Return the last handovers of a case, the latest first."""
    rows = await conn.fetch(
        f"""
        select assigned_at, assigned_by, assigned_before, assigned_to, undone_at is not null
          from case_assignments
         where taskforce_id = $1
           and {"pledge_id" if pledge_id else "hire_id"} = $2
         order by assigned_at desc, id
         limit {_MOST}
        """,  # noqa: S608  (names of our own)
        taskforce_id,
        pledge_id or hire_id,
    )
    return [Handover(*row) for row in rows]


async def assigned_to(conn: Connection, taskforce_id: UUID, pledge_id: UUID) -> UUID | None:
    """Return whose case a pledge is; None: nobody's."""
    person: UUID | None = await conn.fetchval(
        "select assigned_to from pledges where taskforce_id = $1 and id = $2", taskforce_id, pledge_id
    )
    return person
