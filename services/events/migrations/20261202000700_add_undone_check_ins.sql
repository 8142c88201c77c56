-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- A check-in that was a mistake no longer counts, and the company may check in again.
alter table attendances add column undone_at timestamptz;

-- The check-ins that were undone: who made them and who undid them.
create table undone_check_ins (
  taskforce_id uuid not null,
  attendance_id uuid not null,
  -- of the attendance, after the check-in was undone
  version integer not null check (version > 1),
  checked_in_at timestamptz not null,
  -- the subjects of the tokens
  checked_in_by text not null,
  undone_at timestamptz not null,
  undone_by text not null,
  primary key (taskforce_id, attendance_id, version),
  foreign key (taskforce_id, attendance_id) references attendances (taskforce_id, id)
);
call isolate('undone_check_ins');

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
