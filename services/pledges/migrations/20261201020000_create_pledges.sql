-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- ---- The register, as the events service publishes it: companies, events, and who has come.

create table companies (
  taskforce_id uuid not null,
  id uuid not null,
  version integer not null check (version > 0),
  -- null: personally owned; such a name is personal data and stays in the events service
  name text,
  -- the name as it is compared (services/pledges/register/domain.py: name_key)
  name_key text,
  cvr text,
  municipality text,
  member boolean not null,
  primary key (taskforce_id, id)
);
create index companies_by_name on companies (taskforce_id, name_key) where name_key is not null;
create index companies_by_cvr on companies (taskforce_id, cvr) where cvr is not null;
call isolate('companies');

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
call isolate('employer_events');

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
call isolate('attendances');

-- ---- Pledges and their positions.

-- What was logged never changes (see the grants at the end): a repeated request gets the answer of the first one, made
-- from these columns.
create table pledges (
  taskforce_id uuid not null,
  id uuid not null,
  event_id uuid,
  -- the company as it was typed; the name of a sole proprietor is personal data and is never published
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
  -- the person who logged it; null: somebody with an event's pass, or another program
  logged_by uuid,
  logged_with_pass boolean not null,
  -- by the phone's clock, and by ours
  captured_at timestamptz not null,
  received_at timestamptz not null,
  -- the day it counts from, in Europe/Copenhagen
  pledged_on date not null,
  -- what a coordinator should look at
  flags text[] not null,
  -- HMAC of the request's body: recognises the same pledge under another idempotency key
  request_fingerprint bytea not null,
  -- the present state; the domain derives the status from the positions
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
call isolate('pledges');

-- The business contact of a pledge, and nothing else: to erase the person is to delete the row.
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
call isolate('pledge_contacts');

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
call isolate('positions');

-- ---- Hires.

-- A position that became a job, confirmed by a case worker; or a hire without a pledge.
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
  -- the person who logged the pledge: they get a mail about the hire
  logged_by uuid,
  confirmed_by uuid,
  confirmed_at timestamptz not null,
  flags text[] not null,
  -- as of a pledge
  request_fingerprint bytea not null,
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
call isolate('hires');

-- The municipal contact person of a hire, whom employer and employee can call.
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
call isolate('hire_contacts');

-- ---- What the app role may do: what was acknowledged stays, and what was logged stays as it was.

revoke update, delete on pledges, positions, hires from tilsagn_pledges_app;
grant update (version, status) on pledges to tilsagn_pledges_app;
grant update (status, hire_id) on positions to tilsagn_pledges_app;
grant update (version, ended_on, end_reason) on hires to tilsagn_pledges_app;

-- The exception: a company that was typed may be a sole proprietor, and its name must not be kept for ever. These run
-- as the owner of the tables and empty nothing but that, in rows of the transaction's taskforce that are a year old.
create function forget_companies_of_pledges(ids uuid[]) returns setof uuid
language sql
security definer
set search_path = pg_catalog, public, pg_temp
begin atomic
  update pledges
     set company_name = '(slettet)',
         company_cvr = null,
         company_p_number = null
   where taskforce_id = current_taskforce()
     and id = any (ids)
     and received_at < current_date - interval '12 months'
  returning id;
end;

create function forget_companies_of_hires(ids uuid[]) returns setof uuid
language sql
security definer
set search_path = pg_catalog, public, pg_temp
begin atomic
  update hires
     set company_name = '(slettet)',
         company_cvr = null,
         company_p_number = null
   where taskforce_id = current_taskforce()
     and id = any (ids)
     and confirmed_at < current_date - interval '12 months'
  returning id;
end;

revoke all on function forget_companies_of_pledges(uuid[]), forget_companies_of_hires(uuid[]) from public;
grant execute on function forget_companies_of_pledges(uuid[]), forget_companies_of_hires(uuid[])
  to tilsagn_pledges_app;

-- ---- What the intake role may do.

-- Whoever has scanned an event's code is unknown to us. Their requests run as a role of its own, which can do what
-- logging a pledge takes: it writes contacts and cannot read them, sees only the pledges that came with a pass, and
-- nothing of hires and of the access log.
grant select (taskforce_id, id, title, place, status, starts_at, ends_at, closed_at, pass_generation)
  on employer_events to tilsagn_pledges_intake;
grant select (taskforce_id, id, name, name_key, cvr, municipality) on companies to tilsagn_pledges_intake;
grant select (taskforce_id, event_id, company_id) on attendances to tilsagn_pledges_intake;

grant insert on pledges, pledge_contacts, positions, idempotency_keys, outbox to tilsagn_pledges_intake;
grant select (taskforce_id, id, event_id, company_name, company_cvr, company_p_number, company_municipality, company_id,
              job_type, weekly_hours_from, weekly_hours_to, tasks, earliest_start, captured_by, logged_by,
              logged_with_pass, captured_at, received_at, pledged_on, flags, version, status)
  on pledges to tilsagn_pledges_intake;
grant select (taskforce_id, id, pledge_id, number, status) on positions to tilsagn_pledges_intake;
-- Without the fingerprint and the subject: whoever has a fingerprint can ask for its pledge (`pledge_of_request`).
grant select (taskforce_id, operation, key) on idempotency_keys to tilsagn_pledges_intake;

-- In addition to `own_taskforce`.
create policy what_came_with_a_pass on pledges as restrictive to tilsagn_pledges_intake
  using (logged_with_pass)
  with check (logged_with_pass and logged_by is null);
create policy of_what_came_with_a_pass on positions as restrictive for select to tilsagn_pledges_intake
  using (exists (select
                   from pledges
                  where pledges.taskforce_id = positions.taskforce_id
                    and pledges.id = positions.pledge_id));
create policy of_pledges on idempotency_keys as restrictive to tilsagn_pledges_intake
  using (operation = 'log_pledge')
  with check (operation = 'log_pledge');

-- A person may send a pledge while signed in and, after their session has ended, send it again from the same phone with
-- a pass. Only who sent the request knows its fingerprint, so these answer to that: which pledge a request has logged, and
-- that pledge without its contact.
create function subject_of_request(request_key text, fingerprint bytea)
returns uuid
language sql
stable
security definer
set search_path = pg_catalog, public, pg_temp
begin atomic
  select claimed.subject_id
    from idempotency_keys as claimed
   where claimed.taskforce_id = current_taskforce()
     and claimed.operation = 'log_pledge'
     and claimed.key = subject_of_request.request_key
     and claimed.request_fingerprint = subject_of_request.fingerprint;
end;

create function pledge_of_request(pledge_id uuid, fingerprint bytea)
returns table (
  taskforce_id uuid, id uuid, event_id uuid, company_name text, company_cvr text, company_p_number text,
  company_municipality text, company_id uuid, municipality text, job_type text, position_count integer,
  weekly_hours_from numeric, weekly_hours_to numeric, tasks text[], earliest_start date, captured_by text,
  logged_by uuid, logged_with_pass boolean, captured_at timestamptz, received_at timestamptz, pledged_on date,
  flags text[], version integer, status text)
language sql
stable
security definer
set search_path = pg_catalog, public, pg_temp
begin atomic
  select pledge.taskforce_id, pledge.id, pledge.event_id, pledge.company_name, pledge.company_cvr,
         pledge.company_p_number, pledge.company_municipality, pledge.company_id, pledge.municipality,
         pledge.job_type, pledge.position_count, pledge.weekly_hours_from, pledge.weekly_hours_to, pledge.tasks,
         pledge.earliest_start, pledge.captured_by, pledge.logged_by, pledge.logged_with_pass, pledge.captured_at,
         pledge.received_at, pledge.pledged_on, pledge.flags, pledge.version, pledge.status
    from pledges as pledge
   where pledge.taskforce_id = current_taskforce()
     and pledge.id = pledge_of_request.pledge_id
     and pledge.request_fingerprint = pledge_of_request.fingerprint;
end;

revoke all on function subject_of_request(text, bytea), pledge_of_request(uuid, bytea) from public;
grant execute on function subject_of_request(text, bytea), pledge_of_request(uuid, bytea)
  to tilsagn_pledges_intake, tilsagn_pledges_app;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
