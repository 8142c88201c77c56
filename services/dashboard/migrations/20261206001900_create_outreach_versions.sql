-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- Contacts that the staff have made with companies. They are few: figures count them from here.
create table outreach_versions (
  generation integer not null,
  taskforce_id uuid not null,
  outreach_id uuid not null,
  version integer not null,
  recorded_at timestamptz not null,
  company_id uuid not null,
  kind text not null,
  -- in Europe/Copenhagen
  made_on date not null,
  -- whether the company was new to the municipality
  new_company boolean not null,
  -- false: it had never been made
  counted boolean not null,
  deltas delta[] not null,
  primary key (generation, taskforce_id, outreach_id, version)
);
create index outreach_versions_recorded on outreach_versions (generation, taskforce_id, recorded_at);
call isolate('outreach_versions');

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
