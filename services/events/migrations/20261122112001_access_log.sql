-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- Who has looked at whom, when and why; written in the transaction of the look. The service can add to it and
-- nothing else, not even read it: whoever could change it could look unseen.
create table access_log (
  taskforce_id uuid not null,
  id uuid not null default gen_random_uuid(),
  looked_at timestamptz not null default clock_timestamp(),
  -- the subject of their token; an operator's command says so
  who text not null check (who <> ''),
  action text not null check (action in ('read', 'search', 'change', 'export', 'delete')),
  -- whom: the row that tells about them
  what_table text not null,
  what_key uuid not null,
  -- the purpose, as a code, and the article that allows it
  why text not null check (why <> ''),
  basis text not null check (basis <> ''),
  primary key (taskforce_id, id)
);
create index access_log_of_person on access_log (taskforce_id, what_key);
create index access_log_by_time on access_log (taskforce_id, looked_at);
alter table access_log enable row level security;
create policy own_taskforce on access_log
  using (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid)
  with check (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid);
revoke select, update, delete on access_log from tilsagn_events_app;

-- What is past its deadline goes all the same. These run as the table's owner, and can do nothing but that, to what is
-- a year old at least.
create function accesses_before(moment timestamptz) returns table (id uuid, since timestamptz)
language sql
stable
security definer
set search_path = pg_catalog, public, pg_temp
begin atomic
  select access_log.id,
         access_log.looked_at
    from access_log
   where taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid
     and looked_at < moment;
end;

create function forget_accesses(ids uuid[]) returns setof uuid
language sql
security definer
set search_path = pg_catalog, public, pg_temp
begin atomic
  delete from access_log
   where taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid
     and id = any (ids)
     and looked_at < current_date - interval '12 months'
  returning id;
end;

revoke all on function accesses_before(timestamptz), forget_accesses(uuid[]) from public;
grant execute on function accesses_before(timestamptz), forget_accesses(uuid[]) to tilsagn_events_app;

-- migrate:down
-- forward only: dbmate wants the block, nothing goes in it
