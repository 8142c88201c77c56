-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- When a restore made it necessary to erase the row again, or to put the line back from a copy, the last time;
-- erased_at stays what it was.
alter table erasures add column repeated_at timestamptz;

-- migrate:down
-- forward only: dbmate wants the block, nothing goes in it
