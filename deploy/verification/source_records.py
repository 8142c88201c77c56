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
        # An earlier release drafted some of which nothing has been said.
        "meeting",
        "events",
        """
        select meeting.taskforce_id,
               meeting.id,
               meeting.version,
               coalesce(meeting.as_of, (event.starts_at at time zone 'Europe/Copenhagen')::date) as as_of,
               meeting.known_at,
               meeting.decisions_open,
               array(select concat_ws(' ', item.id, item.minutes, item.shows)
                       from agenda_items as item
                      where item.taskforce_id = meeting.taskforce_id
                        and item.meeting_id = meeting.id
                      order by item.place) as agenda
          from meetings as meeting
          join employer_events as event
            on event.taskforce_id = meeting.taskforce_id
           and event.id = meeting.id
         order by meeting.taskforce_id, meeting.id
        """,
    ),
    RowQuery(
        "target",
        "events",
        """
        select taskforce_id, id, version, measure, job_type, value, starts_on, ends_on, dropped
          from targets
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
               pledge.ended_on,
               pledge.affirmed_on,
               coalesce(place.matched, '{}') as matched,
               coalesce(place.cancelled_alone, '{}') as cancelled
          from pledges as pledge
          left join (select taskforce_id,
                            pledge_id,
                            count(*)::integer as promised,
                            (count(*) filter (where status = 'filled'))::integer as filled,
                            (count(*) filter (where status = 'cancelled'))::integer as cancelled,
                            array_agg(id || ' ' || matched_on order by id::text)
                              filter (where matched_on is not null) as matched,
                            array_agg(id || ' ' || cancelled_on order by id::text)
                              filter (where cancelled_on is not null) as cancelled_alone
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
        select hire.taskforce_id,
               hire.id,
               hire.version,
               hire.pledge_id,
               hire.position_id,
               hire.event_id,
               hire.company_id,
               hire.municipality,
               hire.job_type,
               hire.start_date,
               hire.weekly_hours,
               hire.confirmed_at,
               hire.ended_on,
               hire.counted,
               hire.citizen_id,
               array(select months || ' ' || answer
                       from hire_checkpoints
                      where taskforce_id = hire.taskforce_id
                        and hire_id = hire.id
                        and answer <> 'unknown'
                      order by 1) as answers
          from hires as hire
         order by hire.taskforce_id, hire.id
        """,
    ),
    RowQuery(
        "contact",
        "pledges",
        """
        select taskforce_id, id, version, company_id, kind, made_on, new_company, counted
          from outreach
         order by taskforce_id, id
        """,
    ),
)

_LADDERS: Final = """
        select taskforce_id, hire_id, starts_on, paid_weekly_hours, job_type
          from hire_steps
         union all
        select taskforce_id,
               id,
               start_date,
               case when job_type in ('praktik', 'traening') then 0 else weekly_hours end,
               job_type
          from hires
         where not exists (select
                             from hire_steps
                            where hire_steps.taskforce_id = hires.taskforce_id
                              and hire_steps.hire_id = hires.id)
"""
"""The steps of all hires. A hire that a former release has confirmed during an update has none here, which is one."""

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
    select taskforce_id, cancelled_on
      from positions
     where cancelled_on is not null
     union
    select taskforce_id, affirmed_on
      from pledges
     where affirmed_on is not null
     union
    select taskforce_id, matched_on
      from positions
     where matched_on is not null
     union
    select taskforce_id, start_date
      from hires
     union
    select taskforce_id, starts_on
      from hire_steps
     union
    select taskforce_id, due_on
      from hire_checkpoints
     union
    select taskforce_id, ended_on
      from hires
     where ended_on is not null
     union
    select taskforce_id, made_on
      from outreach
     order by taskforce_id, day
