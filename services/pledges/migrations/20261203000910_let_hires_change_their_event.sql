-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- A hire belongs to the event of its pledge, and that can be corrected.
grant update (event_id) on hires to tilsagn_pledges_app;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
