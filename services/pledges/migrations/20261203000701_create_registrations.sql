-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- Which companies are expected at an event, as `events` told us.
create table registrations (
  taskforce_id uuid not null,
  id uuid not null,
  version integer not null check (version > 0),
  event_id uuid not null,
  company_id uuid not null,
  cancelled_at timestamptz,
  primary key (taskforce_id, id)
);
create index registrations_of_event on registrations (taskforce_id, event_id, company_id);
call isolate('registrations');

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
