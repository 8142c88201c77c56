-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- Everything here is made from the other services' messages, in one or two generations: the one that is served and,
-- while a rebuild runs, the next one, which replaces it in one transaction. A dropped generation stays in this table
-- until its rows are deleted.
create table generations (
  generation integer generated always as identity primary key,
  state text not null check (state in ('building', 'serving', 'dropped')),
  begun_at timestamptz not null default clock_timestamp()
);
create unique index generations_building on generations (state) where state = 'building';
create unique index generations_serving on generations (state) where state = 'serving';
insert into generations (state) values ('serving');

-- ---- The register: every version of every aggregate. The highest version is the present, all of them the history.

-- The taskforces, and the slug each has in URLs. They are public and read before a taskforce is known: no row-level
-- security.
create table taskforces (
  generation integer not null,
  taskforce_id uuid not null,
  version integer not null,
  recorded_at timestamptz not null,
  slug text not null,
  name text not null,
  municipality text not null,
  since date not null,
  primary key (generation, taskforce_id, version)
);
create index taskforces_by_slug on taskforces (generation, slug);

create table companies (
  generation integer not null,
  taskforce_id uuid not null,
  company_id uuid not null,
  version integer not null,
  recorded_at timestamptz not null,
  personally_owned boolean not null,
  name text,
  cvr text,
  municipality text,
  industry text,
  member boolean not null,
  primary key (generation, taskforce_id, company_id, version)
);
create index companies_recorded on companies (generation, taskforce_id, recorded_at);
call isolate('companies');

create table employer_events (
  generation integer not null,
  taskforce_id uuid not null,
  event_id uuid not null,
  version integer not null,
  recorded_at timestamptz not null,
  kind text not null,
  status text not null,
  title text not null,
  place text,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  -- the day it is held, in Europe/Copenhagen
  held_on date not null,
  goal_positions integer,
  primary key (generation, taskforce_id, event_id, version)
);
create index employer_events_recorded on employer_events (generation, taskforce_id, recorded_at);
call isolate('employer_events');

create table attendances (
  generation integer not null,
  taskforce_id uuid not null,
  attendance_id uuid not null,
  version integer not null,
  recorded_at timestamptz not null,
  event_id uuid not null,
  company_id uuid not null,
  checked_in_at timestamptz not null,
  -- in Europe/Copenhagen
  checked_in_on date not null,
  primary key (generation, taskforce_id, attendance_id, version)
);
create index attendances_recorded on attendances (generation, taskforce_id, recorded_at);
-- The pages count how many companies came to each event: from this index alone, already in order.
create index attendances_of_event on attendances
  (generation, taskforce_id, event_id, company_id, checked_in_on, recorded_at);
call isolate('attendances');

-- ---- Pledges and hires: their history as above, and their present.

create table pledge_versions (
  generation integer not null,
  taskforce_id uuid not null,
  pledge_id uuid not null,
  version integer not null,
  recorded_at timestamptz not null,
  status text not null,
  job_type text not null,
  positions integer not null,
  positions_filled integer not null,
  positions_cancelled integer not null,
  weekly_hours_from numeric(4, 2) not null,
  weekly_hours_to numeric(4, 2) not null,
  event_id uuid,
  company_id uuid,
  municipality text,
  captured_by text not null,
  captured_at timestamptz not null,
  received_at timestamptz not null,
  pledged_on date not null,
  primary key (generation, taskforce_id, pledge_id, version)
);
call isolate('pledge_versions');

create table hire_versions (
  generation integer not null,
  taskforce_id uuid not null,
  hire_id uuid not null,
  version integer not null,
  recorded_at timestamptz not null,
  pledge_id uuid,
  position_id uuid,
  event_id uuid,
  company_id uuid,
  municipality text,
  job_type text not null,
  start_date date not null,
  weekly_hours numeric(4, 2) not null,
  confirmed_at timestamptz not null,
  -- in Europe/Copenhagen
  confirmed_on date not null,
  ended_on date,
  primary key (generation, taskforce_id, hire_id, version)
);
call isolate('hire_versions');

-- There are hundreds of thousands of these two. Their highest versions are kept beside the history, so that a figure
-- need not look for them.
create table pledges (
  like pledge_versions,
  primary key (generation, taskforce_id, pledge_id)
);
create table hires (
  like hire_versions,
  primary key (generation, taskforce_id, hire_id)
);
-- For what has changed since a moment.
create index pledges_recorded on pledges (generation, taskforce_id, recorded_at);
create index hires_recorded on hires (generation, taskforce_id, recorded_at);
call isolate('pledges');
call isolate('hires');

-- ---- Tallies: what a figure adds up.

