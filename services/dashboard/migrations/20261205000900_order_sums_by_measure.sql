-- migrate:up
-- squawk-ignore-file require-concurrent-index-creation, require-concurrent-index-deletion, ban-drop-constraint
-- Writes wait while an index is built: some seconds for a million rows. What is built concurrently can fail half way
-- and leave an invalid index, and nobody would see it.

set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- Workers wait meanwhile; pages do not. What a worker adds with the function of before would have no sum by year.
lock table contributions in share row exclusive mode;

-- Targets, bridges and breakdowns read some measures of one job type, each over a range of days. With the day before
-- the measure they read everything of these days.
create unique index deltas_by_measure on deltas
  (generation, taskforce_id, period, measure, job_type, day, event_id) nulls not distinct;
alter table deltas drop constraint deltas_generation_taskforce_id_period_day_measure_job_type__key;

create unique index company_deltas_by_measure on company_deltas
  (generation, taskforce_id, period, measure, job_type, day, event_id, company_id, municipality) nulls not distinct;
alter table company_deltas drop constraint company_deltas_generation_taskforce_id_period_day_measure_j_key;

-- The sums by company once more by year, without the event: the figures of every company are read in them.
alter table company_deltas drop constraint company_deltas_period_check;
alter table company_deltas
  add constraint company_deltas_period_check check (period in ('day', 'quarter', 'year')) not valid;
insert into company_deltas
select generation, taskforce_id, 'year', date_trunc('year', day::timestamp)::date, measure, job_type, null, company_id,
       municipality, sum(delta), sum(removed)
  from company_deltas
 where period = 'quarter'
 group by 1, 2, 4, 5, 6, 8, 9
having sum(delta) <> 0 or sum(removed) <> 0;

create or replace function add_to_sums(changes company_deltas[]) returns void
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
     order by generation, taskforce_id, sums.period, measure, job_type, sums.day, event_id
        on conflict (generation, taskforce_id, period, measure, job_type, day, event_id) do update
       set delta = total.delta + excluded.delta,
           removed = total.removed + excluded.removed
    returning ctid, delta, removed
  )
  select array_agg(added.ctid) filter (where delta = 0 and removed = 0) into zeros from added;
  -- This transaction has just written these rows and holds their locks, so their places are still theirs.
  if zeros is not null then
    delete from deltas where ctid = any (zeros);
  end if;

  with added as (
    insert into company_deltas as total
           (generation, taskforce_id, period, day, measure, job_type, event_id, company_id, municipality, delta,
            removed)
    select generation, taskforce_id, sums.period, sums.day, measure, job_type, sums.event_id, company_id, municipality,
           sum(delta), sum(removed)
      from unnest(changes) as change,
           lateral (values ('day', change.day, change.event_id),
                           ('quarter', date_trunc('quarter', change.day::timestamp)::date, change.event_id),
                           ('year', date_trunc('year', change.day::timestamp)::date, null)
                   ) as sums (period, day, event_id)
     group by generation, taskforce_id, sums.period, sums.day, measure, job_type, sums.event_id, company_id,
              municipality
    having sum(delta) <> 0 or sum(removed) <> 0
     order by generation, taskforce_id, sums.period, measure, job_type, sums.day, sums.event_id, company_id,
              municipality
        on conflict (generation, taskforce_id, period, measure, job_type, day, event_id, company_id, municipality)
           do update
       set delta = total.delta + excluded.delta,
           removed = total.removed + excluded.removed
    returning ctid, delta, removed
  )
  select array_agg(added.ctid) filter (where delta = 0 and removed = 0) into zeros from added;
  if zeros is not null then
    delete from company_deltas where ctid = any (zeros);
  end if;
end
$$;

-- Hires with more than one step: those that may come to one group and leave another on the same day.
create index hire_versions_with_steps on hire_versions (generation, taskforce_id, hire_id)
  where cardinality(steps) > 1;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
