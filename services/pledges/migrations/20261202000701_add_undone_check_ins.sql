-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- A check-in that was a mistake: the company is not at the event.
alter table attendances add column undone_at timestamptz;
grant select (undone_at) on attendances to tilsagn_pledges_intake;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
