-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- ---- The register: taskforces and companies.

-- The tenants. It holds public facts and is read before a taskforce is known: no row-level security.
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
  -- a sole proprietor's name is personal data: it stays here and is never published
  personally_owned boolean not null,
  -- a number whose checksum holds; another one is kept beside it, as it was typed, until somebody has corrected it
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
call isolate('companies');

-- ---- The calendar: events and who has come.

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
call isolate('employer_events');

create table attendances (
  taskforce_id uuid not null references taskforces (id),
  -- uuid5 of event and company (shared/contracts/events.py): a company attends an event once
  id uuid not null,
  event_id uuid not null,
  company_id uuid not null,
  -- registered at the door
  walk_in boolean not null,
  checked_in_at timestamptz not null,
  -- the subject of the token of whoever checked the company in
  checked_in_by text not null,
  version integer not null check (version > 0),
  primary key (taskforce_id, id),
  foreign key (taskforce_id, event_id) references employer_events (taskforce_id, id),
  foreign key (taskforce_id, company_id) references companies (taskforce_id, id)
);
create index attendances_by_event on attendances (taskforce_id, event_id, checked_in_at, id);
create index attendances_by_company on attendances (taskforce_id, company_id);
call isolate('attendances');

-- ---- People: accounts and their roles. Every table that refers to a person does so by a foreign key, for
-- `erase_accounts` below finds them by that.

create table people (
  taskforce_id uuid not null references taskforces (id),
  id uuid not null,
  name text not null,
  -- as of companies
  sort_name text not null collate "C" generated always as (translate(lower(name), 'æøåäöü', '{|}{|y')) stored,
  email text not null,
  language text not null check (language in ('da', 'en')),
  -- whose participants a case worker sees
  municipality text check (municipality ~ '^\d{4}$'),
  -- which programme's participants a facilitator sees
  programme text check (programme in ('smaajob_effort', 'training_track', 'job_network')),
  -- the company of the register that the person comes from
  company_id uuid,
  added_at timestamptz not null,
  -- when they last got a mail that they have an account
  invited_at timestamptz,
  -- A deactivated person can no longer sign in; the row stays because what they have done refers to it.
  deactivated_at timestamptz,
  primary key (taskforce_id, id),
  constraint company_is_registered foreign key (taskforce_id, company_id) references companies (taskforce_id, id)
);
create index people_by_name on people (taskforce_id, sort_name, id);
call isolate('people');

create table person_roles (
  taskforce_id uuid not null,
  person_id uuid not null,
  role text not null
    check (role in ('member', 'coordinator', 'caseworker', 'facilitator', 'admin', 'auditor')),
  -- true: given by the groups at the identity provider, which also take it away; false: by an administrator
  by_provider boolean not null default false,
  primary key (taskforce_id, person_id, role),
  foreign key (taskforce_id, person_id) references people (taskforce_id, id)
);
call isolate('person_roles');

-- ---- Signing in: by a link in a mail, a passkey, the organisation's provider; and what comes before the first time.
-- Secrets are kept as hashes only.

-- Requests for a link to sign in with.
create table link_requests (
  taskforce_id uuid not null,
  id uuid not null,
  person_id uuid not null,
  -- of the secret of the browser that asked
  browser_hash bytea not null check (octet_length(browser_hash) = 32),
  -- one for each time the mail was rendered; any of them opens the session, once
  secret_hashes bytea[] not null default '{}',
  -- the local path to go on to
  next text not null check (length(next) <= 2000),
  asked_at timestamptz not null,
  used_at timestamptz,
  primary key (taskforce_id, id),
  foreign key (taskforce_id, person_id) references people (taskforce_id, id)
);
create index link_requests_of_person on link_requests (taskforce_id, person_id);
call isolate('link_requests');

-- The link that makes somebody a taskforce's first administrator: the latest one only.
create table setup_links (
  taskforce_id uuid primary key references taskforces (id),
  secret_hash bytea not null check (octet_length(secret_hash) = 32),
  made_at timestamptz not null
);
call isolate('setup_links');

