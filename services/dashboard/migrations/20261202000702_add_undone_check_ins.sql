-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- When the check-in was undone because it was a mistake; it has no deltas then.
alter table attendances add column undone_at timestamptz;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
