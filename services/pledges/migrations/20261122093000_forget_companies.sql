-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- What was logged stays as it was, and the service cannot change it (see the grants of the first migration). But the
-- company that was typed may be somebody's own, and its name is not kept for ever. These run as the tables' owner and
-- can do nothing but that, to rows of the transaction's taskforce that we have had for a year at least.
create function forget_companies_of_pledges(ids uuid[]) returns setof uuid
language sql
security definer
set search_path = pg_catalog, public, pg_temp
begin atomic
  update pledges
     set company_name = '(slettet)',
         company_cvr = null,
         company_p_number = null
   where taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid
     and id = any (ids)
     and received_at < current_date - interval '12 months'
  returning id;
end;

create function forget_companies_of_hires(ids uuid[]) returns setof uuid
language sql
security definer
set search_path = pg_catalog, public, pg_temp
begin atomic
  update hires
     set company_name = '(slettet)',
         company_cvr = null,
         company_p_number = null
   where taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid
     and id = any (ids)
     and confirmed_at < current_date - interval '12 months'
  returning id;
end;

revoke all on function forget_companies_of_pledges(uuid[]), forget_companies_of_hires(uuid[]) from public;
grant execute on function forget_companies_of_pledges(uuid[]), forget_companies_of_hires(uuid[])
  to tilsagn_pledges_app;

-- migrate:down
-- forward only: dbmate wants the block, nothing goes in it
