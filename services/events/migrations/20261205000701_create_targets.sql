-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- What the taskforce wants to reach: a measure, a value and a window.
create table targets (
  taskforce_id uuid not null references taskforces (id),
  id uuid not null,
  -- the code of a measure, see shared/product/targets.py
  measure text not null,
  job_type text not null,
  -- a number, or whole percent: the measure says which
  value integer not null check (value > 0),
  starts_on date not null,
  -- the last day that counts
  ends_on date not null check (ends_on >= starts_on),
  -- what the taskforce says about it, without naming anybody
  note text,
  dropped boolean not null,
  version integer not null check (version > 0),
  -- the subject of the token of the last change
  changed_by text not null,
  changed_at timestamptz not null,
  primary key (taskforce_id, id)
);
call isolate('targets');
revoke delete on targets from tilsagn_events_app;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
