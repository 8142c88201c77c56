-- migrate:up
-- An index of 100,000 rows takes less than a second; without a transaction, a failure would leave half of this behind.
-- squawk-ignore-file require-concurrent-index-creation, require-concurrent-index-deletion
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- Due work in the order in which the queue shows it, so that a page reads its rows and no more.
create index pledges_deferred_ageing on pledges (
  taskforce_id, (case when active_on is null then pledged_on else active_on end), id
) where lapse_deferred_until is not null
    and status in ('logged', 'affirmed', 'in_progress');
create index pledges_deferred_until on pledges (taskforce_id, lapse_deferred_until)
  where lapse_deferred_until is not null
    and status in ('logged', 'affirmed', 'in_progress');
-- Replaced by the above.
drop index pledges_deferred;
create index pledges_held_by_day on pledges (
  taskforce_id, ((received_at at time zone 'Europe/Copenhagen')::date), id
) where review = 'waiting';
create index pledges_in_progress_of_person on pledges (taskforce_id, assigned_to)
  where assigned_to is not null
    and status = 'in_progress';
create index positions_underway on positions (taskforce_id, pledge_id, status, matched_on, trial_ends_on)
  where status in ('matched', 'trial');
create index duplicate_proposals_open on duplicate_proposals (
  taskforce_id, ((proposed_at at time zone 'Europe/Copenhagen')::date), id
) where status = 'open';

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
