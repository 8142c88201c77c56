-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- When they were last written to that they have an account.
alter table people add column invited_at timestamptz;

-- migrate:down
-- forward only: dbmate wants the block, nothing goes in it
