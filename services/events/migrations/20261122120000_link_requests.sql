-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- Links to sign in with that have been asked for. None of them is in here, nor is what its browser holds: only hashes.
create table link_requests (
  taskforce_id uuid not null,
  id uuid not null,
  person_id uuid not null,
  browser_hash bytea not null check (octet_length(browser_hash) = 32),
  -- one for each time that the mail was made; any of them opens the session, once
  secret_hashes bytea[] not null default '{}',
  -- the local path to go on to
  next text not null check (length(next) <= 2000),
  asked_at timestamptz not null,
  used_at timestamptz,
  primary key (taskforce_id, id),
  foreign key (taskforce_id, person_id) references people (taskforce_id, id)
);
create index link_requests_of_person on link_requests (taskforce_id, person_id);
alter table link_requests enable row level security;
create policy own_taskforce on link_requests
  using (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid)
  with check (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid);

-- migrate:down
-- forward only: dbmate wants the block, nothing goes in it
