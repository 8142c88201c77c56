-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- The service's event log: written in the transaction of the change, never pruned, so that any consumer can be
-- replayed and a broker that lost everything can be refilled. Column names as in Debezium's event router.
create table outbox (
  id uuid primary key,
  position bigint generated always as identity unique,
  taskforce_id uuid not null,
  aggregatetype text not null,
  aggregateid uuid not null,
  version integer not null check (version > 0),
  type text not null,
  payload jsonb not null,
  correlation_id uuid not null,
  causation_id uuid,
  recorded_at timestamptz not null default clock_timestamp(),
  -- null: not yet acknowledged by the broker
  published_at timestamptz,
  -- null: not yet known to be applied by every consumer (set by the local run, which discards the broker's log)
  settled_at timestamptz,
  -- counted up by a replay: a relay that read the row before must not mark it as published after
  replays integer not null default 0
);
-- Each version of an aggregate has one message, per major version of the contract: a breaking change is published as
-- the next version of its type (`….v2`) beside the one before, as long as somebody reads that (shared/contracts).
-- The taskforce is part of it because clients make the ids: one taskforce's id must not block another's.
create unique index outbox_one_message_for_a_version
  on outbox (taskforce_id, aggregatetype, aggregateid, version, coalesce(substring(type from '\.v[0-9]+$'), ''));
create index outbox_unpublished on outbox (position) where published_at is null;
create index outbox_unsettled on outbox (position) where settled_at is null;

-- Messages that can never be processed, put aside in the transaction that moved past them.
create table dead_letters (
  id uuid primary key default gen_random_uuid(),
  consumer_group text not null,
  topic text not null,
  partition integer not null,
  -- A replaced broker reuses offsets: the digest of the value is part of the letter's identity.
  "offset" bigint not null,
  value_digest bytea not null,
  message_key bytea,
  value bytea,
  headers jsonb not null,
  reason text not null,
  detail text not null,
  recorded_at timestamptz not null default clock_timestamp(),
  replayed_at timestamptz,
  unique (consumer_group, topic, partition, "offset", value_digest)
);
create index dead_letters_waiting on dead_letters (recorded_at) where replayed_at is null;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
