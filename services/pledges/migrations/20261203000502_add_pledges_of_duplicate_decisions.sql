-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- The pledge that became a duplicate, or is none any more, and its version after that: for its history. Null where both
-- pledges were kept.
alter table duplicate_decisions add column pledge_id uuid;
alter table duplicate_decisions add column pledge_version integer;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
