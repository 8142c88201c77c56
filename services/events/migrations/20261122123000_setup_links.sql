-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- The link that makes somebody a taskforce's first administrator: its hash, of the latest one only.
create table setup_links (
  taskforce_id uuid primary key references taskforces (id),
  secret_hash bytea not null check (octet_length(secret_hash) = 32),
  made_at timestamptz not null
);
alter table setup_links enable row level security;
create policy own_taskforce on setup_links
  using (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid)
  with check (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid);

-- migrate:down
-- forward only: dbmate wants the block, nothing goes in it
