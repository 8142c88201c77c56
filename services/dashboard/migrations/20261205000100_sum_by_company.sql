-- migrate:up
-- squawk-ignore-file ban-drop-function
-- Only triggers call the functions that are dropped.

set local lock_timeout = '2s';
set local statement_timeout = '60s';

alter table contributions
  -- of the version that contributes; workers of earlier releases leave both null, and a rebuild fills them
  add column company_id uuid,
  add column municipality text,
  -- the first day of its deltas, `infinity` if there are none, and when its first version was recorded: what was known
  -- at a moment is found without reading the deltas of everything that was recorded later
  add column first_day date not null default '-infinity',
  add column first_recorded_at timestamptz not null default '-infinity';

-- The sum of the negative deltas, as a positive number. `delta` stays the sum of all, so `delta + removed` is the sum of
-- the positive ones. A row goes away when both are zero.
alter table deltas add column removed bigint not null default 0;

-- The same sums with every dimension. They are as many as the deltas themselves, so the figures of the whole
-- taskforce and of its events are read from `deltas`.
create table company_deltas (
  generation integer not null,
  taskforce_id uuid not null,
  period text not null check (period in ('day', 'quarter')),
  -- the first day of the period
  day date not null,
  measure text not null,
  job_type text,
  event_id uuid,
  company_id uuid,
  municipality text,
  delta bigint not null,
  removed bigint not null,
  unique nulls not distinct
    (generation, taskforce_id, period, day, measure, job_type, event_id, company_id, municipality)
);
call isolate('company_deltas');

-- The deltas of a contribution, by day. A sign of -1 takes back what it has counted for.
create function changes_of(contribution contributions, sign integer) returns setof company_deltas
language sql stable
begin atomic
  select contribution.generation, contribution.taskforce_id, 'day', delta.day, delta.measure, delta.job_type,
         delta.event_id, contribution.company_id, contribution.municipality,
         sign * delta.delta, sign * greatest(-delta.delta, 0)
    from unnest(contribution.deltas) as delta;
end;

create function add_to_sums(changes company_deltas[]) returns void
language plpgsql as $$
declare
  zeros tid[];
begin
  with added as (
    insert into deltas as total
           (generation, taskforce_id, period, day, measure, job_type, event_id, delta, removed)
    select generation, taskforce_id, sums.period, sums.day, measure, job_type, event_id, sum(delta), sum(removed)
      from unnest(changes) as change,
           lateral (values ('day', change.day),
                           ('quarter', date_trunc('quarter', change.day::timestamp)::date)) as sums (period, day)
     group by generation, taskforce_id, sums.period, sums.day, measure, job_type, event_id
    having sum(delta) <> 0 or sum(removed) <> 0
     order by generation, taskforce_id, sums.period, sums.day, measure, job_type, event_id
        on conflict (generation, taskforce_id, period, day, measure, job_type, event_id) do update
       set delta = total.delta + excluded.delta,
           removed = total.removed + excluded.removed
    returning ctid, delta, removed
  )
  select array_agg(added.ctid) filter (where delta = 0 and removed = 0) into zeros from added;
  -- This transaction has just written these rows and holds their locks, so their places are still theirs.
  delete from deltas where ctid = any (zeros);

  with added as (
    insert into company_deltas as total
           (generation, taskforce_id, period, day, measure, job_type, event_id, company_id, municipality, delta,
            removed)
    select generation, taskforce_id, sums.period, sums.day, measure, job_type, event_id, company_id, municipality,
           sum(delta), sum(removed)
      from unnest(changes) as change,
           lateral (values ('day', change.day),
                           ('quarter', date_trunc('quarter', change.day::timestamp)::date)) as sums (period, day)
     group by generation, taskforce_id, sums.period, sums.day, measure, job_type, event_id, company_id, municipality
    having sum(delta) <> 0 or sum(removed) <> 0
     order by generation, taskforce_id, sums.period, sums.day, measure, job_type, event_id, company_id, municipality
        on conflict (generation, taskforce_id, period, day, measure, job_type, event_id, company_id, municipality)
           do update
       set delta = total.delta + excluded.delta,
           removed = total.removed + excluded.removed
    returning ctid, delta, removed
  )
  select array_agg(added.ctid) filter (where delta = 0 and removed = 0) into zeros from added;
  delete from company_deltas where ctid = any (zeros);
end
$$;

create or replace function count_new_contributions() returns trigger language plpgsql as $$
begin
  perform add_to_sums(array_agg(change)) from new_rows, changes_of(row(new_rows.*)::contributions, 1) as change;
  return null;
end
$$;
create or replace function count_changed_contributions() returns trigger language plpgsql as $$
begin
  perform add_to_sums(array_agg(change)) from (
    select change from old_rows, changes_of(row(old_rows.*)::contributions, -1) as change
     union all
    select change from new_rows, changes_of(row(new_rows.*)::contributions, 1) as change
  ) as changes;
  return null;
end
$$;
drop function add_to_deltas(deltas[]);
drop function deltas_of(contributions, integer);

-- Delete at most that many rows of a dropped generation, of whatever taskforce, and return how many. They are in every
-- table with a generation. Row-level security would show the service one taskforce at a time, so this runs as the owner
-- of the tables.
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
  for name in
    select relname
      from pg_class
      join pg_attribute on attrelid = pg_class.oid
     where relnamespace = 'public'::regnamespace
       and relkind = 'r'
       and attname = 'generation'
       and not attisdropped
       and relname <> 'generations'
     order by relname
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