-- The public half of a key that never leaves its device.
create table passkeys (
  taskforce_id uuid not null,
  id uuid not null,
  person_id uuid not null,
  -- by which the device knows it; WebAuthn level 3, section 4: at most 1023 bytes
  credential_id bytea not null check (octet_length(credential_id) between 16 and 1023),
  -- COSE_Key
  public_key bytea not null,
  -- how often the device says it has been used; always 0 for a device that does not count
  sign_count bigint not null check (sign_count >= 0),
  -- empty: nobody has named it
  name text not null check (length(name) <= 60),
  -- whether there is a copy elsewhere: in the account of a phone's maker, in a password manager
  backed_up boolean not null,
  created_at timestamptz not null,
  used_at timestamptz,
  primary key (taskforce_id, id),
  -- across all taskforces (WebAuthn level 3, section 7.1, step 26)
  unique (credential_id),
  foreign key (taskforce_id, person_id) references people (taskforce_id, id)
);
create index passkeys_of_person on passkeys (taskforce_id, person_id);
call isolate('passkeys');

-- The second factor of somebody whose roles are powerful and who has no passkey yet; one for each person.
create table enrolment_codes (
  taskforce_id uuid not null,
  person_id uuid not null,
  -- HMAC-SHA-256 under a key that is not in the database
  code_hash bytea not null check (octet_length(code_hash) = 32),
  expires_at timestamptz not null,
  wrong_tries int not null default 0 check (wrong_tries >= 0),
  primary key (taskforce_id, person_id),
  foreign key (taskforce_id, person_id) references people (taskforce_id, id)
);
call isolate('enrolment_codes');

-- Challenges that devices have not signed yet. They belong to no taskforce: who will sign in is not known.
create table passkey_challenges (
  -- SHA-256 of the challenge and of what it is valid for: the browser, and the person who enrols a passkey
  digest bytea primary key check (octet_length(digest) = 32),
  expires_at timestamptz not null
);
create index passkey_challenges_by_end on passkey_challenges (expires_at);

-- Which account at the organisation's identity provider is whose.
create table provider_links (
  taskforce_id uuid not null,
  person_id uuid not null,
  -- SHA-256 of the provider's address and its subject
  subject_hash bytea not null check (octet_length(subject_hash) = 32),
  linked_at timestamptz not null,
  used_at timestamptz not null,
  primary key (taskforce_id, person_id),
  unique (taskforce_id, subject_hash),
  foreign key (taskforce_id, person_id) references people (taskforce_id, id)
);
call isolate('provider_links');

-- Browsers that were sent to the provider and have not come back. They belong to no taskforce: who will sign in is not
-- known.
create table provider_sign_ins (
  -- SHA-256 of the browser's secret
  digest bytea primary key check (octet_length(digest) = 32),
  expires_at timestamptz not null
);
create index provider_sign_ins_by_end on provider_sign_ins (expires_at);

create table sessions (
  taskforce_id uuid not null,
  id uuid not null,
  person_id uuid not null,
  -- SHA-256 of the browser's secret
  secret_hash bytea not null check (octet_length(secret_hash) = 32),
  -- how the person proved who they are
  proof text not null check (proof in ('demonstration', 'link', 'passkey', 'provider', 'setup')),
  -- when they did; null: not known
  proved_at timestamptz,
  -- the passkey that opened the session, which ends with it
  passkey_id uuid,
  -- browser and system, as coarse as "Firefox, Android"
  device text not null check (length(device) <= 60),
  started_at timestamptz not null,
  -- when the person last did something themselves
  used_at timestamptz not null,
  -- when it ends whatever they do
  ends_at timestamptz not null check (ends_at > started_at),
  primary key (taskforce_id, id),
  foreign key (taskforce_id, person_id) references people (taskforce_id, id),
  foreign key (taskforce_id, passkey_id) references passkeys (taskforce_id, id) on delete cascade
);
create index sessions_of_person on sessions (taskforce_id, person_id);
call isolate('sessions');

