-- migrate:up
set local lock_timeout = '2s';

-- How far each worker has read, as it reports every few seconds, so that a page can say how far it is behind. It is of
-- all taskforces together: a partition holds the messages of several. Not a part of the read model's generations.
create table consumer_progress (
  worker_id uuid primary key,
  -- messages that the worker knows of and has not read yet
  lag bigint not null,
  -- when it had last read everything that it knew of
  caught_up_at timestamptz not null,
  reported_at timestamptz not null
);

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
