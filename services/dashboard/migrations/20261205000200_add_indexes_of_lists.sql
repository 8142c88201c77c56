-- migrate:up
-- squawk-ignore-file require-concurrent-index-creation
-- Writes wait while an index is built: less than a second for a million rows. What is built concurrently can fail half
-- way and leave an invalid index, and nobody would see it.

set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- For the list behind a figure, the newest first.
create index pledge_versions_newest on pledge_versions (generation, taskforce_id, pledged_on desc, pledge_id);
create index hire_versions_newest on hire_versions (generation, taskforce_id, start_date desc, hire_id);

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
