-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- What a taskforce has changed of the list of target groups (services/pledges/participants/target_groups): codes that it
-- has added, and days from which a code may not be used any more.
create table target_group_codes (
  taskforce_id uuid not null,
  code text not null,
  -- what it is called, where it is not one of the built-in codes
  danish text,
  english text,
  valid_from date not null,
  -- the first day on which it may not be used any more; null: it still may
  valid_until date check (valid_until > valid_from),
  changed_at timestamptz not null,
  primary key (taskforce_id, code)
);
call isolate('target_group_codes');

-- The list of participants.
-- squawk-ignore require-concurrent-index-creation
create index participants_by_reference on participants.participants (taskforce_id, case_reference_key, id);

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
