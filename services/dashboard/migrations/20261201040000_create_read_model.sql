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

-- What a version of an aggregate counts as: `measure` changes by `delta` on that day. A dimension that does not apply is
-- null.
create type delta as (
  measure text,
  day date,
  delta integer,
  job_type text,
  event_id uuid
);

-- ---- The register: every version of every aggregate. The highest version is the present, all of them the history.
-- `deltas` is what a version counts as, often nothing.

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
  deltas delta[] not null,
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
  deltas delta[] not null,
  primary key (generation, taskforce_id, company_id, version)
);
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
  deltas delta[] not null,
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
  deltas delta[] not null,
  primary key (generation, taskforce_id, attendance_id, version)
);
call isolate('attendances');

-- ---- Pledges and hires.

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
  deltas delta[] not null,
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
  deltas delta[] not null,
  primary key (generation, taskforce_id, hire_id, version)
);
call isolate('hire_versions');

-- ---- What a figure adds up.

-- What each aggregate contributes to the figures: the deltas of its highest version.
create table contributions (
  generation integer not null,
  taskforce_id uuid not null,
  -- the table of its versions
  aggregate text not null,
  aggregate_id uuid not null,
  version integer not null,
  recorded_at timestamptz not null,
  deltas delta[] not null,
  primary key (generation, taskforce_id, aggregate, aggregate_id)
);
-- For what has changed since a moment.
create index contributions_recorded on contributions (generation, taskforce_id, recorded_at);
call isolate('contributions');

-- The deltas of all contributions added up, so that a figure as of a day is a sum over some thousand rows and not over
-- every pledge: once by day, and once by quarter. A figure is the sum of the quarters before that day's quarter and of
-- the days in it. A sum of zero has no row. The triggers below keep this up to date, in the transaction that changes a
-- contribution. A new measure is new rows in here, and no new column.
create table deltas (
  generation integer not null,
  taskforce_id uuid not null,
  period text not null check (period in ('day', 'quarter')),
  -- the first day of the period
  day date not null,
  measure text not null,
  job_type text,
  event_id uuid,
  delta bigint not null,
  unique nulls not distinct (generation, taskforce_id, period, day, measure, job_type, event_id)
);
call isolate('deltas');

-- The deltas of a contribution, by day. A sign of -1 takes back what it has counted for.
create function deltas_of(contribution contributions, sign integer) returns setof deltas
language sql stable
begin atomic
  select contribution.generation, contribution.taskforce_id, 'day', delta.day, delta.measure, delta.job_type,
         delta.event_id, sign * delta.delta
    from unnest(contribution.deltas) as delta;
end;

create function add_to_deltas(changes deltas[]) returns void
language plpgsql as $$
declare
  zeros tid[];
begin
  with added as (
    insert into deltas as total
    select generation, taskforce_id, sums.period, sums.day, measure, job_type, event_id, sum(delta)
      from unnest(changes) as change,
           lateral (values ('day', change.day),
                           ('quarter', date_trunc('quarter', change.day::timestamp)::date)) as sums (period, day)
     group by generation, taskforce_id, sums.period, sums.day, measure, job_type, event_id
    having sum(delta) <> 0
     order by generation, taskforce_id, sums.period, sums.day, measure, job_type, event_id
        on conflict (generation, taskforce_id, period, day, measure, job_type, event_id) do update
       set delta = total.delta + excluded.delta
    returning ctid, delta
  )
  select array_agg(added.ctid) filter (where delta = 0) into zeros from added;
  -- This transaction has just written these rows and holds their locks, so their places are still theirs.
  delete from deltas where ctid = any (zeros);
end
$$;

create function count_new_contributions() returns trigger language plpgsql as $$
begin
  perform add_to_deltas(array_agg(change)) from new_rows, deltas_of(row(new_rows.*)::contributions, 1) as change;
  return null;
end
$$;
create function count_changed_contributions() returns trigger language plpgsql as $$
begin
  perform add_to_deltas(array_agg(change)) from (
    select change from old_rows, deltas_of(row(old_rows.*)::contributions, -1) as change
     union all
    select change from new_rows, deltas_of(row(new_rows.*)::contributions, 1) as change
  ) as changes;
  return null;
end
$$;
create trigger new_contributions after insert on contributions
  referencing new table as new_rows
  for each statement execute function count_new_contributions();
create trigger changed_contributions after update on contributions
  referencing old table as old_rows new table as new_rows
  for each statement execute function count_changed_contributions();

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
    'pledge_versions', 'hire_versions', 'contributions', 'deltas'
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
