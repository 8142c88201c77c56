-- migrate:up
-- squawk-ignore-file require-concurrent-index-creation
-- Writes wait while an index is built: less than a second for a million rows. What is built concurrently can fail half
-- way and leave an invalid index, and nobody would see it.

set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- The hires that a training has led to, for its page; the last hire of a company that the register does not have, for
-- the form of the next one.
create index hires_after_training on hires (taskforce_id, training_hire_id) where training_hire_id is not null;
create index hires_of_cvr on hires (taskforce_id, company_cvr) where company_cvr is not null;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
