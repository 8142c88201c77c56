-- migrate:up
-- squawk-ignore-file require-concurrent-index-creation
-- Writes wait while an index is built: less than a second for a million rows. What is built concurrently can fail half
-- way and leave an invalid index, and nobody would see it.

set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- For the median days between the steps, the latest first.
create index pledge_versions_affirmed on pledge_versions (generation, taskforce_id, pledged_on desc, pledge_id)
  where affirmed_on is not null;
create index pledge_versions_matched on pledge_versions (generation, taskforce_id, pledged_on desc, pledge_id)
  where matched <> '{}';
create index hire_versions_on_pledges on hire_versions (generation, taskforce_id, start_date desc, hire_id)
  where pledge_id is not null;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
