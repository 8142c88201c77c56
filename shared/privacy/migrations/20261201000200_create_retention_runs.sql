-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- The last completed run of each retention job, and how many rows it removed: administrators see it.
create table retention_runs (
  -- whose rows the job went through; zeros where the rows belong to no taskforce (dead letters)
  taskforce_id uuid not null,
  job text not null,
  ended_at timestamptz not null,
  removed bigint not null,
  primary key (taskforce_id, job)
);
-- Like `isolate`, and the rows that belong to no taskforce are everybody's.
alter table retention_runs enable row level security;
create policy own_taskforce on retention_runs
  using (taskforce_id = current_taskforce() or taskforce_id = '00000000-0000-0000-0000-000000000000')
  with check (taskforce_id = current_taskforce() or taskforce_id = '00000000-0000-0000-0000-000000000000');

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
