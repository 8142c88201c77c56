-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- The first day on which the cancelled positions of a pledge no longer count. Null for a pledge that is withdrawn, or a
-- duplicate: it has never counted.
alter table pledges add column ended_on date;
-- Null: it is not withdrawn.
alter table pledges add column withdrawn_because text;
alter table pledges add constraint pledges_withdrawn_because
  check (withdrawn_because in ('company_withdrew', 'logged_by_mistake', 'not_genuine')) not valid;
grant update (ended_on, withdrawn_because) on pledges to tilsagn_pledges_app;
grant select (ended_on, withdrawn_because) on pledges to tilsagn_pledges_intake;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
