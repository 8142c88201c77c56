-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- Somebody who no longer takes part stays, for what they have done names them; they can no longer sign in.
alter table people add column deactivated_at timestamptz;
-- which programme's participants a facilitator sees
alter table people add column programme text;
alter table people add constraint programme_is_known
  check (programme in ('smaajob_effort', 'training_track', 'job_network')) not valid;
-- the company of the register that somebody comes from
alter table people add column company_id uuid;
alter table people add constraint company_is_registered
  foreign key (taskforce_id, company_id) references companies (taskforce_id, id) not valid;

create table sessions (
  taskforce_id uuid not null,
  id uuid not null,
  person_id uuid not null,
  -- SHA-256 of the secret that the browser holds
  secret_hash bytea not null check (octet_length(secret_hash) = 32),
  -- how whoever signed in has shown who they are
  proof text not null check (proof in ('demonstration', 'link', 'passkey', 'provider', 'setup')),
  -- browser and system, as coarse as "Firefox, Android"
  device text not null check (length(device) <= 60),
  started_at timestamptz not null,
  -- when they last did something themselves
  used_at timestamptz not null,
  -- when it ends whatever they do
  ends_at timestamptz not null check (ends_at > started_at),
  primary key (taskforce_id, id),
  foreign key (taskforce_id, person_id) references people (taskforce_id, id)
);
create index sessions_of_person on sessions (taskforce_id, person_id);
alter table sessions enable row level security;
create policy own_taskforce on sessions
  using (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid)
  with check (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid);

-- migrate:down
-- forward only: dbmate wants the block, nothing goes in it