-- ---- What other programs sign in with.

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
  -- the administrator who is responsible for it since then; null: still whoever made it
  taken_over_by uuid,
  taken_over_at timestamptz,
  expires_at timestamptz not null check (expires_at > made_at),
  used_at timestamptz,
  revoked_at timestamptz,
  primary key (taskforce_id, id)
);
call isolate('api_keys');

-- ---- Erasing people.

-- An administrator's order to erase somebody, until every service has carried out its part: a part without an answer is
-- asked for again. A part names the rows by their keys alone, and drops them when it is done; the ledger (`erasures`)
-- has them then.
create table erasure_orders (
  taskforce_id uuid not null,
  id uuid not null,
  -- the subject of whoever gave it
  ordered_by text not null,
  ordered_at timestamptz not null default clock_timestamp(),
  primary key (taskforce_id, id)
);
call isolate('erasure_orders');

create table erasure_order_parts (
  taskforce_id uuid not null,
  order_id uuid not null,
  service text not null,
  -- what is to be erased: by group and table, the keys
  keys jsonb not null,
  asked_at timestamptz,
  done_at timestamptz,
  erased integer,
  primary key (taskforce_id, order_id, service),
  foreign key (taskforce_id, order_id) references erasure_orders (taskforce_id, id)
);
create index erasure_order_parts_open on erasure_order_parts (taskforce_id, order_id) where done_at is null;
call isolate('erasure_order_parts');

-- Delete accounts with every row that refers to them, also in tables that are added later. What somebody has done keeps
-- their number, which then is nobody's. Raises `restrict_violation`, and deletes nothing, if that would delete the last
-- administrator, or the last who can sign in as one: without one, nobody can give anybody access.
create function erase_accounts(ids uuid[]) returns setof uuid
language plpgsql
as $$
declare
  tenant uuid := current_taskforce();
  erased uuid[];
  referring record;
  opens boolean;
  others boolean;
  others_open boolean;
begin
  -- The lock of every change that concerns several people (services/events/identity/people/store.py: lock_people).
  perform pg_advisory_xact_lock(hashtextextended('people ' || tenant, 0));
  select array_agg(locked.id)
    into erased
    from (select id
            from people
           where taskforce_id = tenant
             and id = any (ids)
           order by id
             for update) as locked;
  if erased is null then
    return;
  end if;
  -- The rule of services/events/identity/people/domain.py: is_last_administrator, for several at once: the active
  -- administrators, and whether each has what it takes to sign in as one. If one of those who go can, one of those who
  -- stay has to be able to.
  select bool_or(going.is_going and can_sign_in),
         bool_or(not going.is_going),
         bool_or(not going.is_going and can_sign_in)
    into opens, others, others_open
    from people as administrator
   cross join lateral (select administrator.id = any (erased) as is_going) as going
   cross join lateral (select exists (select from passkeys
                                       where passkeys.taskforce_id = tenant
                                         and passkeys.person_id = administrator.id)
                              or exists (select from provider_links
                                          where provider_links.taskforce_id = tenant
                                            and provider_links.person_id = administrator.id) as can_sign_in) as opening
   where administrator.taskforce_id = tenant
     and administrator.deactivated_at is null
     and exists (select from person_roles
                  where person_roles.taskforce_id = tenant
                    and person_roles.person_id = administrator.id
                    and role = 'admin')
  having bool_or(going.is_going);
  if found and (not others or (opens and not others_open)) then
    raise exception 'the last administrator' using errcode = 'restrict_violation';
  end if;
  for referring in
    select link.conrelid::regclass as name,
           held.attname as column_name
      from pg_constraint as link
     cross join unnest(link.conkey, link.confkey) as pair (own, foreign_one)
      join pg_attribute as held on held.attrelid = link.conrelid and held.attnum = pair.own
      join pg_attribute as known on known.attrelid = link.confrelid and known.attnum = pair.foreign_one
     where link.contype = 'f'
       and link.confrelid = 'people'::regclass
       and known.attname = 'id'
  loop
    execute format('delete from %s where taskforce_id = $1 and %I = any ($2)', referring.name, referring.column_name)
      using tenant, erased;
  end loop;
  return query
    delete from people
     where taskforce_id = tenant
       and id = any (erased)
    returning id;
end
$$;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
