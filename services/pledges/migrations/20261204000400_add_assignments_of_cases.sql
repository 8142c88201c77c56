-- migrate:up
-- An index of 100,000 rows takes less than a second; without a transaction, a failure would leave half of this behind.
-- squawk-ignore-file require-concurrent-index-creation, require-concurrent-index-deletion
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- Who has handed a case over to whom, for its history and to undo it. Rows are never changed, only marked as undone.
create table case_assignments (
  taskforce_id uuid not null,
  id uuid not null,
  -- the request, which handed over one case or many
  batch_id uuid not null,
  pledge_id uuid,
  hire_id uuid,
  -- null: nobody; of a hire its contact person again
  assigned_to uuid,
  assigned_before uuid,
  assigned_by uuid,
  assigned_at timestamptz not null,
  undone_at timestamptz,
  primary key (taskforce_id, id),
  foreign key (taskforce_id, pledge_id) references pledges (taskforce_id, id),
  foreign key (taskforce_id, hire_id) references hires (taskforce_id, id),
  check ((pledge_id is null) <> (hire_id is null))
);
create index case_assignments_of_batch on case_assignments (taskforce_id, batch_id);
create index case_assignments_of_pledge on case_assignments (taskforce_id, pledge_id, assigned_at)
  where pledge_id is not null;
create index case_assignments_of_hire on case_assignments (taskforce_id, hire_id, assigned_at)
  where hire_id is not null;
call isolate('case_assignments');
revoke update, delete on case_assignments from tilsagn_pledges_app;
grant update (undone_at) on case_assignments to tilsagn_pledges_app;

-- What the queue reads, in the order in which work is due: of everybody, of a person, of nobody. The expressions are
-- not `coalesce`: PostgreSQL does not trust that below a row-level policy, so no condition on it would use an index.
create index pledges_ageing on pledges (
  taskforce_id, (case when active_on is null then pledged_on else active_on end), id
) where status in ('logged', 'affirmed', 'in_progress');
create index pledges_ageing_of_person on pledges (
  taskforce_id, assigned_to, (case when active_on is null then pledged_on else active_on end), id
) where assigned_to is not null
    and status in ('logged', 'affirmed', 'in_progress');
create index pledges_ageing_of_nobody on pledges (
  taskforce_id, (case when active_on is null then pledged_on else active_on end), id
) where assigned_to is null
    and status in ('logged', 'affirmed', 'in_progress');
-- Replaced by the above.
drop index pledges_waiting;
create index pledges_deferred on pledges (taskforce_id, id)
  where lapse_deferred_until is not null
    and status in ('logged', 'affirmed', 'in_progress');
create index pledges_held on pledges (taskforce_id, received_at) where review = 'waiting';
create index positions_matched on positions (taskforce_id, matched_on, id) where status = 'matched';
create index positions_in_trial on positions (taskforce_id, trial_ends_on, id) where status = 'trial';
create index calls_again on calls (taskforce_id, again_on, id) where outcome = 'again';
create index hires_of_owner on hires (
  taskforce_id,
  (case
    when assigned_to is not null then assigned_to
    when contact_person_id is not null then contact_person_id
    else confirmed_by
  end)
) where counted;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
