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

-- migrate:down
-- forward only: dbmate wants the block, nothing goes in it
