"""SQL for reading decisions: a query returns what a page needs, never domain objects."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Final, NamedTuple
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.events.calendar.meetings.decisions.domain import DecisionNotFound, DecisionStatus
from shared.http.paging import SortKey

if TYPE_CHECKING:
    from shared.db.database import Connection


class DecisionRow(BaseModel):
    """A decision, with the names of its meeting and its owner.

    Attributes:
        owner_name: None: the account was erased.
        item_title: None: it was made at no item in particular.
    """

    model_config = ConfigDict(frozen=True)

    id: UUID
    text: str
    owner: UUID
    owner_name: str | None
    due_on: date
    status: DecisionStatus
    reason: str | None
    made_at: datetime
    settled_at: datetime | None
    meeting_id: UUID
    meeting_title: str
    meeting_starts_at: datetime
    item_id: UUID | None
    item_title: str | None
    version: int


class ByDueDay(SortKey):
    """The sort key of decisions: the day by which they are to be done."""

    day: date
    id: UUID


_DECISIONS: Final = """
    select decision.id, decision.text, decision.owner, person.name as owner_name, decision.due_on, decision.status,
           decision.reason, decision.made_at, decision.settled_at, decision.meeting_id,
           event.title as meeting_title, event.starts_at as meeting_starts_at, decision.item_id,
           item.title as item_title, decision.version
      from decisions as decision
      join employer_events as event
        on event.taskforce_id = decision.taskforce_id
       and event.id = decision.meeting_id
      left join people as person
        on person.taskforce_id = decision.taskforce_id
       and person.id = decision.owner
      left join agenda_items as item
        on item.taskforce_id = decision.taskforce_id
       and item.id = decision.item_id
     where decision.taskforce_id = $1
"""


async def decision(conn: Connection, taskforce_id: UUID, decision_id: UUID) -> DecisionRow:
    """Return one decision. Raises `DecisionNotFound`."""
    row = await conn.fetchrow(_DECISIONS + " and decision.id = $2", taskforce_id, decision_id)
    if row is None:
        raise DecisionNotFound
    return DecisionRow(**row)


async def decisions(
    conn: Connection,
    taskforce_id: UUID,
    *,
    status: DecisionStatus | None = None,
    owner: UUID | None = None,
    due_before: date | None = None,
    after: ByDueDay | None = None,
    limit: int,
) -> list[DecisionRow]:
    """Return decisions, the one that is due first first."""
    rows = await conn.fetch(
        _DECISIONS
        + """
           and ($2::text is null or decision.status = $2)
           and ($3::uuid is null or decision.owner = $3)
           and ($4::date is null or decision.due_on < $4)
           and ($5::date is null or (decision.due_on, decision.id) > ($5, $6::uuid))
         order by decision.due_on, decision.id
         limit $7
        """,
        taskforce_id,
        status,
        owner,
        due_before,
        after and after.day,
        after and after.id,
        limit,
    )
    return [DecisionRow(**row) for row in rows]


class OpenDecisions(NamedTuple):
    """How many decisions are open, and how many of these should have been done before."""

    all: int
    overdue: int


async def open_of(conn: Connection, taskforce_id: UUID, owner: UUID, *, today: date) -> OpenDecisions:
    """Return how many open decisions a person is responsible for."""
    row = await conn.fetchrow(
        """
        select count(*) as "all", count(*) filter (where due_on < $3) as overdue
          from decisions
         where taskforce_id = $1
           and owner = $2
           and status = 'open'
        """,
        taskforce_id,
        owner,
        today,
    )
    return OpenDecisions(row["all"], row["overdue"]) if row else OpenDecisions(0, 0)


async def decisions_of(conn: Connection, taskforce_id: UUID, meeting_id: UUID) -> list[DecisionRow]:
    """Return the decisions that a meeting made, in the order in which they were written."""
    rows = await conn.fetch(
        _DECISIONS + " and decision.meeting_id = $2 order by decision.made_at, decision.id", taskforce_id, meeting_id
    )
    return [DecisionRow(**row) for row in rows]


async def decisions_before(conn: Connection, taskforce_id: UUID, meeting_id: UUID) -> list[DecisionRow]:
    """Return the decisions of earlier meetings that come back at this one, open ones first.

    They are those that are open, and those that were done or dropped after the meeting before.
    """
    rows = await conn.fetch(
        f"""
        {_DECISIONS}
           and event.starts_at < (select starts_at from employer_events where taskforce_id = $1 and id = $2)
           and (decision.settled_at is null
                or decision.settled_at > coalesce(
                     (select max(earlier.starts_at)
                        from employer_events as earlier
                        join employer_events as this
                          on this.taskforce_id = earlier.taskforce_id
                         and this.id = $2
                       where earlier.taskforce_id = $1
                         and earlier.kind = 'taskforce_meeting'
                         and earlier.status not in ('draft', 'cancelled')
                         and earlier.starts_at < this.starts_at),
                     '-infinity'))
         order by decision.status <> 'open', decision.due_on, decision.id
        """,  # noqa: S608  (our own condition)
        taskforce_id,
        meeting_id,
    )
    return [DecisionRow(**row) for row in rows]
