-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '300s';

-- ---- Reasons that former releases have kept and not published.

-- The dashboard counts hires that have ended by their reason, which their messages have not said. So the state of each
-- such hire is published once more, under the next version.
with published as (
    select distinct on (taskforce_id, aggregateid)
           taskforce_id, aggregateid, version, payload
      from outbox
     where aggregatetype = 'pledges.hire'
     order by taskforce_id, aggregateid, version desc
), unpublished as (
    update hires as hire
       set version = hire.version + 1
      from published
     where published.taskforce_id = hire.taskforce_id
       and published.aggregateid = hire.id
       and published.version = hire.version
       and hire.end_reason is not null
       and published.payload ->> 'end_reason' is null
    returning hire.taskforce_id, hire.id, hire.version, hire.end_reason, published.payload
)
insert into outbox (id, taskforce_id, aggregatetype, aggregateid, version, type, payload, correlation_id)
select gen_random_uuid(),
       taskforce_id,
       'pledges.hire',
       id,
       version,
       'tilsagn.pledges.HireCorrected.v1',
       payload || jsonb_build_object(
         'version', version,
         'recorded_at', transaction_timestamp(),
         'end_reason', end_reason,
         'steps', (select jsonb_agg(jsonb_build_object('starts_on', starts_on,
                                                       'paid_weekly_hours', paid_weekly_hours::text,
                                                       'praktik_weekly_hours', praktik_weekly_hours::text,
                                                       'job_type', job_type) order by starts_on)
                     from hire_steps
                    where hire_steps.taskforce_id = unpublished.taskforce_id
                      and hire_id = unpublished.id),
         'checkpoints', (select coalesce(jsonb_agg(jsonb_build_object('months', months,
                                                                      'due_on', due_on,
                                                                      'answer', answer,
                                                                      'answered_on', answered_on) order by months), '[]')
                           from hire_checkpoints
                          where hire_checkpoints.taskforce_id = unpublished.taskforce_id
                            and hire_id = unpublished.id)
       ),
       gen_random_uuid()
  from unpublished;

-- ---- Forgetting them.

-- That somebody has left for their health may say whose health it is. After its deadline it becomes `other`, here and
-- in the messages, which are read again when the dashboard is rebuilt.
create function forget_health_reasons(ids uuid[]) returns setof uuid
language sql
security definer
set search_path = pg_catalog, public, pg_temp
begin atomic
  update outbox
     set payload = jsonb_set(payload, '{end_reason}', '"other"')
   where taskforce_id = current_taskforce()
     and aggregatetype = 'pledges.hire'
     and aggregateid = any (ids)
     and payload ->> 'end_reason' = 'health';

  update hire_changes
     set reason = 'other'
   where taskforce_id = current_taskforce()
     and hire_id = any (ids)
     and reason = 'health';

  update hires
     set end_reason = 'other'
   where taskforce_id = current_taskforce()
     and id = any (ids)
     and end_reason = 'health'
     and ended_on < current_date - interval '12 months'
  returning id;
end;
revoke all on function forget_health_reasons(uuid[]) from public;
grant execute on function forget_health_reasons(uuid[]) to tilsagn_pledges_app;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
