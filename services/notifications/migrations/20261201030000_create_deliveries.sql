-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- What is sent to whom because of which change, and how that went. An address, a name or the text of a mail is never
-- in here: the recipient is an id, and the service that keeps the address is asked at the moment of sending.
create table deliveries (
  taskforce_id uuid not null,
  -- uuid5 of the aggregate's id and the rule: one aggregate leads to one mail by one rule, whatever is repeated
  id uuid not null,
  -- the code of the notice's kind; the registry in the code knows them, so that a new one needs no migration
  rule text not null,
  about_id uuid not null,
  recipient_kind text not null,
  recipient_id uuid not null,
  -- public facts of the change: counts, hours, dates, codes, ids
  facts jsonb not null,
  happened_at timestamptz not null,
  status text not null check (status in ('waiting', 'sent', 'skipped', 'failed', 'expired')),
  -- why it is not sent, as a code; while it waits, why the last attempt did not succeed
  reason text,
  attempts integer not null default 0,
  created_at timestamptz not null default clock_timestamp(),
  attempted_at timestamptz,
  settled_at timestamptz,
  primary key (taskforce_id, id),
  check ((status = 'waiting') = (settled_at is null))
);
create index deliveries_latest on deliveries (taskforce_id, created_at desc, id desc);
call isolate('deliveries');

-- What is to be attempted next, of every taskforce. The courier looks here before it knows a taskforce, so the rows
-- hold ids, codes and times only, and there is no row-level security. A row exists exactly as long as its delivery
-- waits.
create table due_deliveries (
  taskforce_id uuid not null,
  delivery_id uuid not null,
  -- as in `deliveries`: a courier claims only what it knows how to send
  rule text not null,
  -- while it is claimed: when the claim ends unless its courier renews it
  due_at timestamptz not null,
  claimed_by uuid,
  primary key (taskforce_id, delivery_id),
  foreign key (taskforce_id, delivery_id) references deliveries (taskforce_id, id) on delete cascade
);
create index due_deliveries_next on due_deliveries (due_at);
create index due_deliveries_claims on due_deliveries (claimed_by) where claimed_by is not null;

-- The sender that mails are signed with, as the register publishes it. It is public and read before a taskforce is
-- known: no row-level security.
create table taskforces (
  id uuid primary key,
  version integer not null,
  name text not null
);

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
