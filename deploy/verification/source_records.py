"""Queries on the tables of the services that own the data. Messages are not read.

Each row query returns one row per aggregate, sorted by taskforce and id. Each figure query returns
`(taskforce, measure, key, job type, count)` for one day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class RowQuery:
    """The query for one type of aggregate.

    Attributes:
        kind: the name of the type, used in messages.
        service: the service that owns the aggregates.
        sql: selects taskforce_id, id, version, then the columns to compare.
    """

    kind: str
    service: str
    sql: str


ROWS: Final = (
    RowQuery(
        "taskforce",
        "events",
        """
        select id as taskforce_id, id, version, slug, name, municipality, since
          from taskforces
         order by taskforce_id, id
        """,
    ),
    RowQuery(
        "company",
        "events",
        """
        select taskforce_id,
               id,
               version,
               personally_owned,
               case when not personally_owned then name end as name,
               case when not personally_owned then cvr end as cvr,
               case when not personally_owned then municipality end as municipality,
               case when not personally_owned then industry end as industry,
               member
          from companies
         order by taskforce_id, id
        """,
    ),
    RowQuery(
        "event",
        "events",
        """
        select taskforce_id, id, version, kind, status, title, place, starts_at, ends_at, goal_positions,
               (starts_at at time zone 'Europe/Copenhagen')::date as held_on
          from employer_events
         order by taskforce_id, id
        """,
    ),
    RowQuery(
        "check-in",
        "events",
        """
        select taskforce_id, id, version, event_id, company_id, checked_in_at, undone_at
          from attendances
         order by taskforce_id, id
        """,
    ),
    RowQuery(
        "pledge",
        "pledges",
        """
        select pledge.taskforce_id,
               pledge.id,
               pledge.version,
               pledge.status,
               pledge.job_type,
               place.promised as positions,
               place.filled as positions_filled,
               place.cancelled as positions_cancelled,
               pledge.weekly_hours_from,
               pledge.weekly_hours_to,
               pledge.event_id,
               pledge.company_id,
               pledge.municipality,
               pledge.captured_at,
               pledge.received_at,
               (case when 'clock_wrong' = any (pledge.flags) then pledge.received_at else pledge.captured_at end
                at time zone 'Europe/Copenhagen')::date as pledged_on,
               coalesce(pledge.review, 'accepted') = 'accepted'
                 and (pledge.status not in ('withdrawn', 'duplicate') or pledge.ended_on is not null) as counted,
               pledge.ended_on
          from pledges as pledge
          left join (select taskforce_id,
                            pledge_id,
                            count(*)::integer as promised,
                            (count(*) filter (where status = 'filled'))::integer as filled,
                            (count(*) filter (where status = 'cancelled'))::integer as cancelled
                       from positions
                      group by taskforce_id, pledge_id) as place
            on place.taskforce_id = pledge.taskforce_id
           and place.pledge_id = pledge.id
         order by pledge.taskforce_id, pledge.id
        """,
    ),
    RowQuery(
        "hire",
        "pledges",
        """
        select taskforce_id, id, version, pledge_id, position_id, event_id, company_id, municipality, job_type,
               start_date, weekly_hours, confirmed_at, ended_on
          from hires
         order by taskforce_id, id
        """,
    ),
)

DAYS: Final = """
    select taskforce_id,
           (case when 'clock_wrong' = any (flags) then received_at else captured_at end
            at time zone 'Europe/Copenhagen')::date as day
      from pledges
     union
    select taskforce_id, ended_on
      from pledges
     where ended_on is not null
     union
    select taskforce_id, start_date
      from hires
     union
    select taskforce_id, ended_on
      from hires
     where ended_on is not null
     order by taskforce_id, day
