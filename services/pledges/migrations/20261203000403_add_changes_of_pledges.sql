-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- Who has corrected a pledge, withdrawn it or undone that, when and why. Rows are never changed, except that a note is
-- emptied after its deadline.
create table pledge_changes (
  taskforce_id uuid not null,
  id uuid not null,
  pledge_id uuid not null,
  -- of the pledge, after the change
  version integer not null check (version > 1),
  kind text not null check (kind in ('corrected', 'withdrawn', 'restored')),
  -- of a withdrawal
  reason text check (reason in ('company_withdrew', 'logged_by_mistake', 'not_genuine')),
  -- withdrawn together with everything else that came with its pass
  with_pass boolean not null default false,
  note text,
  changed_by uuid,
  changed_at timestamptz not null,
  primary key (taskforce_id, id),
  unique (taskforce_id, pledge_id, version),
  foreign key (taskforce_id, pledge_id) references pledges (taskforce_id, id)
);
call isolate('pledge_changes');
revoke update, delete on pledge_changes from tilsagn_pledges_app;
grant update (note) on pledge_changes to tilsagn_pledges_app;

-- What a correction has replaced. The earliest row of a pledge is what was logged.
create table pledge_former_terms (
  taskforce_id uuid not null,
  -- of the change
  id uuid not null,
  pledge_id uuid not null,
  -- of the pledge, after the correction
  version integer not null,
  event_id uuid,
  company_name text not null,
  company_cvr text,
  company_p_number text,
  company_municipality text,
  company_id uuid,
  municipality text,
  job_type text not null,
  position_count integer not null,
  weekly_hours_from numeric(4, 2) not null,
  weekly_hours_to numeric(4, 2) not null,
  tasks text[] not null,
  earliest_start date,
  pledged_on date not null,
  flags text[] not null,
  corrected_at timestamptz not null,
  primary key (taskforce_id, id),
  unique (taskforce_id, pledge_id, version),
  foreign key (taskforce_id, id) references pledge_changes (taskforce_id, id)
);
-- For what came with the passes of an event and was moved to another one.
create index pledge_former_terms_by_event on pledge_former_terms (taskforce_id, event_id, pledge_id);
call isolate('pledge_former_terms');

-- The contact that a correction has replaced, and nothing else: to erase the person is to delete the row.
create table pledge_former_contacts (
  taskforce_id uuid not null,
  -- of the change
  id uuid not null,
  name text not null,
  phone text,
  email text,
  primary key (taskforce_id, id),
  foreign key (taskforce_id, id) references pledge_former_terms (taskforce_id, id)
);
call isolate('pledge_former_contacts');
revoke insert, update, delete on pledge_former_terms from tilsagn_pledges_app;
revoke insert, update on pledge_former_contacts from tilsagn_pledges_app;

-- The event of the pass that the pledge was logged with, where a correction has moved the pledge to another event.
alter table pledges add column pass_event_id uuid;
grant select (pass_event_id) on pledges to tilsagn_pledges_intake;

-- The service cannot change what was logged. This function can, and keeps what it replaces in the same transaction. It
-- runs as the owner of the tables, in the transaction's taskforce, for a pledge that the caller has locked.
-- `corrected` has the columns of `pledges`, and as `positions` the ids and numbers of those that the pledge has then:
-- only vacant ones are dropped, because those that became a job are referred to by it.
create function correct_pledge(change_id uuid, corrected jsonb, corrected_at timestamptz) returns void
language plpgsql
security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
  new pledges := jsonb_populate_record(null::pledges, corrected);
