-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- The day of a position: on which a person was found for it, or from which it no longer counts.
create type position_day as (
  position_id uuid,
  day date
);

-- A step of a hire's hours ladder.
create type hours_step as (
  starts_on date,
  paid_weekly_hours numeric(4, 2),
  praktik_weekly_hours numeric(4, 2),
  job_type text
);

-- Whether the person was still employed so many months after the start; never `unknown`.
create type checkpoint_answer as (
  months integer,
  answer text
);

alter table pledge_versions
  -- the day on which the company confirmed it, after it was logged
  add column affirmed_on date,
  -- the positions for which a person has been found
  add column matched position_day[] not null default '{}',
  -- the positions that were cancelled alone
  add column cancelled position_day[] not null default '{}';

alter table hire_versions
  add column end_reason text,
  -- the earliest first; releases before 0.4.0 have written none, for hires of a single step
  add column steps hours_step[] not null default '{}',
  add column answers checkpoint_answer[] not null default '{}',
  -- false: the confirmation was undone, and it has no deltas
  add column counted boolean not null default true;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
