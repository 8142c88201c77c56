-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- What the public board has shown, ever. It is not made from messages and belongs to no generation: a rebuild leaves it
-- alone, and it must be backed up, because every release is audited against all earlier ones.
create table board_releases (
  taskforce_id uuid not null,
  -- 1, 2, … of a taskforce
  number integer not null check (number > 0),
  -- the first day that counts, and the day of the figure, in Europe/Copenhagen
  since date not null,
  as_of date not null,
  -- how many it really were, and what was shown; null: hidden, because it was at least 1 and less than `below`
  counted integer not null check (counted >= 0),
  shown integer check (shown = counted),
  below integer check (below is null or counted between 1 and below - 1),
  released_at timestamptz not null,
  -- whether somebody released it before its time
  by_hand boolean not null,
  -- whether the number had moved so far that the signs by the road were to be changed
  sign_due boolean not null,
  primary key (taskforce_id, number),
  check ((shown is null) = (below is not null))
);
call isolate('board_releases');

-- The last time that a release was due, and what came of it. Its row is locked by whoever releases.
create table board_checks (
  taskforce_id uuid not null primary key,
  -- the set time that was checked for; it may have passed long before
  due_at timestamptz not null,
  checked_at timestamptz not null,
  -- why nothing was released; null: it was
  refused text
);
call isolate('board_checks');

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
