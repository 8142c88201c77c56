-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- For the services that keep data about persons (deploy/services.py: DATA_SUBJECTS).

-- Who looked at whom, when and why; written in the transaction that reads. The service can add rows and do nothing
-- else, not even read them: whoever could change the log could look at people without a trace.
create table access_log (
  taskforce_id uuid not null,
  id uuid not null default gen_random_uuid(),
  looked_at timestamptz not null default clock_timestamp(),
  -- the subject of their token; `operator` for a command of the installation's operator
  who text not null check (who <> ''),
  action text not null check (action in ('read', 'search', 'change', 'export', 'delete')),
  -- the row that holds the person's data
  what_table text not null,
  what_key uuid not null,
  -- the purpose, as a code, and the article that allows it
  why text not null check (why <> ''),
  basis text not null check (basis <> ''),
  primary key (taskforce_id, id)
);
create index access_log_of_person on access_log (taskforce_id, what_key);
create index access_log_by_time on access_log (taskforce_id, looked_at);
call isolate('access_log');

-- The functions below run as the owner of the log and see only the transaction's taskforce.

-- For the report that a person asks for: who looked at these rows.
create function accesses_of(keys uuid[])
returns table (looked_at timestamptz, who text, action text, what_table text, what_key uuid, why text, basis text)
language sql
stable
security definer
set search_path = pg_catalog, public, pg_temp
begin atomic
  select access_log.looked_at,
         access_log.who,
         access_log.action,
         access_log.what_table,
         access_log.what_key,
         access_log.why,
         access_log.basis
    from access_log
   where taskforce_id = current_taskforce()
     and access_log.what_key = any (keys);
end;

-- For the report that somebody with an account asks for: which rows they looked at.
create function accesses_by(subject text)
returns table (looked_at timestamptz, action text, what_table text, what_key uuid, why text)
language sql
stable
security definer
set search_path = pg_catalog, public, pg_temp
begin atomic
  select access_log.looked_at,
         access_log.action,
         access_log.what_table,
         access_log.what_key,
         access_log.why
    from access_log
   where taskforce_id = current_taskforce()
     and access_log.who = subject;
end;

-- For the retention job: which rows are past their deadline.
create function accesses_before(moment timestamptz) returns table (id uuid, since timestamptz)
language sql
stable
security definer
set search_path = pg_catalog, public, pg_temp
begin atomic
  select access_log.id,
         access_log.looked_at
    from access_log
   where taskforce_id = current_taskforce()
     and looked_at < moment;
end;

-- For the retention job: delete rows, none of them younger than a year.
create function forget_accesses(ids uuid[]) returns setof uuid
language sql
security definer
set search_path = pg_catalog, public, pg_temp
begin atomic
  delete from access_log
   where taskforce_id = current_taskforce()
     and id = any (ids)
     and looked_at < current_date - interval '12 months'
  returning id;
end;

-- The ledger of erasures: which rows were erased because the person asked for it, and nothing of what they held. A
-- restored backup brings the rows back; `tilsagn reconcile --erasures` erases them again by this ledger. A line can be
-- added by the service, and neither changed nor deleted.
create table erasures (
  taskforce_id uuid not null,
  id uuid not null,
  erased_table text not null,
  erased_key uuid not null,
  -- the subject of whoever did it; null: an operator
  erased_by text,
  erased_at timestamptz not null default clock_timestamp(),
  -- when the row was last erased again, or the line restored from a copy; null: never
  repeated_at timestamptz,
  primary key (taskforce_id, id)
);
call isolate('erasures');

-- Migrations run as the owner of the service's database; its app role has the same name with another ending
-- (deploy/services.py). By default the app role may read and write every table.
do $$
declare
  app text := regexp_replace(current_user, '_owner$', '_app');
begin
  execute format('revoke select, update, delete on access_log from %I', app);
  execute format('revoke update, delete on erasures from %I', app);
  revoke all on function accesses_of(uuid[]), accesses_by(text), accesses_before(timestamptz), forget_accesses(uuid[])
    from public;
  execute format(
    'grant execute
       on function accesses_of(uuid[]), accesses_by(text), accesses_before(timestamptz), forget_accesses(uuid[])
       to %I',
    app
  );
end
$$;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
