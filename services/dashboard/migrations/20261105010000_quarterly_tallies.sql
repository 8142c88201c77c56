-- migrate:up
set local lock_timeout = '5s';
set local statement_timeout = '60s';

-- The daily tallies added up by quarter: a figure as of a day is the quarters that were over by then and the days of
-- the one that was not. With a hundred thousand pledges that is two thousand rows to add up and not twenty.
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

-- Nobody may add to the days between the copy and the new function.
lock table daily_tallies in share row exclusive mode;

insert into quarterly_tallies
select generation, taskforce_id, date_trunc('quarter', day::timestamp)::date as quarter, job_type, event_id,
       sum(positions), sum(hires_from_pledges), sum(hires_without_pledge), sum(hires_ended),
       sum(starting_from_pledges), sum(starting_without_pledge)
  from daily_tallies
 group by generation, taskforce_id, quarter, job_type, event_id;

alter table quarterly_tallies enable row level security;
create policy one_taskforce on quarterly_tallies
  using (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid)
  with check (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid);

create or replace function add_to_tallies(changes daily_tallies[]) returns void
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

  -- Only taking back can leave a day or a quarter with nothing in it; then it goes, as if it had never been.
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

create or replace function discard_rows(of_generation integer, at_most integer) returns bigint
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
-- forward only: dbmate wants the block, nothing goes in it
