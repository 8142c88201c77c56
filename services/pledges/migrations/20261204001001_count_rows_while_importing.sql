-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- The planner takes new tables for empty ones, and looks each row of an import up in any index that begins with the
-- taskforce: an import of 100,000 rows would take hours. Only a table's owner may let it count. Whoever counts already,
-- or vacuums, is not waited for.
create function count_imported_rows() returns void
  language plpgsql
  security definer
  set search_path = pg_catalog, public, pg_temp
  set lock_timeout = '3s'
as $$
begin
  analyze public.pledges, public.pledge_contacts, public.positions, public.position_changes, public.hires,
          public.hire_contacts, public.hire_steps, public.hire_checkpoints;
exception
  when lock_not_available then null;
end
$$;
revoke all on function count_imported_rows() from public;
grant execute on function count_imported_rows() to tilsagn_pledges_app;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
