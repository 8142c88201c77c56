-- migrate:up
set local lock_timeout = '5s';
set local statement_timeout = '60s';

-- A company's promise of positions. What was logged never changes (see the grants below): a repeated request
-- gets the answer of the first one, made from these columns.
create table pledges (
  taskforce_id uuid not null,
  id uuid not null,
  event_id uuid,
  -- the company as it was typed; the name of a sole proprietor is personal data and never travels
  company_name text not null,
  company_cvr text,
  company_p_number text check (company_p_number ~ '^\d{10}$'),
  company_municipality text check (company_municipality ~ '^\d{4}$'),
  -- the company in the register, where it was recognised
  company_id uuid,
  -- of the company: as typed, else as registered
  municipality text check (municipality ~ '^\d{4}$'),
  job_type text not null
    check (job_type in ('smaajob', 'praktik', 'loentilskud', 'fleksjob', 'ordinaer', 'traening')),
  position_count integer not null check (position_count > 0),
  weekly_hours_from numeric(4, 2) not null check (weekly_hours_from > 0),
  weekly_hours_to numeric(4, 2) not null check (weekly_hours_to >= weekly_hours_from),
  -- codes of the task catalogue
  tasks text[] not null,
  earliest_start date,
  captured_by text not null check (captured_by in ('phone', 'web', 'paper', 'import', 'api')),
  -- the person who logged it, where one did
  logged_by uuid,
  logged_with_pass boolean not null,
  -- by the phone's clock, and by ours
  captured_at timestamptz not null,
  received_at timestamptz not null,
  -- the day it counts from, in Europe/Copenhagen
  pledged_on date not null,
  -- what a coordinator should look at
  flags text[] not null,
  -- SHA-256 of what was asked: recognises the same pledge under another idempotency key
  request_digest bytea not null,
  -- what has become of it; the status is derived from its positions by the domain
  version integer not null check (version > 0),
  status text not null
    check (status in ('logged', 'affirmed', 'in_progress', 'fulfilled', 'withdrawn', 'lapsed', 'duplicate')),
  primary key (taskforce_id, id)
);
create index pledges_newest on pledges (taskforce_id, received_at desc, id desc);
create index pledges_waiting on pledges (taskforce_id, pledged_on, id)
  where status in ('logged', 'affirmed', 'in_progress');
create index pledges_of_event on pledges (taskforce_id, event_id, received_at desc, id desc);
create index pledges_of_member on pledges (taskforce_id, logged_by, received_at desc, id desc);

-- The business contact of a pledge, and nothing else: erasing a person is deleting the row here.
create table pledge_contacts (
  taskforce_id uuid not null,
  -- the pledge's
  id uuid not null,
  name text not null,
  phone text,
  email text,
  primary key (taskforce_id, id),
  foreign key (taskforce_id, id) references pledges (taskforce_id, id)
);

-- One job of a pledge, filled on its own.
create table positions (
  taskforce_id uuid not null,
  -- uuid5 of the pledge and the number (shared/contracts/pledges.py)
  id uuid not null,
  pledge_id uuid not null,
  number integer not null check (number > 0),
  status text not null check (status in ('open', 'matched', 'trial', 'filled', 'cancelled')),
  hire_id uuid,
  primary key (taskforce_id, id),
  unique (taskforce_id, pledge_id, number),
  foreign key (taskforce_id, pledge_id) references pledges (taskforce_id, id),
  check ((status = 'filled') = (hire_id is not null))
);

-- A position that became real, confirmed by a case worker; or a hire without a pledge.
create table hires (
  taskforce_id uuid not null,
  id uuid not null,
  pledge_id uuid,
  position_id uuid,
  position_number integer,
  event_id uuid,
  company_name text not null,
  company_cvr text,
  company_p_number text check (company_p_number ~ '^\d{10}$'),
  company_municipality text check (company_municipality ~ '^\d{4}$'),
  company_id uuid,
  -- of the company: as typed, else as registered
  municipality text check (municipality ~ '^\d{4}$'),
  job_type text not null
    check (job_type in ('smaajob', 'praktik', 'loentilskud', 'fleksjob', 'ordinaer', 'traening')),
  start_date date not null,
  weekly_hours numeric(4, 2) not null check (weekly_hours > 0),
  -- who logged the pledge, to be told
  logged_by uuid,
  confirmed_by uuid,
  confirmed_at timestamptz not null,
  flags text[] not null,
  request_digest bytea not null,
  version integer not null check (version > 0),
  -- the first day they are no longer employed
  ended_on date,
  end_reason text check (end_reason in ('more_hours_elsewhere', 'ordinary_job', 'education', 'employer', 'participant',
                                        'health', 'moved', 'other')),
  primary key (taskforce_id, id),
  foreign key (taskforce_id, pledge_id) references pledges (taskforce_id, id),
  foreign key (taskforce_id, position_id) references positions (taskforce_id, id),
  check ((pledge_id is null) = (position_id is null) and (pledge_id is null) = (position_number is null))
);
-- Whatever the code does: a position is held by one hire at a time.
create unique index hires_holding_a_position on hires (taskforce_id, position_id) where ended_on is null;
create index hires_newest on hires (taskforce_id, confirmed_at desc, id desc);
create index hires_of_pledge on hires (taskforce_id, pledge_id);
create index hires_of_caseworker on hires (taskforce_id, confirmed_by, confirmed_at desc);

