-- migrate:up
-- squawk-ignore-file require-concurrent-index-creation
-- Writes wait while an index is built: less than a second for a million rows. What is built concurrently can fail half
-- way and leave an invalid index, and nobody would see it.

set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- Hires that go on although the person has left, by the last answer.
create index hire_checkpoints_left on hire_checkpoints (taskforce_id, answered_on, hire_id)
  where answer in ('no', 'elsewhere');

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
