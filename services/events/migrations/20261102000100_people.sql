-- migrate:up
set local lock_timeout = '5s';
set local statement_timeout = '60s';

create table people (
  taskforce_id uuid not null references taskforces (id),
  id uuid not null,
  name text not null,
  sort_name text not null collate "C" generated always as (translate(lower(name), 'æøåäöü', '{|}{|y')) stored,
  email text not null,
  language text not null check (language in ('da', 'en')),
  -- whose participants a case worker sees
  municipality text check (municipality ~ '^\d{4}$'),
  added_at timestamptz not null,
  primary key (taskforce_id, id)
);
create index people_by_name on people (taskforce_id, sort_name, id);
alter table people enable row level security;
create policy own_taskforce on people
  using (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid)
  with check (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid);

create table person_roles (
  taskforce_id uuid not null,
  person_id uuid not null,
  role text not null
    check (role in ('member', 'coordinator', 'caseworker', 'facilitator', 'admin', 'auditor')),
  primary key (taskforce_id, person_id, role),
  foreign key (taskforce_id, person_id) references people (taskforce_id, id)
);
alter table person_roles enable row level security;
create policy own_taskforce on person_roles
  using (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid)
  with check (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid);

-- migrate:down
-- forward only: dbmate wants the block, nothing goes in it
