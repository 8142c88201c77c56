-- migrate:up
set local lock_timeout = '5s';
set local statement_timeout = '60s';

-- The tenants. A registry of slugs and dates, read before anybody's taskforce is known: no row-level security.
create table taskforces (
  id uuid primary key,
  slug text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  name text not null,
  municipality text not null check (municipality ~ '^\d{4}$'),
  -- the first day its figures count from
  since date not null,
  version integer not null check (version > 0),
  registered_at timestamptz not null
);

create table companies (
  taskforce_id uuid not null references taskforces (id),
  id uuid not null,
  name text not null,
  -- names in Danish order under the C collation: æ, ø and å come after z
  sort_name text not null collate "C" generated always as (translate(lower(name), 'æøåäöü', '{|}{|y')) stored,
  -- a sole proprietor's name is personal data: it stays here and never travels
  personally_owned boolean not null,
  -- a number whose checksum holds; what was typed otherwise stands beside it until somebody has corrected it
  cvr text check (cvr ~ '^\d{8}$'),
  cvr_as_typed text,
  municipality text check (municipality ~ '^\d{4}$'),
  -- DB07
  industry text check (industry ~ '^\d{6}$'),
  -- a member company of the taskforce
  member boolean not null,
  version integer not null check (version > 0),
  registered_at timestamptz not null,
  primary key (taskforce_id, id),
  check (cvr is null or cvr_as_typed is null)
);
create index companies_by_name on companies (taskforce_id, sort_name, id);
create index companies_by_cvr on companies (taskforce_id, cvr) where cvr is not null;
alter table companies enable row level security;
create policy own_taskforce on companies
  using (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid)
  with check (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid);

create table employer_events (
  taskforce_id uuid not null references taskforces (id),
  id uuid not null,
  kind text not null check (kind in ('employer_event', 'taskforce_meeting', 'network_session', 'company_visit')),
  status text not null check (status in ('draft', 'published', 'open', 'closed', 'cancelled')),
  title text not null,
  place text,
  starts_at timestamptz not null,
  ends_at timestamptz not null check (ends_at > starts_at),
  opened_at timestamptz,
  closed_at timestamptz,
  -- pledged positions hoped for
  goal_positions integer check (goal_positions > 0),
  -- event passes of an older generation are revoked
  pass_generation integer not null check (pass_generation > 0),
  version integer not null check (version > 0),
  drafted_at timestamptz not null,
  primary key (taskforce_id, id)
);
create index employer_events_by_start on employer_events (taskforce_id, starts_at, id);
alter table employer_events enable row level security;
create policy own_taskforce on employer_events
  using (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid)
  with check (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid);

create table attendances (
  taskforce_id uuid not null references taskforces (id),
  -- uuid5 of event and company (shared/contracts/events.py): one company turns up once
  id uuid not null,
  event_id uuid not null,
  company_id uuid not null,
  -- came into the register at the door
  walk_in boolean not null,
  checked_in_at timestamptz not null,
  -- who did it: the subject of their token
  checked_in_by text not null,
  version integer not null check (version > 0),
  primary key (taskforce_id, id),
  foreign key (taskforce_id, event_id) references employer_events (taskforce_id, id),
  foreign key (taskforce_id, company_id) references companies (taskforce_id, id)
);
create index attendances_by_event on attendances (taskforce_id, event_id, checked_in_at, id);
create index attendances_by_company on attendances (taskforce_id, company_id);
alter table attendances enable row level security;
create policy own_taskforce on attendances
  using (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid)
  with check (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid);

-- migrate:down
-- forward only: dbmate wants the block, nothing goes in it
