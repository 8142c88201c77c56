"""SQL that saves phones and what has arrived of them. Works for the intake role, too.

Everything takes the transaction's connection; nothing commits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime
    from uuid import UUID

    from services.pledges.phones.domain import Capture, SetAside
    from shared.db.database import Connection


@dataclass(frozen=True, slots=True)
class Arrival:
    """A pledge that has arrived, and where it was captured."""

    event_id: UUID
    capture: Capture
    pledge_id: UUID
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Announced:
    """What a phone has told of so far."""

    announced: int
    discarded: list[int]
    waiting_since: datetime | None


async def save_arrivals(conn: Connection, taskforce_id: UUID, arrivals: Sequence[Arrival], *, practice: bool) -> None:
    """Save that captures have arrived, and the phones that are not known yet."""
    # In one order, so that two transactions with the same phones do not deadlock.
    ordered = sorted(arrivals, key=lambda one: (one.event_id, one.capture.phone_id, one.capture.number))
    await conn.execute(
        """
        with arrived as (
            select *
              from unnest($3::uuid[], $4::uuid[], $5::text[], $6::integer[], $7::uuid[], $8::timestamptz[])
                   with ordinality as arrived (event_id, phone_id, phone_name, number, pledge_id, received_at, place)
        ), new_phones as (
            insert into phones (taskforce_id, event_id, practice, id, name, announced, discarded, first_contact_at)
            select $1, event_id, $2, phone_id, phone_name, 0, '{}', received_at
              from arrived
             order by place
                on conflict do nothing
        )
        insert into phone_captures (taskforce_id, event_id, practice, phone_id, number, pledge_id, received_at)
        select $1, event_id, $2, phone_id, number, pledge_id, received_at
          from arrived
         order by place
            on conflict do nothing
        """,
        taskforce_id,
        practice,
        [one.event_id for one in ordered],
        [one.capture.phone_id for one in ordered],
        [one.capture.phone_name for one in ordered],
        [one.capture.number for one in ordered],
        [one.pledge_id for one in ordered],
        [one.received_at for one in ordered],
    )


async def save_announcement(
    conn: Connection,
    taskforce_id: UUID,
    event_id: UUID,
    phone_id: UUID,
    *,
    practice: bool,
    announced: int,
    discarded: Collection[int],
    at: datetime,
) -> Announced:
    """Add to what a phone has told of, and return all of it. What it told of before stays."""
    row = await conn.fetchrow(
        """
        insert into phones (taskforce_id, event_id, practice, id, announced, discarded, first_contact_at,
                            last_contact_at)
        values ($1, $2, $3, $4, $5, $6, $7, $7)
            on conflict (taskforce_id, event_id, practice, id) do update
           set announced = greatest(phones.announced, $5),
               discarded = array(select distinct number
                                   from unnest(phones.discarded || $6::integer[]) as number
                                  order by number),
               last_contact_at = $7
        returning announced, discarded, waiting_since
        """,
        taskforce_id,
        event_id,
        practice,
        phone_id,
        announced,
        sorted(set(discarded)),
        at,
    )
    assert row is not None
    return Announced(*row)


async def save_phone(
    conn: Connection,
    taskforce_id: UUID,
    event_id: UUID,
    phone_id: UUID,
    *,
    practice: bool,
    name: str | None,
    waiting_since: datetime | None,
) -> None:
    """Save since when a phone is waited for, and its name unless that is None."""
    # Two statements, because the intake role may write a name and not read one.
    await conn.execute(
        """
        update phones
           set waiting_since = $5
         where taskforce_id = $1
           and event_id = $2
           and practice = $3
           and id = $4
        """,
        taskforce_id,
        event_id,
        practice,
        phone_id,
        waiting_since,
    )
    if name is not None:
        await conn.execute(
            """
            update phones
               set name = $5
             where taskforce_id = $1
               and event_id = $2
               and practice = $3
               and id = $4
            """,
            taskforce_id,
            event_id,
            practice,
            phone_id,
            name,
        )


async def save_set_aside(
    conn: Connection, taskforce_id: UUID, event_id: UUID, phone_id: UUID, *, practice: bool, set_aside: SetAside | None
) -> bool:
    """Save that nobody waits for a phone any more; None: that it is waited for. False: there is no such phone."""
    status = await conn.execute(
        """
        update phones
           set set_aside_at = $5,
               set_aside_by = $6,
               set_aside_because = $7
         where taskforce_id = $1
           and event_id = $2
           and practice = $3
           and id = $4
        """,
        taskforce_id,
        event_id,
        practice,
        phone_id,
        set_aside.at if set_aside else None,
        set_aside.by if set_aside else None,
        set_aside.reason if set_aside else None,
    )
    return status.endswith(" 1")


async def arrived_numbers(
    conn: Connection, taskforce_id: UUID, event_id: UUID, phone_id: UUID, *, practice: bool
) -> list[int]:
    """Return the running numbers of a phone that have arrived, in order."""
    rows = await conn.fetch(
        """
        select number
          from phone_captures
         where taskforce_id = $1
           and event_id = $2
           and practice = $3
           and phone_id = $4
         order by number
        """,
        taskforce_id,
        event_id,
        practice,
        phone_id,
    )
    return [row["number"] for row in rows]


async def forget_phones(conn: Connection, taskforce_id: UUID, *, ended_before: datetime) -> None:
    """Delete the phones of events that were over by a moment; of an unknown event, those that came before it."""
    await conn.execute(
        """
        delete from phones
         where taskforce_id = $1
           and coalesce((select greatest(event.ends_at, event.closed_at)
                           from employer_events as event
                          where event.taskforce_id = $1
                            and event.id = phones.event_id),
                        first_contact_at) < $2
        """,
        taskforce_id,
        ended_before,
    )