-- What begins or ends on each day, so that a figure as of a day is a sum over some thousand rows and not a count over
-- all pledges. The triggers below keep it up to date, in the transaction that changes the present.
create table daily_tallies (
  generation integer not null,
  taskforce_id uuid not null,
  day date not null,
  job_type text not null,
  event_id uuid,
  positions bigint not null,
  hires_from_pledges bigint not null,
  hires_without_pledge bigint not null,
  hires_ended bigint not null,
  -- hires confirmed before their first day: one more on the day of the confirmation, one fewer on the first day
  starting_from_pledges bigint not null,
  starting_without_pledge bigint not null,
  unique nulls not distinct (generation, taskforce_id, day, job_type, event_id)
);
call isolate('daily_tallies');

-- The daily tallies added up by quarter: a figure as of a day is the sum of the quarters before that day's quarter and
-- of the days in it. With a hundred thousand pledges that is two thousand rows to add up instead of twenty thousand.
create table quarterly_tallies (
  generation integer not null,
  taskforce_id uuid not null,
  -- its first day
  quarter date not null,
  job_type text not null,
  event_id uuid,
  positions bigint not null,
  hires_from_pledges bigint not null,
  hires_without_pledge bigint not null,
  hires_ended bigint not null,
  starting_from_pledges bigint not null,
  starting_without_pledge bigint not null,
  unique nulls not distinct (generation, taskforce_id, quarter, job_type, event_id)
);
call isolate('quarterly_tallies');

-- What a pledge and a hire count as, and from which day: these two functions are the only place that says so. The
-- triggers below use them for the present, and queries for what was known at an earlier moment. A sign of -1 takes back
-- what the same row counted for.
create function tallies_of_pledge(pledge pledges, sign integer) returns setof daily_tallies
language sql immutable
begin atomic
  select pledge.generation, pledge.taskforce_id, pledge.pledged_on, pledge.job_type, pledge.event_id,
         sign * pledge.positions, 0, 0, 0, 0, 0
   where pledge.status <> 'duplicate';
end;

create function tallies_of_hire(hire hires, sign integer) returns setof daily_tallies
language sql immutable
begin atomic
  select hire.generation, hire.taskforce_id, day, hire.job_type, hire.event_id,
         0,
         case when hire.pledge_id is not null then sign * started else 0 end,
         case when hire.pledge_id is null then sign * started else 0 end,
         sign * ended,
         case when hire.pledge_id is not null then sign * starting else 0 end,
         case when hire.pledge_id is null then sign * starting else 0 end
    from (values (hire.start_date, 1, 0, case when hire.confirmed_on < hire.start_date then -1 else 0 end),
                 (hire.confirmed_on, 0, 0, case when hire.confirmed_on < hire.start_date then 1 else 0 end),
                 (greatest(hire.ended_on, hire.start_date), 0, case when hire.ended_on is null then 0 else 1 end, 0)
         ) as change (day, started, ended, starting)
   where started <> 0
      or ended <> 0
      or starting <> 0;
end;

