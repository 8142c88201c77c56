-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- Why a hire has ended may say something about somebody's health, so it is emptied after its deadline, as on the hire.
grant update (reason) on hire_changes to tilsagn_pledges_app;

-- At which company somebody was hired, before a correction.
create table hire_former_companies (
  taskforce_id uuid not null,
  -- of the change
  id uuid not null,
  hire_id uuid not null,
  company_name text not null,
  company_cvr text,
  company_p_number text,
  company_municipality text,
  company_id uuid,
  municipality text,
  flags text[] not null,
  start_date date not null,
  corrected_at timestamptz not null,
  primary key (taskforce_id, id),
  foreign key (taskforce_id, id) references hire_changes (taskforce_id, id)
);
create index hire_former_companies_of_hire on hire_former_companies (taskforce_id, hire_id);
call isolate('hire_former_companies');
revoke insert, update, delete on hire_former_companies from tilsagn_pledges_app;

-- The service cannot change the company of a hire. This function can, and keeps what it replaces in the same
-- transaction. It runs as the owner of the tables, in the transaction's taskforce, for a hire that the caller has
-- locked. `corrected` has the columns of `hires`.
create function correct_company_of_hire(change_id uuid, corrected jsonb, corrected_at timestamptz) returns void
language plpgsql
security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
  new hires := jsonb_populate_record(null::hires, corrected);
begin
  insert into hire_former_companies
         (taskforce_id, id, hire_id, company_name, company_cvr, company_p_number, company_municipality, company_id,
          municipality, flags, start_date, corrected_at)
  select taskforce_id, change_id, id, company_name, company_cvr, company_p_number, company_municipality, company_id,
         municipality, flags, start_date, correct_company_of_hire.corrected_at
    from hires
   where taskforce_id = current_taskforce()
     and id = new.id;
  update hires
     set company_name = new.company_name,
         company_cvr = new.company_cvr,
         company_p_number = new.company_p_number,
         company_municipality = new.company_municipality,
         company_id = new.company_id,
         municipality = new.municipality,
         flags = new.flags
   where taskforce_id = current_taskforce()
     and id = new.id;
end
$$;

-- As of hires: a company that was typed may be a sole proprietor.
create function forget_companies_of_hire_former_companies(ids uuid[]) returns setof uuid
language sql
security definer
set search_path = pg_catalog, public, pg_temp
begin atomic
  update hire_former_companies
     set company_name = '(slettet)',
         company_cvr = null,
         company_p_number = null
   where taskforce_id = current_taskforce()
     and id = any (ids)
     and corrected_at < current_date - interval '12 months'
  returning id;
end;

revoke all on function correct_company_of_hire(uuid, jsonb, timestamptz),
                       forget_companies_of_hire_former_companies(uuid[])
  from public;
grant execute on function correct_company_of_hire(uuid, jsonb, timestamptz),
                          forget_companies_of_hire_former_companies(uuid[])
  to tilsagn_pledges_app;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
