-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- Which rows were erased because the person they were about asked for it, and nothing of what they held. A restore
-- brings them back; by this they are erased again (tilsagn reconcile --erasures). It is only ever added to.
create table erasures (
  taskforce_id uuid not null,
  id uuid not null,
  erased_table text not null,
  erased_key uuid not null,
  -- the subject of whoever did it; null: an operator
  erased_by text,
  erased_at timestamptz not null default clock_timestamp(),
  primary key (taskforce_id, id)
);
alter table erasures enable row level security;
create policy own_taskforce on erasures
  using (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid)
  with check (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid);
revoke update, delete on erasures from tilsagn_pledges_app;

-- migrate:down
-- forward only: dbmate wants the block, nothing goes in it
