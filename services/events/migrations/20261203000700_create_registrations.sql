-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- Which companies are expected at an event.
create table registrations (
  taskforce_id uuid not null references taskforces (id),
  -- uuid5 of event and company (shared/contracts/events.py): a company is registered for an event once
  id uuid not null,
  event_id uuid not null,
  company_id uuid not null,
  registered_at timestamptz not null,
  -- the subjects of the tokens
  registered_by text not null,
  cancelled_at timestamptz,
  cancelled_by text,
  version integer not null check (version > 0),
  primary key (taskforce_id, id),
  check ((cancelled_at is null) = (cancelled_by is null)),
  foreign key (taskforce_id, event_id) references employer_events (taskforce_id, id),
  foreign key (taskforce_id, company_id) references companies (taskforce_id, id)
);
create index registrations_of_event on registrations (taskforce_id, event_id);
create index registrations_of_company on registrations (taskforce_id, company_id);
call isolate('registrations');

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
