-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- The latest request of each company to come to an event, of those that `pledges` has told: an older one that comes
-- again, or late, changes nothing.
create table registration_requests (
  taskforce_id uuid not null,
  id uuid not null,
  version integer not null check (version > 0),
  primary key (taskforce_id, id)
);
call isolate('registration_requests');
revoke delete on registration_requests from tilsagn_events_app;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
