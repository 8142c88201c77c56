-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- People who look for a job. Only the role `tilsagn_pledges_participants` may use this schema; the roles of the app, the
-- worker and the intake may not.
create schema participants;
revoke all on schema participants from public;
grant usage on schema participants to tilsagn_pledges_participants;

-- Whom a transaction may see, besides the taskforce: a case worker their municipality, a facilitator their programme.
-- Without either, no row is visible. `app.participants_of_all` is set for the service's own jobs (deadlines, erasures,
-- reports to the citizen), and for a citizen's own link.
create function participants.is_visible(municipality text, programme text) returns boolean
language sql
stable
parallel safe
return municipality = current_setting('app.participants_municipality', true)
    or programme = current_setting('app.participants_programme', true)
    or current_setting('app.participants_of_all', true) = 'yes';

-- A pseudonym: what the municipality calls somebody, and what work they are able and would like to do. A name is only on
-- a profile card. There is no CPR number, no diagnosis and no benefit.
create table participants.participants (
  taskforce_id uuid not null,
  id uuid not null,
  version integer not null check (version > 0),
  municipality text not null check (municipality ~ '^\d{4}$'),
  -- the municipality's own
  case_reference text not null,
  -- the same, as it is compared
  case_reference_key text not null,
  -- what hires and messages call them: a random number, which is nobody's once this row is erased
  citizen_id uuid not null default gen_random_uuid(),
  programme text check (programme in ('smaajob_effort', 'training_track', 'job_network')),
  -- the account of the case worker; null: nobody yet
  caseworker_id uuid,
  -- `paused`: not matched for now; `left`: no longer looked after here
  status text not null check (status in ('active', 'paused', 'left')),
  -- the day from which the deadline for deletion runs, where they have left
  left_on date,
  -- What is null is not known.
  available_from date,
  weekly_hours_from numeric(4, 2) check (weekly_hours_from > 0),
  weekly_hours_to numeric(4, 2) check (weekly_hours_to >= weekly_hours_from),
  -- 1 for Monday to 7 for Sunday
  weekdays smallint[] check (weekdays <@ array[1, 2, 3, 4, 5, 6, 7]::smallint[] and cardinality(weekdays) > 0),
  -- from the municipality's own town; 0: only within the municipality
  max_distance_km integer check (max_distance_km between 0 and 500),
  -- how they get to work
  transport text check (transport in ('walk', 'bicycle', 'public', 'car', 'lift')),
  job_types text[],
  -- codes of the task catalogue
  tasks_can text[] not null default '{}',
  tasks_want text[] not null default '{}',
  tasks_cannot text[] not null default '{}',
  registered_by uuid,
  registered_at timestamptz not null,
  primary key (taskforce_id, id),
  unique (taskforce_id, municipality, case_reference_key),
  unique (taskforce_id, citizen_id),
  check ((status = 'left') = (left_on is not null)),
  check ((weekly_hours_from is null) = (weekly_hours_to is null))
);
create index participants_of_caseworker on participants.participants (taskforce_id, caseworker_id);
call isolate('participants.participants');
create policy of_readers on participants.participants as restrictive
  using (participants.is_visible(municipality, programme))
  with check (participants.is_visible(municipality, programme));

-- Limit a table that has rows about participants to the rows of those whom the transaction may see.
create procedure participants.isolate(isolated regclass)
language plpgsql
set search_path = pg_catalog, public, pg_temp
as $$
begin
  call isolate(isolated);
  execute format(
    'create policy of_readers on %s as restrictive
       using (participant_id in (select id from participants.participants))
       with check (participant_id in (select id from participants.participants))',
    isolated
  );
end
$$;
revoke all on procedure participants.isolate(regclass) from public;

-- The target group's code, from and until when.
create table participants.target_groups (
  taskforce_id uuid not null,
  id uuid not null,
  participant_id uuid not null,
  code text not null,
  valid_from date not null,
  -- the first day on which it no longer holds
  valid_until date check (valid_until > valid_from),
  primary key (taskforce_id, id),
  unique (taskforce_id, participant_id, valid_from),
  foreign key (taskforce_id, participant_id)
    references participants.participants (taskforce_id, id) on delete cascade
);
call participants.isolate('participants.target_groups');

create table participants.notes (
  taskforce_id uuid not null,
  id uuid not null,
  participant_id uuid not null,
  body text not null,
  written_by uuid,
  written_at timestamptz not null,
  -- it is deleted on this day
  keep_until date not null,
  primary key (taskforce_id, id),
  foreign key (taskforce_id, participant_id)
    references participants.participants (taskforce_id, id) on delete cascade
);
create index notes_of_participant on participants.notes (taskforce_id, participant_id, written_at desc);
create index notes_to_delete on participants.notes (taskforce_id, keep_until);
call participants.isolate('participants.notes');

-- Who has changed what, and when. `before` holds the fields as they were.
create table participants.changes (
  taskforce_id uuid not null,
  id uuid not null,
  participant_id uuid not null,
  -- of the participant, after the change
  version integer not null check (version > 0),
  kind text not null,
  before jsonb,
  note text,
  -- null: an import, or the citizen by their link
  changed_by uuid,
  changed_at timestamptz not null,
  primary key (taskforce_id, id),
  foreign key (taskforce_id, participant_id)
    references participants.participants (taskforce_id, id) on delete cascade
);
create index changes_of_participant on participants.changes (taskforce_id, participant_id, version desc);
call participants.isolate('participants.changes');

