-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- What the taskforce wants to reach: every version of every target.
create table targets (
  generation integer not null,
  taskforce_id uuid not null,
  target_id uuid not null,
  version integer not null,
  recorded_at timestamptz not null,
  measure text not null,
  job_type text,
  value integer not null,
  starts_on date not null,
  ends_on date not null,
  dropped boolean not null,
  deltas delta[] not null,
  primary key (generation, taskforce_id, target_id, version)
);
create index targets_recorded on targets (generation, taskforce_id, recorded_at);
call isolate('targets');

-- What was last published about a target: in no generation, as a rebuild publishes nothing again.
create table target_judgements (
  taskforce_id uuid not null,
  target_id uuid not null,
  -- of the message about it
  version integer not null check (version > 0),
  status text not null,
  -- the day it was judged for, in Europe/Copenhagen
  as_of date not null,
  reachable_until date,
  judged_at timestamptz not null,
  primary key (taskforce_id, target_id)
);
call isolate('target_judgements');
revoke delete on target_judgements from tilsagn_dashboard_app;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
