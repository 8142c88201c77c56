-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- Add up all contributions of a generation that is being built, as this transaction's snapshot shows them. Nobody else
-- writes these sums. Each sum is made of those of the next shorter period, which are fewer than the deltas, and those
-- of the taskforce are made of the companies'.
create or replace function sum_contributions(of_generation integer) returns void
language plpgsql
security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
  perform from generations where generation = of_generation and state = 'building' and not summed;
  if not found then
    raise exception 'generation % is not being built without sums', of_generation;
  end if;
  insert into company_deltas
         (generation, taskforce_id, period, measure, job_type, day, event_id, company_id, municipality, delta, removed)
  select of_generation, counted.taskforce_id, 'day', delta.measure, delta.job_type, delta.day, delta.event_id,
         counted.company_id, counted.municipality, sum(delta.delta), sum(greatest(-delta.delta, 0))
    from contributions as counted,
         unnest(counted.deltas) as delta
   where counted.generation = of_generation
   group by 2, 4, 5, 6, 7, 8, 9
  having sum(delta.delta) <> 0 or sum(greatest(-delta.delta, 0)) <> 0
   order by 2, 4, 5, 6, 7, 8, 9;
  insert into company_deltas
         (generation, taskforce_id, period, measure, job_type, day, event_id, company_id, municipality, delta, removed)
  select of_generation, taskforce_id, 'quarter', measure, job_type, date_trunc('quarter', day::timestamp)::date,
         event_id, company_id, municipality, sum(delta), sum(removed)
    from company_deltas
   where generation = of_generation
     and period = 'day'
   group by 2, 4, 5, 6, 7, 8, 9
  having sum(delta) <> 0 or sum(removed) <> 0
   order by 2, 4, 5, 6, 7, 8, 9;
  insert into company_deltas
         (generation, taskforce_id, period, measure, job_type, day, company_id, municipality, delta, removed)
  select of_generation, taskforce_id, 'year', measure, job_type, date_trunc('year', day::timestamp)::date,
         company_id, municipality, sum(delta), sum(removed)
    from company_deltas
   where generation = of_generation
     and period = 'quarter'
   group by 2, 4, 5, 6, 7, 8
  having sum(delta) <> 0 or sum(removed) <> 0
   order by 2, 4, 5, 6, 7, 8;
  insert into deltas
         (generation, taskforce_id, period, measure, job_type, day, event_id, delta, removed)
  select of_generation, taskforce_id, 'day', measure, job_type, day, event_id, sum(delta), sum(removed)
    from company_deltas
   where generation = of_generation
     and period = 'day'
   group by 2, 4, 5, 6, 7
  having sum(delta) <> 0 or sum(removed) <> 0
   order by 2, 4, 5, 6, 7;
  insert into deltas
         (generation, taskforce_id, period, measure, job_type, day, event_id, delta, removed)
  select of_generation, taskforce_id, 'quarter', measure, job_type, date_trunc('quarter', day::timestamp)::date,
         event_id, sum(delta), sum(removed)
    from deltas
   where generation = of_generation
     and period = 'day'
   group by 2, 4, 5, 6, 7
  having sum(delta) <> 0 or sum(removed) <> 0
   order by 2, 4, 5, 6, 7;
end
$$;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