-- The fixed municipal contact of a hire, whom employer and employee can ring.
create table hire_contacts (
  taskforce_id uuid not null,
  -- the hire's
  id uuid not null,
  name text not null,
  phone text,
  email text,
  primary key (taskforce_id, id),
  foreign key (taskforce_id, id) references hires (taskforce_id, id)
);

-- Which request had which effect, inserted in the transaction of that effect. No answer is kept here.
create table idempotency_keys (
  taskforce_id uuid not null,
  operation text not null check (operation in ('log_pledge', 'confirm_hire')),
  key text not null check (length(key) between 1 and 200),
  -- SHA-256 of the body as canonical JSON
  request_digest bytea not null,
  -- the pledge or hire
  subject_id uuid not null,
  recorded_at timestamptz not null,
  primary key (taskforce_id, operation, key)
);

-- What `events` has told us: the register of companies, events, and who has turned up.
create table companies (
  taskforce_id uuid not null,
  id uuid not null,
  version integer not null check (version > 0),
  -- null: personally owned, and none of our business
  name text,
  -- the name as it is compared (services/pledges/domain/register.py: name_key)
  name_key text,
  cvr text,
  municipality text,
  member boolean not null,
  primary key (taskforce_id, id)
);
create index companies_by_name on companies (taskforce_id, name_key) where name_key is not null;
create index companies_by_cvr on companies (taskforce_id, cvr) where cvr is not null;

create table employer_events (
  taskforce_id uuid not null,
  id uuid not null,
  version integer not null check (version > 0),
  kind text not null,
  status text not null,
  title text not null,
  place text,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  opened_at timestamptz,
  closed_at timestamptz,
  goal_positions integer,
  pass_generation integer not null,
  primary key (taskforce_id, id)
);
create index employer_events_by_start on employer_events (taskforce_id, starts_at desc, id);

create table attendances (
  taskforce_id uuid not null,
  id uuid not null,
  version integer not null check (version > 0),
  event_id uuid not null,
  company_id uuid not null,
  checked_in_at timestamptz not null,
  primary key (taskforce_id, id)
);
create index attendances_of_event on attendances (taskforce_id, event_id, company_id);

alter table pledges enable row level security;
create policy own_taskforce on pledges
  using (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid)
  with check (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid);
alter table pledge_contacts enable row level security;
create policy own_taskforce on pledge_contacts
  using (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid)
  with check (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid);
alter table positions enable row level security;
create policy own_taskforce on positions
  using (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid)
  with check (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid);
alter table hires enable row level security;
create policy own_taskforce on hires
  using (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid)
  with check (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid);
alter table hire_contacts enable row level security;
create policy own_taskforce on hire_contacts
  using (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid)
  with check (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid);
alter table idempotency_keys enable row level security;
create policy own_taskforce on idempotency_keys
  using (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid)
  with check (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid);
alter table companies enable row level security;
create policy own_taskforce on companies
  using (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid)
  with check (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid);
alter table employer_events enable row level security;
create policy own_taskforce on employer_events
  using (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid)
  with check (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid);
alter table attendances enable row level security;
create policy own_taskforce on attendances
  using (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid)
  with check (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid);

-- What was acknowledged stays, and what was logged stays as it was: the service itself cannot do otherwise.
revoke update, delete on pledges, positions, hires, idempotency_keys from tilsagn_pledges_app;
grant update (version, status) on pledges to tilsagn_pledges_app;
grant update (status, hire_id) on positions to tilsagn_pledges_app;
grant update (version, ended_on, end_reason) on hires to tilsagn_pledges_app;

-- migrate:down
-- forward only: dbmate wants the block, nothing goes in it