begin
  insert into pledge_former_terms
         (taskforce_id, id, pledge_id, version, event_id, company_name, company_cvr, company_p_number,
          company_municipality, company_id, municipality, job_type, position_count, weekly_hours_from, weekly_hours_to,
          tasks, earliest_start, pledged_on, flags, corrected_at)
  select taskforce_id, change_id, id, new.version, event_id, company_name, company_cvr, company_p_number,
         company_municipality, company_id, municipality, job_type, position_count, weekly_hours_from, weekly_hours_to,
         tasks, earliest_start, pledged_on, flags, correct_pledge.corrected_at
    from pledges
   where taskforce_id = current_taskforce()
     and id = new.id;
  insert into pledge_former_contacts (taskforce_id, id, name, phone, email)
  select taskforce_id, change_id, name, phone, email
    from pledge_contacts
   where taskforce_id = current_taskforce()
     and id = new.id;
  update pledges
     set pass_event_id = case when logged_with_pass and event_id is distinct from new.event_id
                              then coalesce(pass_event_id, event_id)
                              else pass_event_id end,
         event_id = new.event_id,
         company_name = new.company_name,
         company_cvr = new.company_cvr,
         company_p_number = new.company_p_number,
         company_municipality = new.company_municipality,
         company_id = new.company_id,
         municipality = new.municipality,
         job_type = new.job_type,
         position_count = new.position_count,
         weekly_hours_from = new.weekly_hours_from,
         weekly_hours_to = new.weekly_hours_to,
         tasks = new.tasks,
         earliest_start = new.earliest_start,
         pledged_on = new.pledged_on,
         flags = new.flags,
         review = new.review,
         version = new.version,
         status = new.status
   where taskforce_id = current_taskforce()
     and id = new.id;
  delete from positions
   where taskforce_id = current_taskforce()
     and pledge_id = new.id
     and status = 'open'
     and not corrected -> 'positions' ? number::text;
  insert into positions (taskforce_id, id, pledge_id, number, status)
  select pledge.taskforce_id, added.id::uuid, pledge.id, added.number::integer, 'open'
    from pledges as pledge
   cross join jsonb_each_text(corrected -> 'positions') as added (number, id)
   where pledge.taskforce_id = current_taskforce()
     and pledge.id = new.id
      on conflict do nothing;
end
$$;

-- A repeated request is answered with what was logged, whatever was corrected since.
create or replace function pledge_of_request(pledge_id uuid, fingerprint bytea)
returns table (
  taskforce_id uuid, id uuid, event_id uuid, company_name text, company_cvr text, company_p_number text,
  company_municipality text, company_id uuid, municipality text, job_type text, position_count integer,
  weekly_hours_from numeric, weekly_hours_to numeric, tasks text[], earliest_start date, captured_by text,
  logged_by uuid, logged_with_pass boolean, captured_at timestamptz, received_at timestamptz, pledged_on date,
  flags text[], version integer, status text)
language sql
stable
security definer
set search_path = pg_catalog, public, pg_temp
begin atomic
  select pledge.taskforce_id, pledge.id, logged.event_id, logged.company_name, logged.company_cvr,
         logged.company_p_number, logged.company_municipality, logged.company_id, logged.municipality,
         logged.job_type, logged.position_count, logged.weekly_hours_from, logged.weekly_hours_to, logged.tasks,
         logged.earliest_start, pledge.captured_by, pledge.logged_by, pledge.logged_with_pass, pledge.captured_at,
         pledge.received_at, logged.pledged_on, logged.flags, pledge.version, pledge.status
    from pledges as pledge
   cross join lateral (
         select former.version, former.event_id, former.company_name, former.company_cvr, former.company_p_number,
                former.company_municipality, former.company_id, former.municipality, former.job_type,
                former.position_count, former.weekly_hours_from, former.weekly_hours_to, former.tasks,
                former.earliest_start, former.pledged_on, former.flags
           from pledge_former_terms as former
          where former.taskforce_id = pledge.taskforce_id
            and former.pledge_id = pledge.id
          union all
         select pledge.version + 1, pledge.event_id, pledge.company_name, pledge.company_cvr, pledge.company_p_number,
                pledge.company_municipality, pledge.company_id, pledge.municipality, pledge.job_type,
                pledge.position_count, pledge.weekly_hours_from, pledge.weekly_hours_to, pledge.tasks,
                pledge.earliest_start, pledge.pledged_on, pledge.flags
          order by version
          limit 1
         ) as logged
   where pledge.taskforce_id = current_taskforce()
     and pledge.id = pledge_of_request.pledge_id
     and pledge.request_fingerprint = pledge_of_request.fingerprint;
end;

-- As of pledges and hires: a company that was typed may be a sole proprietor.
create function forget_companies_of_pledge_former_terms(ids uuid[]) returns setof uuid
language sql
security definer
set search_path = pg_catalog, public, pg_temp
begin atomic
  update pledge_former_terms
     set company_name = '(slettet)',
         company_cvr = null,
         company_p_number = null
   where taskforce_id = current_taskforce()
     and id = any (ids)
     and corrected_at < current_date - interval '12 months'
  returning id;
end;

revoke all on function correct_pledge(uuid, jsonb, timestamptz), forget_companies_of_pledge_former_terms(uuid[])
  from public;
grant execute on function correct_pledge(uuid, jsonb, timestamptz), forget_companies_of_pledge_former_terms(uuid[])
  to tilsagn_pledges_app;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
