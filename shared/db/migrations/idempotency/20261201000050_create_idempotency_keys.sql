-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- Which request had which effect, inserted in the transaction of that effect. No response is stored here.
create table idempotency_keys (
  taskforce_id uuid not null,
  -- the command; each has keys of its own
  operation text not null check (operation ~ '^[a-z][a-z_]{1,60}$'),
  key text not null check (length(key) between 1 and 200),
  -- HMAC of what was sent
  request_fingerprint bytea not null,
  -- what the request made; null: the request names it itself
  subject_id uuid,
  recorded_at timestamptz not null,
  primary key (taskforce_id, operation, key)
);
call isolate('idempotency_keys');

-- A key is claimed for ever. The app role has the owner's name with another ending (deploy/services.py).
do $$
begin
  execute format('revoke update, delete on idempotency_keys from %I', regexp_replace(current_user, '_owner$', '_app'));
end
$$;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
