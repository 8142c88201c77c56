-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- The mails of the last day that somebody without an account can cause, to limit how many there are. A row is older
-- than a day for an hour at most.
create table recent_mails (
  taskforce_id uuid not null,
  delivery_id uuid not null,
  rule text not null,
  -- a keyed hash of the mailbox: the same for the same recipient, and of no use without the key, which is not in here
  mailbox_hash bytea not null,
  -- the event whose pass a guest used; null for everything else
  event_id uuid,
  sent_at timestamptz not null default clock_timestamp(),
  primary key (taskforce_id, delivery_id)
);
create index recent_mails_latest on recent_mails (taskforce_id, sent_at);
call isolate('recent_mails');

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
