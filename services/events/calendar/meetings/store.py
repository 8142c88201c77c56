"""SQL that loads and saves meetings. Runs in the caller's transaction, never commits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.events.calendar.domain import EventNotFound
from services.events.calendar.meetings.domain import (
    AgendaItem,
    AgendaItemNotFound,
    ItemHasMinutes,
    Meeting,
    Minutes,
    NotAMeeting,
)
from services.events.register.domain import IdTaken
from shared.ui.formats import local_date

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from shared.db.database import Connection

_MEETING: Final = """
    select event.id, event.kind, event.status, event.starts_at,
           meeting.as_of, meeting.known_at, coalesce(meeting.decisions_open, 0) as decisions_open,
           coalesce(meeting.version, 0) as version,
           array(select row(item.id, item.title, item.minutes, item.presenter, item.shows)
                   from agenda_items as item
                  where item.taskforce_id = event.taskforce_id
                    and item.meeting_id = event.id
                  order by item.place) as items
      from employer_events as event
      left join meetings as meeting
        on meeting.taskforce_id = event.taskforce_id
       and meeting.id = event.id
     where event.taskforce_id = $1
       and event.id = $2
"""


async def load_meeting(conn: Connection, taskforce_id: UUID, meeting_id: UUID, *, drafts: bool = True) -> Meeting:
    """Return the meeting of an event; of a draft only with `drafts`. Raises `EventNotFound`, `NotAMeeting`."""
    return await _load(conn, _MEETING + "and ($3 or event.status <> 'draft')", taskforce_id, meeting_id, drafts)


async def lock_meeting(conn: Connection, taskforce_id: UUID, meeting_id: UUID) -> Meeting:
    """Return the meeting of an event, locked until the transaction ends. Raises `EventNotFound`, `NotAMeeting`.

    The lock is that of its event: its status cannot change meanwhile.
    """
    # First the lock, then the rest: a statement does not see what was committed while it waited.
    await conn.execute(
        "select from employer_events where taskforce_id = $1 and id = $2 for no key update", taskforce_id, meeting_id
    )
    return await _load(conn, _MEETING, taskforce_id, meeting_id)


async def _load(conn: Connection, query: str, *arguments: object) -> Meeting:
    row = await conn.fetchrow(query, *arguments)
    if row is None:
        raise EventNotFound
    if row["kind"] != "taskforce_meeting":
        raise NotAMeeting
    return Meeting(
        id=row["id"],
        status=row["status"],
        starts_at=row["starts_at"],
        held_on=local_date(row["starts_at"]),
        items=tuple(AgendaItem(*item) for item in row["items"]),
        chosen_day=row["as_of"],
        known_at=row["known_at"],
        decisions_open=row["decisions_open"],
        version=row["version"],
    )


async def save_meeting(
    conn: Connection, taskforce_id: UUID, meeting: Meeting, *, at: datetime, by: str | None = None
) -> None:
    """Save a meeting that is new or that the caller has locked.

    Args:
        by: the subject of the principal who changed it; None: it was drafted with its event.

    Raises:
        ItemHasMinutes: a removed item has minutes or decisions.
        IdTaken: an item of another meeting has the id of a new one.
    """
    await conn.execute(
        """
        insert into meetings
               (taskforce_id, id, as_of, known_at, decisions_open, version, changed_by, changed_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
            on conflict (taskforce_id, id) do update
           set as_of = excluded.as_of,
               known_at = excluded.known_at,
               decisions_open = excluded.decisions_open,
               version = excluded.version,
               changed_by = excluded.changed_by,
               changed_at = excluded.changed_at
        """,
        taskforce_id,
        meeting.id,
        meeting.chosen_day,
        meeting.known_at,
        meeting.decisions_open,
        meeting.version,
        by,
        at,
    )
    item_ids = [item.id for item in meeting.items]
    if await conn.fetchval(_REMOVED_WITH_A_RECORD, taskforce_id, meeting.id, item_ids):
        raise ItemHasMinutes
    await conn.execute(
        """
        delete from agenda_items
         where taskforce_id = $1
           and meeting_id = $2
           and id <> all ($3::uuid[])
        """,
        taskforce_id,
        meeting.id,
        item_ids,
    )
    await conn.executemany(
        """
        insert into agenda_items as known (taskforce_id, meeting_id, place, id, title, minutes, presenter, shows)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
            on conflict (taskforce_id, id) do update
           set place = excluded.place,
               title = excluded.title,
               minutes = excluded.minutes,
               presenter = excluded.presenter,
               shows = excluded.shows
         where known.meeting_id = excluded.meeting_id
        """,
        [
            (taskforce_id, meeting.id, place, item.id, item.title, item.minutes, item.presenter, item.shows)
            for place, item in enumerate(meeting.items, start=1)
        ],
    )
    saved = await conn.fetchval(
        "select count(*) from agenda_items where taskforce_id = $1 and meeting_id = $2", taskforce_id, meeting.id
    )
    if saved != len(item_ids):
        raise IdTaken


_REMOVED_WITH_A_RECORD: Final = """
    select exists (select from agenda_items as item
                    where item.taskforce_id = $1
                      and item.meeting_id = $2
                      and item.id <> all ($3::uuid[])
                      and (item.notes is not null
                           or exists (select from decisions
                                       where decisions.taskforce_id = item.taskforce_id
                                         and decisions.item_id = item.id)))
"""


async def lock_minutes(conn: Connection, taskforce_id: UUID, meeting_id: UUID, item_id: UUID) -> Minutes:
    """Return the minutes of an item, locked until the transaction ends. Raises `AgendaItemNotFound`."""
    row = await conn.fetchrow(
        """
        select id, notes, notes_version
          from agenda_items
         where taskforce_id = $1
           and meeting_id = $2
           and id = $3
           for no key update
        """,
        taskforce_id,
        meeting_id,
        item_id,
    )
    if row is None:
        raise AgendaItemNotFound
    return Minutes(*row)


async def save_minutes(conn: Connection, taskforce_id: UUID, minutes: Minutes, *, at: datetime, by: str) -> None:
    """Save minutes that the caller has locked. `by` is the subject of the principal who wrote them."""
    await conn.execute(
        """
        update agenda_items
           set notes = $3,
               notes_version = $4,
               notes_at = $5,
               notes_by = $6
         where taskforce_id = $1
           and id = $2
        """,
        taskforce_id,
        minutes.item_id,
        minutes.text,
        minutes.version,
        at,
        by,
    )


async def is_active_person(conn: Connection, taskforce_id: UUID, person_id: UUID) -> bool:
    """Whether the person has an account that is open."""
    return await conn.fetchval(  # type: ignore[no-any-return]
        """
        select exists (select from people
                        where taskforce_id = $1
                          and id = $2
                          and deactivated_at is null)
        """,
        taskforce_id,
        person_id,
    )


async def meetings_ahead(conn: Connection, taskforce_id: UUID, *, after: datetime) -> list[UUID]:
    """Return the meetings that start after a moment and are not over, in the order in which they are to be locked."""
    rows = await conn.fetch(
        """
        select id
          from employer_events
         where taskforce_id = $1
           and kind = 'taskforce_meeting'
           and status in ('draft', 'published', 'open')
           and starts_at > $2
         order by id
        """,
        taskforce_id,
        after,
    )
    return [row["id"] for row in rows]


async def count_open_decisions(conn: Connection, taskforce_id: UUID, *, before: datetime) -> int:
    """Return how many decisions of meetings that start before a moment are open."""
    return await conn.fetchval(  # type: ignore[no-any-return]
        """
        select count(*)
          from decisions as decision
          join employer_events as event
            on event.taskforce_id = decision.taskforce_id
           and event.id = decision.meeting_id
         where decision.taskforce_id = $1
           and decision.status = 'open'
           and event.starts_at < $2
        """,
        taskforce_id,
        before,
    )


async def meetings_until(conn: Connection, taskforce_id: UUID, day: date, *, now: datetime) -> list[UUID]:
    """Return the published meetings that have not begun, up to a day in Europe/Copenhagen."""
    rows = await conn.fetch(
        """
        select id
          from employer_events
         where taskforce_id = $1
           and kind = 'taskforce_meeting'
           and status = 'published'
           and starts_at > $2
           and (starts_at at time zone 'Europe/Copenhagen')::date <= $3
         order by id
        """,
        taskforce_id,
        now,
        day,
    )
    return [row["id"] for row in rows]


async def mark_pack_issued(conn: Connection, taskforce_id: UUID, meeting_id: UUID, *, at: datetime) -> list[UUID]:
    """Return the members and coordinators who have not been told of the pack of a meeting, each once for ever."""
    rows = await conn.fetch(
        """
        insert into issued_packs (taskforce_id, meeting_id, person_id, issued_at)
        select distinct person.taskforce_id, $2::uuid, person.id, $3::timestamptz
          from people as person
          join person_roles as role
            on role.taskforce_id = person.taskforce_id
           and role.person_id = person.id
         where person.taskforce_id = $1
           and person.deactivated_at is null
           and role.role in ('member', 'coordinator')
            on conflict (taskforce_id, meeting_id, person_id) do nothing
        returning person_id
        """,
        taskforce_id,
        meeting_id,
        at,
    )
    return sorted(row["person_id"] for row in rows)
