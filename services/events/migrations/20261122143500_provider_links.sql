-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- As whom somebody is known at the provider of their organisation.
create table provider_links (
  taskforce_id uuid not null,
  person_id uuid not null,
  -- SHA-256 of the provider's address and what it calls them
  subject_hash bytea not null check (octet_length(subject_hash) = 32),
  linked_at timestamptz not null,
  used_at timestamptz not null,
  primary key (taskforce_id, person_id),
  unique (taskforce_id, subject_hash),
  foreign key (taskforce_id, person_id) references people (taskforce_id, id)
);
alter table provider_links enable row level security;
create policy own_taskforce on provider_links
  using (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid)
  with check (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid);

-- Who has given the role: an administrator, or the groups at the provider, which take it away again.
alter table person_roles add column by_provider boolean not null default false;

-- What browsers have begun at the provider and have not ended. It is of nobody: who will come back is not known yet.
create table provider_sign_ins (
  -- SHA-256 of what the browser holds
  digest bytea primary key check (octet_length(digest) = 32),
  expires_at timestamptz not null
);
create index provider_sign_ins_by_end on provider_sign_ins (expires_at);

-- migrate:down
-- forward only: dbmate wants the block, nothing goes in it
