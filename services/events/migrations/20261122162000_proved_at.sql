-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- When whoever is signed in has shown who they are; empty: nobody has said, as of sessions from before.
alter table sessions add column proved_at timestamptz;

-- migrate:down
-- forward only: dbmate wants the block, nothing goes in it
