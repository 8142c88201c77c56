-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- Whoever has scanned an event's code is nobody we know. What they ask for is done as a role of its own, which can do
-- what logging a pledge takes and nothing else: it writes contacts and cannot read one, sees of the pledges those that
-- came with a pass, and of hires, of who looked at whom and of all the rest nothing.
grant select (taskforce_id, id, title, place, status, starts_at, ends_at, closed_at, pass_generation)
  on employer_events to tilsagn_pledges_intake;
grant select (taskforce_id, id, name, name_key, cvr, municipality) on companies to tilsagn_pledges_intake;
grant select (taskforce_id, event_id, company_id) on attendances to tilsagn_pledges_intake;

grant insert on pledges, pledge_contacts, positions, idempotency_keys, outbox to tilsagn_pledges_intake;
grant select (taskforce_id, id, event_id, company_name, company_cvr, company_p_number, company_municipality, company_id,
              job_type, weekly_hours_from, weekly_hours_to, tasks, earliest_start, captured_by, logged_by,
              logged_with_pass, captured_at, received_at, pledged_on, flags, version, status)
  on pledges to tilsagn_pledges_intake;
grant select (taskforce_id, id, pledge_id, number, status) on positions to tilsagn_pledges_intake;
grant select (taskforce_id, operation, key, request_digest, subject_id) on idempotency_keys to tilsagn_pledges_intake;

-- Beside what binds everybody to their taskforce.
create policy what_came_with_a_pass on pledges as restrictive to tilsagn_pledges_intake
  using (logged_with_pass)
  with check (logged_with_pass and logged_by is null);
create policy of_what_came_with_a_pass on positions as restrictive for select to tilsagn_pledges_intake
  using (exists (select
                   from pledges
                  where pledges.taskforce_id = positions.taskforce_id
                    and pledges.id = positions.pledge_id));
create policy of_pledges on idempotency_keys as restrictive to tilsagn_pledges_intake
  using (operation = 'log_pledge')
  with check (operation = 'log_pledge');

-- A pledge may have been sent by somebody signed in, whose session ended before the answer came, and sent again by the
-- same phone with a pass. Only who sent it knows what the request is recognised by.
create function pledge_of_request(pledge_id uuid, digests bytea[])
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
  select pledge.taskforce_id, pledge.id, pledge.event_id, pledge.company_name, pledge.company_cvr,
         pledge.company_p_number, pledge.company_municipality, pledge.company_id, pledge.municipality,
         pledge.job_type, pledge.position_count, pledge.weekly_hours_from, pledge.weekly_hours_to, pledge.tasks,
         pledge.earliest_start, pledge.captured_by, pledge.logged_by, pledge.logged_with_pass, pledge.captured_at,
         pledge.received_at, pledge.pledged_on, pledge.flags, pledge.version, pledge.status
    from pledges as pledge
   where pledge.taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid
     and pledge.id = pledge_of_request.pledge_id
     and pledge.request_digest = any (digests);
end;
revoke all on function pledge_of_request(uuid, bytea[]) from public;
grant execute on function pledge_of_request(uuid, bytea[]) to tilsagn_pledges_intake, tilsagn_pledges_app;

-- migrate:down
-- forward only: dbmate wants the block, nothing goes in it
