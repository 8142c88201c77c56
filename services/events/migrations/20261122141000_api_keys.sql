-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- What other programs are let in with.
create table api_keys (
  taskforce_id uuid not null,
  id uuid not null,
  -- what the program is called
  name text not null check (length(name) between 1 and 60),
  -- SHA-256 of 32 random bytes
  secret_hash bytea not null check (octet_length(secret_hash) = 32),
  scopes text[] not null check (cardinality(scopes) > 0),
  made_by uuid not null,
  made_at timestamptz not null,
  expires_at timestamptz not null check (expires_at > made_at),
  used_at timestamptz,
  revoked_at timestamptz,
  primary key (taskforce_id, id)
);
alter table api_keys enable row level security;
create policy own_taskforce on api_keys
  using (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid)
  with check (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid);

-- migrate:down
-- forward only: dbmate wants the block, nothing goes in it
