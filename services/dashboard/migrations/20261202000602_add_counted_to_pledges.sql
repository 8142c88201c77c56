-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- False while a pledge waits for a coordinator, and when one has rejected it: it has no deltas then.
alter table pledge_versions add column counted boolean not null default true;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