create function add_to_tallies(changes daily_tallies[]) returns void
language sql
begin atomic
  insert into daily_tallies as tally
  select generation, taskforce_id, day, job_type, event_id,
         sum(positions), sum(hires_from_pledges), sum(hires_without_pledge), sum(hires_ended),
         sum(starting_from_pledges), sum(starting_without_pledge)
    from unnest(changes) as change
   group by generation, taskforce_id, day, job_type, event_id
   order by generation, taskforce_id, day, job_type, event_id
      on conflict (generation, taskforce_id, day, job_type, event_id) do update
     set positions = tally.positions + excluded.positions,
         hires_from_pledges = tally.hires_from_pledges + excluded.hires_from_pledges,
         hires_without_pledge = tally.hires_without_pledge + excluded.hires_without_pledge,
         hires_ended = tally.hires_ended + excluded.hires_ended,
         starting_from_pledges = tally.starting_from_pledges + excluded.starting_from_pledges,
         starting_without_pledge = tally.starting_without_pledge + excluded.starting_without_pledge;

  insert into quarterly_tallies as tally
  select generation, taskforce_id, date_trunc('quarter', day::timestamp)::date as quarter, job_type, event_id,
         sum(positions), sum(hires_from_pledges), sum(hires_without_pledge), sum(hires_ended),
         sum(starting_from_pledges), sum(starting_without_pledge)
    from unnest(changes) as change
   group by generation, taskforce_id, quarter, job_type, event_id
   order by generation, taskforce_id, quarter, job_type, event_id
      on conflict (generation, taskforce_id, quarter, job_type, event_id) do update
     set positions = tally.positions + excluded.positions,
         hires_from_pledges = tally.hires_from_pledges + excluded.hires_from_pledges,
         hires_without_pledge = tally.hires_without_pledge + excluded.hires_without_pledge,
         hires_ended = tally.hires_ended + excluded.hires_ended,
         starting_from_pledges = tally.starting_from_pledges + excluded.starting_from_pledges,
         starting_without_pledge = tally.starting_without_pledge + excluded.starting_without_pledge;

  -- Only taking back can leave a day or a quarter with nothing in it: such a row is deleted.
  delete from daily_tallies as tally
   using unnest(changes) as change
   where (change.positions < 0 or change.hires_from_pledges < 0 or change.hires_without_pledge < 0
          or change.hires_ended < 0 or change.starting_from_pledges < 0 or change.starting_without_pledge < 0)
     and tally.generation = change.generation
     and tally.taskforce_id = change.taskforce_id
     and tally.day = change.day
     and tally.job_type = change.job_type
     and tally.event_id is not distinct from change.event_id
     and tally.positions = 0
     and tally.hires_from_pledges = 0
     and tally.hires_without_pledge = 0
     and tally.hires_ended = 0
     and tally.starting_from_pledges = 0
     and tally.starting_without_pledge = 0;

  delete from quarterly_tallies as tally
   using unnest(changes) as change
   where (change.positions < 0 or change.hires_from_pledges < 0 or change.hires_without_pledge < 0
          or change.hires_ended < 0 or change.starting_from_pledges < 0 or change.starting_without_pledge < 0)
     and tally.generation = change.generation
     and tally.taskforce_id = change.taskforce_id
     and tally.quarter = date_trunc('quarter', change.day::timestamp)::date
     and tally.job_type = change.job_type
     and tally.event_id is not distinct from change.event_id
     and tally.positions = 0
     and tally.hires_from_pledges = 0
     and tally.hires_without_pledge = 0
     and tally.hires_ended = 0
     and tally.starting_from_pledges = 0
     and tally.starting_without_pledge = 0;
end;

-- The triggers.
create function tally_new_pledges() returns trigger language plpgsql as $$
begin
  perform add_to_tallies(array_agg(tally)) from new_rows, tallies_of_pledge(row(new_rows.*)::pledges, 1) as tally;
  return null;
end
$$;
create function tally_changed_pledges() returns trigger language plpgsql as $$
begin
  perform add_to_tallies(array_agg(tally)) from (
    select tally from old_rows, tallies_of_pledge(row(old_rows.*)::pledges, -1) as tally
     union all
    select tally from new_rows, tallies_of_pledge(row(new_rows.*)::pledges, 1) as tally
  ) as change;
  return null;
end
$$;
create function tally_new_hires() returns trigger language plpgsql as $$
begin
  perform add_to_tallies(array_agg(tally)) from new_rows, tallies_of_hire(row(new_rows.*)::hires, 1) as tally;
  return null;
end
$$;
create function tally_changed_hires() returns trigger language plpgsql as $$
begin
  perform add_to_tallies(array_agg(tally)) from (
    select tally from old_rows, tallies_of_hire(row(old_rows.*)::hires, -1) as tally
     union all
    select tally from new_rows, tallies_of_hire(row(new_rows.*)::hires, 1) as tally
  ) as change;
  return null;
end
$$;
create trigger new_pledges after insert on pledges
  referencing new table as new_rows
  for each statement execute function tally_new_pledges();
create trigger changed_pledges after update on pledges
  referencing old table as old_rows new table as new_rows
  for each statement execute function tally_changed_pledges();
create trigger new_hires after insert on hires
  referencing new table as new_rows
  for each statement execute function tally_new_hires();
create trigger changed_hires after update on hires
  referencing old table as old_rows new table as new_rows
  for each statement execute function tally_changed_hires();

-- ---- Rebuilding.

-- Delete at most that many rows of a dropped generation, of whatever taskforce, and return how many. Row-level security
-- would show the service one taskforce at a time, so this runs as the owner of the tables.
create function discard_rows(of_generation integer, at_most integer) returns bigint
language plpgsql
security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
  name text;
  discarded bigint;
begin
  perform from generations where generation = of_generation and state = 'dropped';
  if not found then
    raise exception 'generation % has not been dropped', of_generation;
  end if;
  foreach name in array array[
    'taskforces', 'companies', 'employer_events', 'attendances',
    'pledge_versions', 'pledges', 'hire_versions', 'hires', 'daily_tallies', 'quarterly_tallies'
  ]
  loop
    execute format(
      'delete from public.%I where ctid = any (array(select ctid from public.%I where generation = $1 limit $2))',
      name, name
    ) using of_generation, at_most;
    get diagnostics discarded = row_count;
    if discarded > 0 then
      return discarded;
    end if;
  end loop;
  return 0;
end
$$;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