"""
"""The days on which a figure can change, by taskforce."""

FIGURES: Final = """
    with counted as (
        select pledge.taskforce_id,
               pledge.event_id,
               pledge.job_type,
               (case when 'clock_wrong' = any (pledge.flags) then pledge.received_at else pledge.captured_at end
                at time zone 'Europe/Copenhagen')::date as pledged_on,
               case when place.status = 'cancelled' then pledge.ended_on end as ended_on
          from pledges as pledge
          join positions as place
            on place.taskforce_id = pledge.taskforce_id
           and place.pledge_id = pledge.id
         where coalesce(pledge.review, 'accepted') = 'accepted'
           and (pledge.status not in ('withdrawn', 'duplicate') or pledge.ended_on is not null)
    ), promised as (
        select taskforce_id, event_id, job_type, pledged_on as day, 1 as positions
          from counted
         union all
        select taskforce_id, event_id, job_type, greatest(ended_on, pledged_on), -1
          from counted
         where ended_on is not null
    ), begun as (
        select taskforce_id, event_id, job_type, pledge_id, ended_on, start_date as day
          from hires
         where start_date <= $1
    )
    select taskforce_id, 'pledged_positions' as measure, '' as key, job_type, sum(positions) as count
      from promised
     where day <= $1
     group by taskforce_id, job_type
     union all
    select taskforce_id, 'pledged_positions', event_id::text, job_type, sum(positions)
      from promised
     where day <= $1 and event_id is not null
     group by taskforce_id, event_id, job_type
     union all
    select taskforce_id, 'pledged_positions', to_char(day, 'YYYY-"Q"Q'), job_type, sum(positions)
      from promised
     where day <= $1
     group by 1, 3, 4
     union all
    select taskforce_id, 'hires', '', job_type, count(*)
      from begun
     group by taskforce_id, job_type
     union all
    select taskforce_id, 'hires', event_id::text, job_type, count(*)
      from begun
     where event_id is not null
     group by taskforce_id, event_id, job_type
     union all
    select taskforce_id, 'hires', to_char(day, 'YYYY-"Q"Q'), job_type, count(*)
      from begun
     group by 1, 3, 4
     union all
    select taskforce_id, 'hires_from_pledges', '', job_type, count(*)
      from begun
     where pledge_id is not null
     group by taskforce_id, job_type
     union all
    select taskforce_id, 'hires_without_pledge', '', job_type, count(*)
      from begun
     where pledge_id is null
     group by taskforce_id, job_type
     union all
    select taskforce_id, 'hires_current', '', job_type, count(*)
      from begun
     where ended_on is null or ended_on > $1
     group by taskforce_id, job_type
     union all
    select taskforce_id, 'hires_starting_later', '', job_type, count(*)
      from hires
     where start_date > $1
       and (confirmed_at at time zone 'Europe/Copenhagen')::date <= $1
     group by taskforce_id, job_type
     union all
    select taskforce_id, 'hires_starting_later', event_id::text, job_type, count(*)
      from hires
     where start_date > $1
       and (confirmed_at at time zone 'Europe/Copenhagen')::date <= $1
       and event_id is not null
     group by taskforce_id, event_id, job_type
"""
"""All counts on the day $1. `key` is empty for the total, else an event's id or a quarter such as 2026-Q4."""

OUTSIDE_EVENT: Final = """
    select pledge.taskforce_id,
           pledge.id,
           pledge.pledged_on,
           event.title
      from pledges as pledge
      join employer_events as event
        on event.taskforce_id = pledge.taskforce_id
       and event.id = pledge.event_id
     where pledge.status not in ('withdrawn', 'duplicate')
       and pledge.review is null
       and not pledge.flags && array['clock_wrong', 'after_close', 'outside_event', 'event_cancelled']
       and pledge.pledged_on
           not between (least(event.starts_at, event.opened_at) at time zone 'Europe/Copenhagen')::date - 1
                   and (greatest(event.ends_at, event.closed_at) at time zone 'Europe/Copenhagen')::date + 1
     order by pledge.taskforce_id, pledge.id
"""
"""Pledges that count on a day on which their event was not, without a flag that says so and without a decision."""

PRESENT: Final = """
    select arrival.taskforce_id, arrival.event_id::text as key, count(distinct arrival.company_id) as count
      from attendances as arrival
      join employer_events as event
        on event.taskforce_id = arrival.taskforce_id
       and event.id = arrival.event_id
     where arrival.undone_at is null
       and (arrival.checked_in_at at time zone 'Europe/Copenhagen')::date <= $1
       and (event.starts_at at time zone 'Europe/Copenhagen')::date <= $1
     group by arrival.taskforce_id, arrival.event_id
"""
"""Companies present at each event held by the day $1 (a walk-in counts; checking in twice does not)."""

HELD: Final = """
    select taskforce_id, id
      from employer_events
     where kind = 'employer_event'
       and status not in ('draft', 'cancelled')
       and (starts_at at time zone 'Europe/Copenhagen')::date <= $1
"""
"""Employer events held by the day $1. The dashboard lists each of them, even when its figures are zero."""

CITIZENS: Final = """
    select count(*)
      from hires
     where taskforce_id = $1
       and job_type = 'smaajob'
       and start_date >= $2
       and start_date <= $3
"""
"""Citizens of taskforce $1 who have got a småjob from the day $2 to the day $3: the public board's number."""
