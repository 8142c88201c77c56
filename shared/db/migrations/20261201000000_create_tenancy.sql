-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- Taskforces share a database, and none sees another's rows. `shared/db` sets the taskforce for each transaction; the
-- policies that `isolate` makes show that taskforce's rows and refuse to write others.

-- The transaction's taskforce; null: none, and then no row of a taskforce is visible.
create function current_taskforce() returns uuid
language sql
stable
parallel safe
return nullif(current_setting('app.taskforce', true), '')::uuid;

-- Limit a table to the rows of the transaction's taskforce. Its primary key has to begin with taskforce_id: else
-- `on conflict` finds the row of another taskforce that has the same id, and nothing is stored.
-- The owner of the table is not bound (no `force row level security`): `tilsagn verify` and the ledger of erasures read
-- every taskforce as the owner. The services never connect as the owner.
create procedure isolate(isolated regclass)
language plpgsql
set search_path = pg_catalog, public, pg_temp
as $$
begin
  execute format('alter table %s enable row level security', isolated);
  execute format(
    'create policy own_taskforce on %s
       using (taskforce_id = current_taskforce())
       with check (taskforce_id = current_taskforce())',
    isolated
  );
end
$$;
revoke all on procedure isolate(regclass) from public;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
