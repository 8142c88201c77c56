-- migrate:up
set local lock_timeout = '5s';
set local statement_timeout = '60s';

-- Everything here is made from the other services' messages, in one or two generations: the one that is served,
-- and, while a rebuild runs, the next one, which takes its place in one transaction. A dropped one stands here
-- until its rows are gone.
create table generations (
  generation integer generated always as identity primary key,
  state text not null check (state in ('building', 'serving', 'dropped')),
  begun_at timestamptz not null default clock_timestamp()
);
create unique index generations_building on generations (state) where state = 'building';
create unique index generations_serving on generations (state) where state = 'serving';
insert into generations (state) values ('serving');

-- Which taskforces there are, and the name each has in addresses. Read before a tenant is known: no row-level
-- security, and nothing in it that is not public.
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

-- Every version of every aggregate, as it was told: the highest is the present, all of them the history.
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
create index pledge_versions_recorded on pledge_versions (generation, taskforce_id, recorded_at);

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
create index hire_versions_recorded on hire_versions (generation, taskforce_id, recorded_at);

-- The present of the two kinds that are counted by the hundred thousand: their highest versions, kept beside the
-- history so that a figure need not look for them.
create table pledges (
  like pledge_versions,
  primary key (generation, taskforce_id, pledge_id)
);
create table hires (
  like hire_versions,
  primary key (generation, taskforce_id, hire_id)
);

alter table companies enable row level security;
alter table employer_events enable row level security;
alter table attendances enable row level security;
alter table pledge_versions enable row level security;
alter table hire_versions enable row level security;
alter table pledges enable row level security;
alter table hires enable row level security;

create policy one_taskforce on companies
  using (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid)
  with check (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid);
create policy one_taskforce on employer_events
  using (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid)
  with check (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid);
create policy one_taskforce on attendances
  using (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid)
  with check (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid);
create policy one_taskforce on pledge_versions
  using (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid)
  with check (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid);
create policy one_taskforce on hire_versions
  using (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid)
  with check (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid);
create policy one_taskforce on pledges
  using (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid)
  with check (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid);
create policy one_taskforce on hires
  using (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid)
  with check (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid);

-- Row-level security shows a rebuild one taskforce at a time; what it drops is everybody's. This runs as the
-- tables' owner, and can do nothing but delete rows of a generation that has been dropped.
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
    'pledge_versions', 'pledges', 'hire_versions', 'hires'
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
-- forward only: dbmate wants the block, nothing goes in it
