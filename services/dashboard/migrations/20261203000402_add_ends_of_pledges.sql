-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- The first day on which the cancelled positions of a pledge no longer count: the company withdrew them.
alter table pledge_versions add column ended_on date;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
