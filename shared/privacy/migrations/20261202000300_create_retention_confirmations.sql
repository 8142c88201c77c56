-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- What an operator has confirmed: a removal that waited because the clock had leapt, or because it was of more than a
-- tenth of the rows. A line can be added by the service, and neither changed nor deleted.
create table retention_confirmations (
  -- whose rows were removed; zeros where they belong to no taskforce
  taskforce_id uuid not null,
  job text not null,
  confirmed_at timestamptz not null default clock_timestamp(),
  reason text not null check (reason in ('clock', 'share')),
  overdue_rows bigint not null,
  -- all that the job could ever remove; 0: not counted
  total_rows bigint not null,
  primary key (taskforce_id, job, confirmed_at)
);
-- Like the policy of `retention_runs`.
alter table retention_confirmations enable row level security;
create policy own_taskforce on retention_confirmations
  using (taskforce_id = current_taskforce() or taskforce_id = '00000000-0000-0000-0000-000000000000')
  with check (taskforce_id = current_taskforce() or taskforce_id = '00000000-0000-0000-0000-000000000000');

do $$
begin
  execute format(
    'revoke update, delete on retention_confirmations from %I', regexp_replace(current_user, '_owner$', '_app')
  );
end
$$;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
