-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- Two pledges that may be the same promise, noted twice. Found by the worker; a coordinator decides.
create table duplicate_proposals (
  taskforce_id uuid not null,
  -- uuid5 of the two pledges (services/pledges/duplicates/domain.py)
  id uuid not null,
  -- the pledges, the one that was received first before the other
  first_id uuid not null,
  second_id uuid not null,
  proposed_at timestamptz not null,
  version integer not null check (version > 0),
  -- outdated: the two were corrected, and are not alike any more
  status text not null check (status in ('open', 'merged', 'kept', 'outdated')),
  -- the pledge that counts for both
  stays_id uuid check (stays_id in (first_id, second_id)),
  primary key (taskforce_id, id),
  check ((status = 'merged') = (stays_id is not null))
);
create index duplicate_proposals_newest on duplicate_proposals (taskforce_id, status, proposed_at desc, id desc);
create index duplicate_proposals_of_first on duplicate_proposals (taskforce_id, first_id);
create index duplicate_proposals_of_second on duplicate_proposals (taskforce_id, second_id);
call isolate('duplicate_proposals');
revoke update, delete on duplicate_proposals from tilsagn_pledges_app;
grant update (version, status, stays_id) on duplicate_proposals to tilsagn_pledges_app;

-- What coordinators have decided, and who did when. Rows are never changed.
create table duplicate_decisions (
  taskforce_id uuid not null,
  proposal_id uuid not null,
  -- of the proposal, after the decision
  version integer not null,
  decision text not null check (decision in ('merge', 'keep', 'unmerge')),
  stays_id uuid,
  decided_by uuid,
  decided_at timestamptz not null,
  primary key (taskforce_id, proposal_id, version)
);
call isolate('duplicate_decisions');
revoke update, delete on duplicate_decisions from tilsagn_pledges_app;

-- Which version of a pledge was compared with the others of its event.
create table duplicate_checks (
  taskforce_id uuid not null,
  pledge_id uuid not null,
  version integer not null,
  primary key (taskforce_id, pledge_id)
);
call isolate('duplicate_checks');

-- Of a duplicate: the pledge that counts for it.
alter table pledges add column merged_into uuid;
grant update (merged_into) on pledges to tilsagn_pledges_app;
grant select (merged_into) on pledges to tilsagn_pledges_intake;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
