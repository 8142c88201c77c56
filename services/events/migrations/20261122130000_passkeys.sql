-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- What somebody signs in with: the public half of a key that never leaves their device.
create table passkeys (
  taskforce_id uuid not null,
  id uuid not null,
  person_id uuid not null,
  -- by which the device knows it; WebAuthn level 3, section 4: at most 1023 bytes
  credential_id bytea not null check (octet_length(credential_id) between 16 and 1023),
  -- COSE_Key
  public_key bytea not null,
  -- how often the device says it has been used; 0 for ever: it does not count
  sign_count bigint not null check (sign_count >= 0),
  -- empty: nobody has named it
  name text not null check (length(name) <= 60),
  -- whether there is a copy elsewhere: in the account of a phone's maker, in a password manager
  backed_up boolean not null,
  created_at timestamptz not null,
  used_at timestamptz,
  primary key (taskforce_id, id),
  -- everywhere, whoever's (WebAuthn level 3, section 7.1, step 26)
  unique (credential_id),
  foreign key (taskforce_id, person_id) references people (taskforce_id, id)
);
create index passkeys_of_person on passkeys (taskforce_id, person_id);
alter table passkeys enable row level security;
create policy own_taskforce on passkeys
  using (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid)
  with check (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid);

-- The second proof of somebody whose roles are powerful and who has no passkey yet; one a person.
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
alter table enrolment_codes enable row level security;
create policy own_taskforce on enrolment_codes
  using (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid)
  with check (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid);

-- What devices have been asked to sign and have not yet. It is of no taskforce: nobody knows yet who will sign in.
create table passkey_challenges (
  -- SHA-256 of the challenge and of everything that it is good for: which browser, and for enrolling whom
  digest bytea primary key check (octet_length(digest) = 32),
  expires_at timestamptz not null
);
create index passkey_challenges_by_end on passkey_challenges (expires_at);

-- migrate:down
-- forward only: dbmate wants the block, nothing goes in it