-- Whom a position was found for. A person is matched with one position at a time, and a position with one person.
create table participants.matches (
  taskforce_id uuid not null,
  id uuid not null,
  participant_id uuid not null,
  position_id uuid not null,
  pledge_id uuid not null,
  matched_by uuid,
  matched_at timestamptz not null,
  -- null: it stands
  ended_at timestamptz,
  -- why it no longer stands
  outcome text check (outcome in ('hired', 'reopened', 'undone', 'cancelled')),
  primary key (taskforce_id, id),
  foreign key (taskforce_id, participant_id)
    references participants.participants (taskforce_id, id) on delete cascade,
  check ((ended_at is null) = (outcome is null))
);
create unique index matches_of_participant on participants.matches (taskforce_id, participant_id)
  where ended_at is null;
create unique index matches_of_position on participants.matches (taskforce_id, position_id) where ended_at is null;
call participants.isolate('participants.matches');

-- Whom a pledge was made for: a job that was found for somebody.
create table participants.pledges (
  taskforce_id uuid not null,
  pledge_id uuid not null,
  participant_id uuid not null,
  found_by uuid,
  found_at timestamptz not null,
  primary key (taskforce_id, pledge_id),
  foreign key (taskforce_id, participant_id)
    references participants.participants (taskforce_id, id) on delete cascade
);
create index pledges_of_participant on participants.pledges (taskforce_id, participant_id);
call participants.isolate('participants.pledges');

-- What a company sees of somebody: the only place with a name and a face. One card at a time; a withdrawn one is
-- emptied.
create table participants.profile_cards (
  taskforce_id uuid not null,
  participant_id uuid not null,
  version integer not null check (version > 0),
  preferred_name text not null,
  -- in the first person
  words text not null,
  tasks text[] not null,
  language text not null check (language in ('da', 'en')),
  photo bytea,
  photo_type text check (photo_type in ('image/jpeg', 'image/png', 'image/webp')),
  -- what the photo shows, for those who cannot see it
  photo_alt text,
  basis text not null check (basis in ('consent', 'public_task')),
  -- the day of the consent, where it is the basis
  consented_on date,
  valid_from date not null,
  -- the last day
  valid_until date not null check (valid_until >= valid_from),
  withdrawn_at timestamptz,
  changed_by uuid,
  changed_at timestamptz not null,
  primary key (taskforce_id, participant_id),
  foreign key (taskforce_id, participant_id)
    references participants.participants (taskforce_id, id) on delete cascade,
  check ((photo is null) = (photo_type is null)),
  check ((basis = 'consent') = (consented_on is not null))
);
call participants.isolate('participants.profile_cards');

-- The links that open a card: those in its QR code, and the citizen's own.
create table participants.links (
  taskforce_id uuid not null,
  id uuid not null,
  participant_id uuid not null,
  kind text not null check (kind in ('card', 'citizen')),
  -- SHA-256 of the secret in the link
  secret_hash bytea not null,
  made_by uuid,
  made_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  primary key (taskforce_id, id),
  unique (taskforce_id, secret_hash),
  foreign key (taskforce_id, participant_id)
    references participants.participants (taskforce_id, id) on delete cascade
);
create index links_of_participant on participants.links (taskforce_id, participant_id);
call participants.isolate('participants.links');

-- What a company has answered about a pledge's positions, for those who find somebody for them. Null is not known.
create table pledge_needs (
  taskforce_id uuid not null,
  pledge_id uuid not null,
  weekdays smallint[] check (weekdays <@ array[1, 2, 3, 4, 5, 6, 7]::smallint[] and cardinality(weekdays) > 0),
  -- whether it can be reached by bus or train
  public_transport boolean,
  answered_at timestamptz not null,
  primary key (taskforce_id, pledge_id),
  foreign key (taskforce_id, pledge_id) references pledges (taskforce_id, id)
);
call isolate('pledge_needs');

-- Which hires are one citizen's: `citizen_id` of the participant. Null: the hire names nobody and counts as one citizen.
alter table hires add column citizen_id uuid;
grant update (citizen_id) on hires to tilsagn_pledges_app;
-- squawk-ignore require-concurrent-index-creation
create index hires_of_citizen on hires (taskforce_id, citizen_id) where citizen_id is not null;

-- squawk-ignore ban-drop-constraint
alter table hire_changes drop constraint hire_changes_kind_check;
alter table hire_changes
  add constraint hire_changes_kind_check
  check (kind in ('hours_changed', 'ended', 'resumed', 'corrected', 'contact_person_changed', 'checkpoint_answered',
                  'moved', 'revoked', 'citizen_changed')) not valid;

grant select, insert, update, delete on all tables in schema participants to tilsagn_pledges_participants;
-- What was done stays as it was, until it is deleted.
revoke update on participants.changes from tilsagn_pledges_participants;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
