-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- A taskforce's task catalogue ("Spot et småjob"), from its first change on; before it is the one that is built in.
create table task_catalogues (
  taskforce_id uuid primary key,
  version integer not null check (version > 0),
  -- in their order: code, group, hidden, and the words of those that the taskforce has added (da, en)
  tasks jsonb not null check (jsonb_typeof(tasks) = 'array'),
  changed_at timestamptz not null
);
call isolate('task_catalogues');
revoke delete on task_catalogues from tilsagn_pledges_app;
-- Guests are offered the taskforce's tasks, and what they send is checked.
grant select (taskforce_id, version, tasks) on task_catalogues to tilsagn_pledges_intake;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
