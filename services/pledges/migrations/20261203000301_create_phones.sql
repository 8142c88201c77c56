-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- A browser that has had an event's intake open: a random id made on the phone, and no person. Its numbers count the
-- pledges that were captured on it, so that a pledge that never arrived leaves a gap. Practice counts apart.
create table phones (
  taskforce_id uuid not null,
  event_id uuid not null,
  practice boolean not null,
  id uuid not null,
  -- as the person typed it, such as "Hannes telefon"; null: it is named by its order of arrival
  name text,
  -- the highest running number that it has told of
  announced integer not null check (announced >= 0),
  -- of pledges that were deleted on the phone before they were sent
  discarded integer[] not null,
  first_contact_at timestamptz not null,
  -- when it last announced; null: it is known by its pledges only, and another phone may have brought these
  last_contact_at timestamptz,
  -- since when a pledge that it has told of is missing
  waiting_since timestamptz,
  primary key (taskforce_id, event_id, practice, id)
);
call isolate('phones');

-- What has arrived of each phone. A pledge that another phone delivers has the number of the one that captured it.
create table phone_captures (
  taskforce_id uuid not null,
  event_id uuid not null,
  practice boolean not null,
  phone_id uuid not null,
  number integer not null check (number > 0),
  -- of the table pledges, or of practice_pledges
  pledge_id uuid not null,
  received_at timestamptz not null,
  primary key (taskforce_id, event_id, practice, phone_id, number)
);
call isolate('phone_captures');

-- Pledges of practice: what the live page shows of them, and no more. No company name and no contact is kept, and no
-- figure, list or message knows them.
create table practice_pledges (
  taskforce_id uuid not null,
  id uuid not null,
  event_id uuid,
  company_id uuid,
  job_type text not null,
  position_count integer not null check (position_count > 0),
  counted boolean not null,
  received_at timestamptz not null,
  -- as of a pledge
  request_fingerprint bytea not null,
  primary key (taskforce_id, id)
);
create index practice_pledges_of_event on practice_pledges (taskforce_id, event_id);
call isolate('practice_pledges');

revoke update on phone_captures, practice_pledges from tilsagn_pledges_app;
-- What arrived of real pledges is known as long as the pledges are.
create policy practice_only on phone_captures as restrictive for delete to tilsagn_pledges_app
  using (practice);

-- The intake role reads no name of a phone.
grant insert on phones, phone_captures, practice_pledges to tilsagn_pledges_intake;
grant select (taskforce_id, event_id, practice, id, announced, discarded, waiting_since)
  on phones to tilsagn_pledges_intake;
grant update (name, announced, discarded, last_contact_at, waiting_since) on phones to tilsagn_pledges_intake;
grant select on phone_captures to tilsagn_pledges_intake;
grant select (taskforce_id, id, received_at, request_fingerprint) on practice_pledges to tilsagn_pledges_intake;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
