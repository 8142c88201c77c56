-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- The passkey that has opened the session: none outlives it. Sessions from before end by themselves within twelve hours.
alter table sessions add column passkey_id uuid;
alter table sessions add constraint passkey_is_there
  foreign key (taskforce_id, passkey_id) references passkeys (taskforce_id, id) on delete cascade not valid;

-- migrate:down
-- forward only: dbmate wants the block, nothing goes in it
