-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- What a coordinator and the callers have written on the call list about a pledge. A pledge without a row is on the
-- list as well: whoever logged it rings. So the list follows every correction, merge and withdrawal of pledges.
create table calls (
  taskforce_id uuid not null,
  -- the pledge's
  id uuid not null,
  version integer not null check (version > 0),
  -- null: whoever logged the pledge; after a guest's pledge nobody, so a coordinator decides
  assigned_to uuid,
  assigned_by uuid,
  assigned_at timestamptz,
  -- null: the call is still to be made
  outcome text check (outcome in ('reached', 'not_reached', 'again')),
  -- the day of the next call
  again_on date,
  note text,
  called_by uuid,
  called_at timestamptz,
  primary key (taskforce_id, id),
  foreign key (taskforce_id, id) references pledges (taskforce_id, id),
  check ((outcome is null) = (called_at is null)),
  check ((again_on is not null) = (outcome is not null and outcome = 'again'))
);
create index calls_of_person on calls (taskforce_id, assigned_to) where assigned_to is not null;
call isolate('calls');

-- The events whose call lists have been sent out: once each.
create table call_lists (
  taskforce_id uuid not null,
  -- the event's
  id uuid not null,
  issued_at timestamptz not null,
  primary key (taskforce_id, id)
);
call isolate('call_lists');
revoke update, delete on call_lists from tilsagn_pledges_app;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
