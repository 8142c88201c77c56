-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- Since when nobody waits for a phone any more, who decided it and why. It holds until the phone is in contact again.
-- Null: nobody has decided it, or it was undone.
alter table phones add column set_aside_at timestamptz;
alter table phones add column set_aside_by uuid;
alter table phones add column set_aside_because text;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
