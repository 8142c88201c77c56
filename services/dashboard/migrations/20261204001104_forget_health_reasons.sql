-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- That somebody has left for their health may say whose health it is. After its deadline it counts as `other`; pledges
-- does the same with its messages, so that a rebuild does not bring it back.
create function forget_health_reasons(ids uuid[]) returns setof uuid
language sql
security definer
set search_path = pg_catalog, public, pg_temp
begin atomic
  with forgotten as (
      update hire_versions as hire
         set end_reason = 'other',
             deltas = array(
               select row(case measure when 'hires_ended_health' then 'hires_ended_other' else measure end,
                          day, delta, job_type, event_id)::delta
                 from unnest(hire.deltas) with ordinality
                order by ordinality
             )
       where taskforce_id = current_taskforce()
         and hire_id = any (ids)
         and end_reason = 'health'
         and ended_on < current_date - interval '12 months'
      returning generation, taskforce_id, hire_id, version, deltas
  ), recounted as (
      -- A trigger keeps the sums up to date.
      update contributions as counted
         set deltas = forgotten.deltas
        from forgotten
       where counted.aggregate = 'hire_versions'
         and counted.generation = forgotten.generation
         and counted.taskforce_id = forgotten.taskforce_id
         and counted.aggregate_id = forgotten.hire_id
         and counted.version = forgotten.version
  )
  select distinct hire_id
    from forgotten;
end;
revoke all on function forget_health_reasons(uuid[]) from public;
grant execute on function forget_health_reasons(uuid[]) to tilsagn_dashboard_app;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