"""
"""The days on which a figure can change, by taskforce."""

_COUNTED: Final = f"""
    with ladder as ({_LADDERS}
    ), counted as (
        select pledge.taskforce_id,
               pledge.event_id,
               pledge.company_id,
               pledge.municipality,
               pledge.job_type,
               (case when 'clock_wrong' = any (pledge.flags) then pledge.received_at else pledge.captured_at end
                at time zone 'Europe/Copenhagen')::date as pledged_on,
               case when place.status = 'cancelled' then coalesce(place.cancelled_on, pledge.ended_on) end as ended_on,
               pledge.affirmed_on,
               place.matched_on
          from pledges as pledge
          join positions as place
            on place.taskforce_id = pledge.taskforce_id
           and place.pledge_id = pledge.id
         where coalesce(pledge.review, 'accepted') = 'accepted'
           and (pledge.status not in ('withdrawn', 'duplicate') or pledge.ended_on is not null)
    ), promised as (
        select taskforce_id, event_id, company_id, municipality, job_type, pledged_on as day, 1 as positions
          from counted
         union all
        select taskforce_id, event_id, company_id, municipality, job_type, greatest(ended_on, pledged_on), -1
          from counted
         where ended_on is not null
    ), step as (
        select hire.taskforce_id,
               hire.id,
               coalesce(hire.citizen_id, hire.id) as citizen,
               hire.event_id,
               hire.company_id,
               hire.municipality,
               hire.pledge_id,
               step.job_type,
               step.paid_weekly_hours,
               step.starts_on,
               hire.start_date,
               hire.ended_on,
               hire.end_reason,
               lead(step.starts_on) over (partition by hire.taskforce_id, hire.id order by step.starts_on) as next_on,
               first_value(step.paid_weekly_hours)
                 over (partition by hire.taskforce_id, hire.id order by step.starts_on) as first_paid
          from hires as hire
          join ladder as step
            on step.taskforce_id = hire.taskforce_id
           and step.hire_id = hire.id
         where hire.counted
           -- A step after the end has never begun. The first one has, even if the hire ended before.
           and (hire.ended_on is null or step.starts_on < greatest(hire.ended_on, hire.start_date + 1))
    ), begun as (
        select taskforce_id, id, citizen, event_id, company_id, municipality, pledge_id, job_type,
               min(starts_on) as day
          from step
         group by taskforce_id, id, citizen, event_id, company_id, municipality, pledge_id, job_type
        having min(starts_on) <= $1
    ), current as (
        select taskforce_id, citizen, company_id, municipality, job_type, paid_weekly_hours, first_paid
          from step
         where starts_on <= $1
           and (next_on is null or next_on > $1)
           and (ended_on is null or ended_on > $1)
    )"""  # noqa: S608  (our own words)
"""The pledged positions, the hires that have begun and those that go on, on the day $1."""

FIGURES: Final = f"""
    {_COUNTED}, ended as (
        select distinct on (taskforce_id, id)
               taskforce_id,
               job_type,
               coalesce(end_reason, 'unknown') as reason
          from step
         where greatest(ended_on, start_date) <= $1
           and ended_on is not null
         order by taskforce_id, id, starts_on desc
    ), due as (
        select hire.taskforce_id,
               hire.job_type,
               due.months,
               case
                 when checkpoint.answer in ('same_company', 'elsewhere') then 'yes'
                 when checkpoint.answer = 'no' then 'no'
                 when hire.ended_on > hire.start_date + make_interval(months => due.months) then 'unknown'
                 when hire.end_reason in ('more_hours_elsewhere', 'ordinary_job') then 'yes'
                 when hire.end_reason is not null then 'no'
                 else 'unknown'
               end as outcome
          from hires as hire
         cross join unnest(array[3, 6, 12]) as due (months)
          left join hire_checkpoints as checkpoint
            on checkpoint.taskforce_id = hire.taskforce_id
           and checkpoint.hire_id = hire.id
           and checkpoint.months = due.months
         where hire.counted
           and hire.start_date + make_interval(months => due.months) <= $1
    ), later as (
        select taskforce_id, event_id, job_type
          from hires
         where start_date > $1
           and (confirmed_at at time zone 'Europe/Copenhagen')::date <= $1
           and counted
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
    select taskforce_id, 'positions_affirmed', '', job_type, count(*)
      from counted
     where greatest(pledged_on, affirmed_on) <= $1
       and affirmed_on is not null
       and (ended_on is null or greatest(ended_on, pledged_on, affirmed_on) > $1)
     group by taskforce_id, job_type
     union all
    select taskforce_id, 'positions_matched', '', job_type, count(*)
      from counted
     where greatest(pledged_on, matched_on) <= $1
       and matched_on is not null
       and (ended_on is null or greatest(ended_on, pledged_on, matched_on) > $1)
     group by taskforce_id, job_type
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
    select taskforce_id, 'citizens', '', job_type, count(distinct citizen)
      from begun
     group by taskforce_id, job_type
     union all
    select taskforce_id, 'hires_current', '', job_type, count(*)
      from current
     group by taskforce_id, job_type
     union all
    select taskforce_id, 'citizens_current', '', job_type, count(distinct citizen)
      from current
     group by taskforce_id, job_type
     union all
    select taskforce_id,
           'hires_current_by_hours ' || case
             when paid_weekly_hours = 0 then '0'
             when paid_weekly_hours < 5 then '1-4'
             when paid_weekly_hours < 10 then '5-9'
             when paid_weekly_hours < 16 then '10-15'
             when paid_weekly_hours < 21 then '16-20'
             when paid_weekly_hours < 30 then '21-29'
             else '30+'
           end, '', job_type, count(*)
      from current
     group by 1, 2, 4
     union all
    select taskforce_id,
           'hires_current_by_ladder ' || case sign(paid_weekly_hours - first_paid)
             when 1 then 'more'
             when -1 then 'fewer'
             else 'same'
           end, '', job_type, count(*)
      from current
     group by 1, 2, 4
     union all
    select taskforce_id, 'hires_ended_by_reason ' || reason, '', job_type, count(*)
      from ended
     group by taskforce_id, reason, job_type
     union all
    select taskforce_id, 'still_employed ' || months || ' ' || outcome, '', job_type, count(*)
      from due
     group by taskforce_id, months, outcome, job_type
     union all
    select taskforce_id, 'hires_starting_later', '', job_type, count(*)
      from later
     group by taskforce_id, job_type
     union all
    select taskforce_id, 'hires_starting_later', event_id::text, job_type, count(*)
      from later
     where event_id is not null
     group by taskforce_id, event_id, job_type
"""  # noqa: S608  (our own words)
"""All counts on the day $1. `key` is empty for the total, else an event's id or a quarter such as 2026-Q4."""

BY_COMPANY: Final = f"""
    {_COUNTED}
    select taskforce_id, 'pledged_positions' as measure, company_id, municipality, job_type, sum(positions) as count
      from promised
     where day <= $1
     group by taskforce_id, company_id, municipality, job_type
     union all
    select taskforce_id, 'hires', company_id, municipality, job_type, count(*)
      from begun
     group by taskforce_id, company_id, municipality, job_type
     union all
    select taskforce_id, 'hires_current', company_id, municipality, job_type, count(*)
      from current
     group by taskforce_id, company_id, municipality, job_type
"""  # noqa: S608  (our own words)
"""The counts that are broken down, on the day $1, by company and municipality."""

INDUSTRIES: Final = """
    select id, case when not personally_owned then industry end as industry
      from companies
"""
"""The DB07 code of each company; that of a personally owned one is not published."""

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

MEDIANS: Final = """
    with made as (
        select pledge.taskforce_id,
               pledge.id,
               pledge.affirmed_on,
               (case when 'clock_wrong' = any (pledge.flags) then pledge.received_at else pledge.captured_at end
                at time zone 'Europe/Copenhagen')::date as pledged_on,
               coalesce(pledge.review, 'accepted') = 'accepted'
                 and (pledge.status not in ('withdrawn', 'duplicate') or pledge.ended_on is not null) as counted
          from pledges as pledge
    ), affirmed as (
        select taskforce_id,
               affirmed_on - pledged_on as days,
               row_number() over (partition by taskforce_id order by pledged_on desc, id) as place
          from made
         where counted and greatest(pledged_on, affirmed_on) <= $1 and affirmed_on is not null
    ), matched as (
        select made.taskforce_id,
               position.matched_on,
               position.matched_on - made.pledged_on as days,
               dense_rank() over (partition by made.taskforce_id order by made.pledged_on desc, made.id) as place
          from made
          join positions as position
            on position.taskforce_id = made.taskforce_id
           and position.pledge_id = made.id
         where made.counted and made.pledged_on <= $1 and position.matched_on is not null
    ), hired as (
        select hire.taskforce_id,
               hire.start_date - made.pledged_on as since_pledged,
               hire.start_date - found.matched_on as since_matched,
               row_number() over (partition by hire.taskforce_id order by hire.start_date desc, hire.id) as place
          from hires as hire
          join made
            on made.taskforce_id = hire.taskforce_id
           and made.id = hire.pledge_id
          -- As the position was when the hire filled it first.
          left join (select distinct on (taskforce_id, hire_id)
                            taskforce_id, hire_id, (before ->> 'matched_on')::date as matched_on
                       from position_changes
                      where kind = 'filled'
                      order by taskforce_id, hire_id, version) as found
            on found.taskforce_id = hire.taskforce_id
           and found.hire_id = hire.id
         where hire.counted and hire.start_date <= $1
    ), cases as (
        select taskforce_id, 'pledged_to_affirmed' as pair, days from affirmed where place <= 500
         union all
        select taskforce_id, 'pledged_to_matched', days from matched where place <= 500 and matched_on <= $1
         union all
        select taskforce_id, 'matched_to_hired', since_matched from hired
         where place <= 500 and since_matched is not null
         union all
        select taskforce_id, 'pledged_to_hired', since_pledged from hired where place <= 500
    )
    select taskforce_id, pair, percentile_cont(0.5) within group (order by days) as days, count(*) as cases
      from cases
     group by taskforce_id, pair
"""
"""The median days from one step to a later one, of the latest 500 pledges or hires up to the day $1."""

REACHED: Final = """
    select taskforce_id, 'outreach_new_companies' as name, count(*) as count
      from (select taskforce_id, company_id, min(made_on) as reached_on
              from outreach
             where counted and new_company
             group by taskforce_id, company_id) as company
     where reached_on <= $1
     group by taskforce_id
     union all
    select taskforce_id, 'outreach_contacts by ' || kind, count(*)
      from outreach
     where counted and made_on <= $1
     group by taskforce_id, kind
"""
"""New companies that the staff have reached by the day $1, and contacts with companies by kind."""

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

CITIZENS: Final = f"""
    select count(*)
      from (select min(step.starts_on) as first_day
              from hires as hire
              join ({_LADDERS}) as step
                on step.taskforce_id = hire.taskforce_id
               and step.hire_id = hire.id
             where hire.taskforce_id = $1
               and hire.counted
               and step.job_type = 'smaajob'
               and (hire.ended_on is null or step.starts_on < greatest(hire.ended_on, hire.start_date + 1))
             group by coalesce(hire.citizen_id, hire.id)) as citizen
     where first_day between $2 and $3
"""  # noqa: S608  (our own words)
"""Citizens of taskforce $1 who have got their first småjob from the day $2 to the day $3: the public board's number.

A hire that names nobody is one citizen's.
"""

CITIZENS_CHANGED: Final = """
    select count(distinct aggregateid)
             + count(distinct aggregateid) filter (where type like 'tilsagn.pledges.HireCitizenChanged.%')
      from outbox
     where taskforce_id = $1
       and aggregatetype = 'pledges.hire'
       and recorded_at > $2
"""
"""How many citizens of taskforce $1 are counted otherwise, at most, by hires that have changed after the moment $2.

A hire that was one citizen's and is another's counts otherwise for both.
"""
