-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- Whoever has an account is told whom they have looked at, by numbers. The log stays closed to the service otherwise: it
-- is asked for by who has looked, and only about its own taskforce.
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
   where taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid
     and access_log.who = subject;
end;
revoke all on function accesses_by(text) from public;
grant execute on function accesses_by(text) to tilsagn_events_app;

-- migrate:down
-- forward only: dbmate wants the block, nothing goes in it
