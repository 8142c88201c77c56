-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

alter table pledge_changes
  -- squawk-ignore ban-drop-constraint
  drop constraint pledge_changes_kind_check,
  add constraint pledge_changes_kind_known
  check (kind in ('corrected', 'withdrawn', 'restored', 'affirmed', 'affirmation_undone', 'lapsed', 'lapse_deferred'))
  not valid;

-- A correction may drop a vacant position, and its history stays.
-- squawk-ignore ban-drop-constraint
alter table position_changes drop constraint position_changes_taskforce_id_position_id_fkey;
alter table position_changes
  add constraint position_changes_pledge
  foreign key (taskforce_id, pledge_id) references pledges (taskforce_id, id) not valid;
-- of a trial: its last day
alter table position_changes add column trial_ends_on date;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
