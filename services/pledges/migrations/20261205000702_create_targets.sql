-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- What the taskforce wants to reach, as `events` told us.
create table targets (
  taskforce_id uuid not null,
  id uuid not null,
  version integer not null check (version > 0),
  measure text not null,
  job_type text,
  value integer not null,
  starts_on date not null,
  ends_on date not null,
  dropped boolean not null,
  primary key (taskforce_id, id)
);
call isolate('targets');
revoke delete on targets from tilsagn_pledges_app;

-- Whether it will be reached, as `dashboard` told us. It may come before the target.
create table target_judgements (
  taskforce_id uuid not null,
  -- of the target
  id uuid not null,
  version integer not null check (version > 0),
  status text not null,
  -- the day it was judged for, in Europe/Copenhagen
  judged_on date not null,
  -- the last day on which it can still be reached; null: no such day
  reachable_until date,
  primary key (taskforce_id, id)
);
create index target_judgements_slipping on target_judgements (taskforce_id, judged_on, id)
  where status in ('at_risk', 'out_of_reach');
call isolate('target_judgements');
revoke delete on target_judgements from tilsagn_pledges_app;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
