-- migrate:up
-- squawk-ignore-file require-concurrent-index-creation
-- Writes wait while an index is built: none of its rows is there yet, so it takes a look at the table. What is built
-- concurrently can fail half way and leave an invalid index, and nobody would see it.

set local lock_timeout = '2s';
set local statement_timeout = '60s';

alter table hire_versions
  -- the same for all hires of one citizen; null: it names nobody. Workers of earlier releases leave it null, and a
  -- rebuild fills it
  add column citizen_id uuid;

-- The hires of a citizen, and the citizens whom a hire has named.
create index hire_versions_of_citizens on hire_versions (generation, taskforce_id, citizen_id, hire_id)
  where citizen_id is not null;
create index hire_versions_with_citizen on hire_versions (generation, taskforce_id, hire_id, citizen_id)
  where citizen_id is not null;

-- The citizens whom more than one hire has named, with a row for each moment at which one of these hires was recorded.
-- `deltas` takes off the figures of hires what the hires known then are more than one: the sum is a figure of citizens.
-- All rows of a citizen are computed anew when a version of such a hire arrives.
create table citizen_versions (
  generation integer not null,
  taskforce_id uuid not null,
  citizen_id uuid not null,
  -- 1 at the first moment
  version integer not null,
  recorded_at timestamptz not null,
  deltas delta[] not null,
  primary key (generation, taskforce_id, citizen_id, version)
);
call isolate('citizen_versions');

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
