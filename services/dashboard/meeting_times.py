"""Which meetings there are, what is on their agenda, and the times of their figures.

Not here: what a meeting sees (`meeting`), and what was said and decided at it (the events service).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from services.dashboard.measures.selection import Times
from services.dashboard.read_model.generations import SERVED
from shared.ui.formats import local_date

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from uuid import UUID

    from shared.contracts.events import AgendaView, EventStatus
    from shared.db.database import Connection


class AgendaItem(NamedTuple):
    """An item of an agenda; its title and its presenter are in the events service.

    Attributes:
        minutes: how long it may take; None: not said.
        shows: what the projector shows meanwhile; None: its title alone.
    """

    item_id: UUID
    minutes: int | None
    shows: AgendaView | None


@dataclass(frozen=True, slots=True)
class Meeting:
    """A taskforce meeting.

    Attributes:
        id: of its event.
        held_on: the day it begins, in Europe/Copenhagen.
        as_of: the day its figures are for.
        known_at: its figures include what was recorded by then: the moment at which they were fixed, else its start
            once it has begun; None: it is ahead, and they follow what is recorded.
        fixed: whether a coordinator has fixed its figures.
        agenda: in its order.
        decisions_open: how many decisions of earlier meetings come back at this one.
    """

    id: UUID
    title: str
    place: str | None
    status: EventStatus
    starts_at: datetime
    held_on: date
    as_of: date
    known_at: datetime | None
    fixed: bool
    agenda: tuple[AgendaItem, ...]
    decisions_open: int

    @property
    def counts(self) -> bool:
        """Whether it is held, and others can be compared with it: it is neither a draft nor cancelled."""
        return self.status not in {"draft", "cancelled"}

    def times(self, today: date) -> Times:
        """Return the times of its figures. Of a meeting that is ahead they are today's."""
        return Times(min(self.as_of, today), self.known_at)


async def meetings(conn: Connection, *, known_at: datetime | None = None, now: datetime | None = None) -> list[Meeting]:
    """Return all meetings of the taskforce of any status, the latest first.

    A meeting that an earlier release drafted has neither an agenda nor times of its own.

    Args:
        known_at: return what had been recorded of them by then; None: everything.
        now: whether a meeting has begun is judged at this moment; by default now.
    """
    now = now or datetime.now(UTC)
    rows = await conn.fetch(
        f"""
        select event.event_id, event.title, event.place, event.status, event.starts_at, event.held_on,
               coalesce(meeting.as_of, event.held_on) as as_of,
               meeting.known_at,
               coalesce(meeting.agenda, '{{}}') as agenda,
               coalesce(meeting.decisions_open, 0) as decisions_open
          from (select distinct on (event_id) *
                  from employer_events
                 where generation = {SERVED}
                   and ($1::timestamptz is null or recorded_at <= $1)
                 order by event_id, version desc) as event
          left join (select distinct on (meeting_id) *
                       from meetings
                      where generation = {SERVED}
                        and ($1::timestamptz is null or recorded_at <= $1)
                      order by meeting_id, version desc) as meeting
            on meeting.meeting_id = event.event_id
         where event.kind = 'taskforce_meeting'
         order by event.starts_at desc, event.event_id desc
        """,  # noqa: S608  (our own condition)
        known_at,
    )
    return [
        Meeting(
            id=row["event_id"],
            title=row["title"],
            place=row["place"],
            status=row["status"],
            starts_at=row["starts_at"],
            held_on=local_date(row["starts_at"]),
            as_of=row["as_of"],
            known_at=row["known_at"] or (row["starts_at"] if row["starts_at"] <= now else None),
            fixed=row["known_at"] is not None,
            agenda=tuple(AgendaItem._make(item) for item in row["agenda"]),
            decisions_open=row["decisions_open"],
        )
        for row in rows
    ]


def meeting_before(all_meetings: Sequence[Meeting], meeting: Meeting) -> Meeting | None:
    """Return the latest earlier meeting that is neither a draft nor cancelled; None: it is the first one."""
    earlier = [one for one in all_meetings if one.counts and (one.starts_at, one.id) < (meeting.starts_at, meeting.id)]
    return max(earlier, key=lambda one: (one.starts_at, one.id), default=None)


async def last_meeting(conn: Connection, times: Times) -> Meeting | None:
    """Return the latest meeting on an earlier day that saw figures of earlier times; None: there is none.

    A meeting of the day itself is not among them: what it is to see is how things have changed since the one before it.
    """
    moment = times.known_at or datetime.now(UTC)
    for meeting in await meetings(conn, known_at=times.known_at, now=moment):
        has_seen = meeting.known_at is not None and meeting.known_at <= moment
        if meeting.counts and has_seen and meeting.held_on < times.as_of and meeting.as_of <= times.as_of:
            return meeting
    return None
