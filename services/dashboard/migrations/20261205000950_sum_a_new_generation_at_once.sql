-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- Whether `deltas` and `company_deltas` hold the sums of this generation. The triggers keep those that are there; a
-- generation that is being built has none until `sum_contributions`, which is cheaper than keeping them for each
-- message. Rebuilds of earlier releases do not know of this: their generations have sums from the first row on.
alter table generations add column summed boolean not null default true;

create or replace function count_new_contributions() returns trigger language plpgsql as $$
begin
  perform add_to_sums(array_agg(change))
     from generations
     join new_rows using (generation),
          changes_of(row(new_rows.*)::contributions, 1) as change
    where summed;
  return null;
end
$$;
create or replace function count_changed_contributions() returns trigger language plpgsql as $$
begin
  perform add_to_sums(array_agg(change)) from (
    select change
      from generations
      join old_rows using (generation),
           changes_of(row(old_rows.*)::contributions, -1) as change
     where summed
     union all
    select change
      from generations
      join new_rows using (generation),
           changes_of(row(new_rows.*)::contributions, 1) as change
     where summed
  ) as changes;
  return null;
end
$$;

-- What follows is of all taskforces, and row-level security would show the service one at a time: it runs as the owner
-- of the tables.

-- Add up all contributions of a generation that is being built, as this transaction's snapshot shows them. Nobody else
-- writes these sums.
create function sum_contributions(of_generation integer) returns void
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
  select of_generation, counted.taskforce_id, sums.period, delta.measure, delta.job_type, sums.day, sums.event_id,
         counted.company_id, counted.municipality, sum(delta.delta), sum(greatest(-delta.delta, 0))
    from contributions as counted,
         unnest(counted.deltas) as delta,
         lateral (values ('day', delta.day, delta.event_id),
                         ('quarter', date_trunc('quarter', delta.day::timestamp)::date, delta.event_id),
                         ('year', date_trunc('year', delta.day::timestamp)::date, null)
                 ) as sums (period, day, event_id)
   where counted.generation = of_generation
   group by 2, 3, 4, 5, 6, 7, 8, 9
  having sum(delta.delta) <> 0 or sum(greatest(-delta.delta, 0)) <> 0
   order by 2, 3, 4, 5, 6, 7, 8, 9;
  insert into deltas
         (generation, taskforce_id, period, measure, job_type, day, event_id, delta, removed)
  select of_generation, taskforce_id, period, measure, job_type, day, event_id, sum(delta), sum(removed)
    from company_deltas
   where generation = of_generation
     and period <> 'year'
   group by 2, 3, 4, 5, 6, 7
  having sum(delta) <> 0 or sum(removed) <> 0
   order by 2, 3, 4, 5, 6, 7;
end
$$;

-- The contributions of a generation without sums that a transaction as old as this one, or a later one, has written.
create function contributions_since(of_generation integer, transaction xid8) returns contributions[]
language sql stable
security definer
set search_path = pg_catalog, public, pg_temp
begin atomic
  select coalesce(array_agg(counted), '{}')
    from public.generations
    join public.contributions as counted using (generation)
   where generation = of_generation
     and not summed
     and age(counted.xmin) <= age(transaction::xid);
end;

-- The same contributions, as this transaction's snapshot shows them; those that it does not show are left out.
create function contributions_seen(of_others contributions[]) returns contributions[]
language sql stable
security definer
set search_path = pg_catalog, public, pg_temp
begin atomic
  select coalesce(array_agg(counted), '{}')
    from unnest(of_others) as other
    join public.contributions as counted
      on counted.generation = other.generation
     and counted.taskforce_id = other.taskforce_id
     and counted.aggregate = other.aggregate
     and counted.aggregate_id = other.aggregate_id
    join public.generations as built
      on built.generation = counted.generation
     and not built.summed;
end;

-- Make the sums of a generation that is being built those of all its contributions: they were summed with `before` in
-- place of `after`. From the end of this transaction on the triggers keep them. The caller keeps others from writing
-- contributions meanwhile.
create function complete_sums(of_generation integer, before contributions[], after contributions[]) returns void
language plpgsql
security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
  update generations set summed = true where generation = of_generation and not summed;
  if not found then
    raise exception 'generation % has its sums', of_generation;
  end if;
  perform add_to_sums(array_agg(change)) from (
    select change from unnest(before) as contribution, changes_of(contribution, -1) as change
     union all
    select change from unnest(after) as contribution, changes_of(contribution, 1) as change
  ) as changes;
end
$$;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
