-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- When each retention job last came to its end, and how many rows it had removed then: what administrators are shown.
create table retention_runs (
  -- the taskforce whose rows it went through; zeros where the rows belong to none
  taskforce_id uuid not null,
  job text not null,
  ended_at timestamptz not null,
  removed bigint not null,
  primary key (taskforce_id, job)
);
alter table retention_runs enable row level security;
create policy own_taskforce on retention_runs
  using (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid
         or taskforce_id = '00000000-0000-0000-0000-000000000000')
  with check (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid
              or taskforce_id = '00000000-0000-0000-0000-000000000000');

-- The person whom the looks are about is told of them. The log stays closed to the service otherwise: it is asked for
-- by what was looked at, and only about its own taskforce.
create function accesses_of(keys uuid[])
returns table (looked_at timestamptz, who text, action text, what_table text, what_key uuid, why text, basis text)
language sql
stable
security definer
set search_path = pg_catalog, public, pg_temp
begin atomic
  select access_log.looked_at,
         access_log.who,
         access_log.action,
         access_log.what_table,
         access_log.what_key,
         access_log.why,
         access_log.basis
    from access_log
   where taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid
     and access_log.what_key = any (keys);
end;
revoke all on function accesses_of(uuid[]) from public;
grant execute on function accesses_of(uuid[]) to tilsagn_pledges_app;

-- migrate:down
-- forward only: dbmate wants the block, nothing goes in it
