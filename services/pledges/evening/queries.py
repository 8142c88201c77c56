"""SQL for the live page of an evening: for its pledges, or for those of practice."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from services.pledges.evening.domain import DoorCheck, Evening, EveningPledge, Guest, Phone
from services.pledges.phones.domain import PhoneNotFound, SetAside

if TYPE_CHECKING:
    from uuid import UUID

    from shared.db.database import Connection


async def evening(conn: Connection, taskforce_id: UUID, event_id: UUID, *, practice: bool) -> Evening:
    """Return what the live page of an event shows. The companies that are there are the same in practice."""
    goal = await conn.fetchval(
        """
        select goal_positions
          from employer_events
         where taskforce_id = $1
           and id = $2
        """,
        taskforce_id,
        event_id,
    )
    pledges = _practice_pledges if practice else _pledges
    return Evening(
        pledges=await pledges(conn, taskforce_id, event_id),
        checked_in=await _checked_in(conn, taskforce_id, event_id),
        registered=await _registered(conn, taskforce_id, event_id),
        door=DoorCheck(await _phones(conn, taskforce_id, event_id, practice=practice)),
        goal=goal,
        practice=practice,
        event_id=event_id,
    )


async def _pledges(conn: Connection, taskforce_id: UUID, event_id: UUID) -> list[EveningPledge]:
    rows = await conn.fetch(
        """
        select pledge.company_id,
               coalesce(company.name, pledge.company_name) as company_name,
               pledge.logged_by,
               pledge.job_type,
               (select count(*)
                  from positions as position
                 where position.taskforce_id = pledge.taskforce_id
                   and position.pledge_id = pledge.id
                   and position.status <> 'cancelled') as positions,
               pledge.review is distinct from 'waiting' and pledge.review is distinct from 'rejected' and stands
                 as counted,
               pledge.review is not distinct from 'waiting' and stands as held,
               case
                 when 'clock_wrong' = any (pledge.flags) then pledge.received_at
                 else pledge.captured_at
               end as at
          from pledges as pledge
         cross join lateral (select pledge.status not in ('withdrawn', 'lapsed', 'duplicate')) as state (stands)
          left join companies as company
            on company.taskforce_id = pledge.taskforce_id
           and company.id = pledge.company_id
         where pledge.taskforce_id = $1
           and pledge.event_id = $2
         order by pledge.received_at, pledge.id
        """,
        taskforce_id,
        event_id,
    )
    return [EveningPledge(*row) for row in rows]


async def _practice_pledges(conn: Connection, taskforce_id: UUID, event_id: UUID) -> list[EveningPledge]:
    rows = await conn.fetch(
        """
        select pledge.company_id,
               company.name as company_name,
               null::uuid as logged_by,
               pledge.job_type,
               pledge.position_count as positions,
               pledge.counted,
               not pledge.counted as held,
               pledge.received_at as at
          from practice_pledges as pledge
          left join companies as company
            on company.taskforce_id = pledge.taskforce_id
           and company.id = pledge.company_id
         where pledge.taskforce_id = $1
           and pledge.event_id = $2
         order by pledge.received_at, pledge.id
        """,
        taskforce_id,
        event_id,
    )
    return [EveningPledge(*row) for row in rows]


async def _checked_in(conn: Connection, taskforce_id: UUID, event_id: UUID) -> list[Guest]:
    rows = await conn.fetch(
        """
        select distinct
               attendance.company_id,
               company.name
          from attendances as attendance
          left join companies as company
            on company.taskforce_id = attendance.taskforce_id
           and company.id = attendance.company_id
         where attendance.taskforce_id = $1
           and attendance.event_id = $2
           and attendance.undone_at is null
        """,
        taskforce_id,
        event_id,
    )
    return [Guest(*row) for row in rows]


async def _registered(conn: Connection, taskforce_id: UUID, event_id: UUID) -> list[Guest]:
    rows = await conn.fetch(
        """
        select distinct
               registration.company_id,
               company.name
          from registrations as registration
          left join companies as company
            on company.taskforce_id = registration.taskforce_id
           and company.id = registration.company_id
         where registration.taskforce_id = $1
           and registration.event_id = $2
           and registration.cancelled_at is null
        """,
        taskforce_id,
        event_id,
    )
    return [Guest(*row) for row in rows]


async def _phones(conn: Connection, taskforce_id: UUID, event_id: UUID, *, practice: bool) -> list[Phone]:
    rows = await conn.fetch(
        """
        select phone.id,
               phone.name,
               row_number() over (order by phone.first_contact_at, phone.id) as place,
               phone.announced,
               array(select capture.number
                       from phone_captures as capture
                      where capture.taskforce_id = phone.taskforce_id
                        and capture.event_id = phone.event_id
                        and capture.practice = phone.practice
                        and capture.phone_id = phone.id
                      order by capture.number) as arrived,
               phone.discarded,
               coalesce(phone.last_contact_at, phone.first_contact_at) as last_contact,
               phone.waiting_since,
               phone.set_aside_at,
               phone.set_aside_by,
               phone.set_aside_because
          from phones as phone
         where phone.taskforce_id = $1
           and phone.event_id = $2
           and phone.practice = $3
         order by place
        """,
        taskforce_id,
        event_id,
        practice,
    )
    return [
        replace(Phone(*facts), put_aside=SetAside(at, by, reason) if at else None) for *facts, at, by, reason in rows
    ]


async def phone(conn: Connection, taskforce_id: UUID, event_id: UUID, phone_id: UUID, *, practice: bool) -> Phone:
    """Return one phone of an event. Raises `PhoneNotFound`."""
    # Its place is among all of them.
    for one in await _phones(conn, taskforce_id, event_id, practice=practice):
        if one.id == phone_id:
            return one
    raise PhoneNotFound
