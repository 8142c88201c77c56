-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- What a request is recognised by shows the pledge that it logged (`pledge_of_request`), a person's too. So whoever may
-- ask for that must not find it in a table: the intake's role names what it has been sent, and is told what came of it.
create function subject_of_request(request_key text, digests bytea[])
returns uuid
language sql
stable
security definer
set search_path = pg_catalog, public, pg_temp
begin atomic
  select claimed.subject_id
    from idempotency_keys as claimed
   where claimed.taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid
     and claimed.operation = 'log_pledge'
     and claimed.key = subject_of_request.request_key
     and claimed.request_digest = any (digests);
end;
revoke all on function subject_of_request(text, bytea[]) from public;
grant execute on function subject_of_request(text, bytea[]) to tilsagn_pledges_intake, tilsagn_pledges_app;
revoke select (request_digest, subject_id) on idempotency_keys from tilsagn_pledges_intake;

-- migrate:down
-- forward only: dbmate wants the block, nothing goes in it
