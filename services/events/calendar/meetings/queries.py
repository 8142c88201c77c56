"""SQL for reading agendas: a query returns what a page needs, never domain objects."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.events.calendar import queries as calendar
from services.events.calendar.meetings import store
from shared.contracts.events import AgendaView, EventStatus

if TYPE_CHECKING:
    from shared.db.database import Connection


class ItemRow(BaseModel):
    """An item of an agenda, with its minutes.

    Attributes:
        presenter_name: None: nobody was named, or the account was erased.
        notes: its minutes; None: nothing was written.
    """

    model_config = ConfigDict(frozen=True)

    id: UUID
    title: str
    minutes: int | None
    presenter: UUID | None
    presenter_name: str | None
    shows: AgendaView | None
    notes: str | None
    notes_version: int
    notes_at: datetime | None


class MeetingRow(BaseModel):
    """A meeting with its agenda.

    Attributes:
        as_of: the day its figures are for.
        known_at: its figures include what was recorded by then; None: not fixed.
        version: of the agenda and the times of the figures.
    """

    model_config = ConfigDict(frozen=True)

    id: UUID
    status: EventStatus
    title: str
    place: str | None
    starts_at: datetime
    ends_at: datetime
    held_on: date
    as_of: date
    known_at: datetime | None
    is_over: bool
    minutes: int
    decisions_open: int
    version: int
    items: list[ItemRow]


async def meeting(conn: Connection, taskforce_id: UUID, meeting_id: UUID, *, drafts: bool) -> MeetingRow:
    """Return a meeting with its agenda; a draft only with `drafts`. Raises `EventNotFound`, `NotAMeeting`."""
    event = await calendar.event(conn, taskforce_id, meeting_id, drafts=drafts)
    planned = await store.load_meeting(conn, taskforce_id, meeting_id, drafts=drafts)
    facts: dict[str, Any] = {
        name: getattr(planned, name)
        for name in ("held_on", "as_of", "known_at", "is_over", "minutes", "decisions_open", "version")
    }
    return MeetingRow(
        **event.model_dump(include={"id", "status", "title", "place", "starts_at", "ends_at"}),
        **facts,
        items=await _items(conn, taskforce_id, meeting_id),
    )


async def _items(conn: Connection, taskforce_id: UUID, meeting_id: UUID) -> list[ItemRow]:
    rows = await conn.fetch(
        """
        select item.id, item.title, item.minutes, item.presenter, person.name as presenter_name, item.shows,
               item.notes, item.notes_version, item.notes_at
          from agenda_items as item
          left join people as person
            on person.taskforce_id = item.taskforce_id
           and person.id = item.presenter
         where item.taskforce_id = $1
           and item.meeting_id = $2
         order by item.place
        """,
        taskforce_id,
        meeting_id,
    )
    return [ItemRow(**row) for row in rows]


async def people(conn: Connection, taskforce_id: UUID, *, limit: int) -> list[tuple[str, str]]:
    """Return ids and names of those who may present an item or be responsible for a decision, by name."""
    rows = await conn.fetch(
        """
        select id, name
          from people
         where taskforce_id = $1
           and deactivated_at is null
         order by sort_name, id
         limit $2
        """,
        taskforce_id,
        limit,
    )
    return [(str(row["id"]), row["name"]) for row in rows]
