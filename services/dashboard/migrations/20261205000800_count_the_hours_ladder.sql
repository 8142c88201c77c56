-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '300s';

-- What hires already known count as now, too: whether the paid hours of a step are more than those of the first one, the
-- same or fewer. A release before 0.4.0 has written no steps, for hires of a single one.
update hire_versions as hire
   set deltas = deltas || array(
         select row('hires_current_ladder_' || stage.compared, change.day, change.delta, stage.job_type,
                    hire.event_id)::delta
           from (select starts_on,
                        job_type,
                        case sign(paid_weekly_hours - first_value(paid_weekly_hours) over ladder)
                          when 1 then 'more'
                          when -1 then 'fewer'
                          else 'same'
                        end as compared,
                        coalesce(lead(starts_on) over ladder,
                                 case when hire.ended_on is not null
                                      then greatest(hire.ended_on, hire.start_date) end) as ends_on
                   from (select starts_on, paid_weekly_hours, job_type, place
                           from unnest(hire.steps) with ordinality
                                  as step (starts_on, paid_weekly_hours, praktik_weekly_hours, job_type, place)
                          where place = 1 or hire.ended_on is null
                             or starts_on < greatest(hire.ended_on, hire.start_date)
                          union all
                         select hire.start_date, hire.weekly_hours, hire.job_type, 1
                          where hire.steps = '{}') as begun
                 window ladder as (order by place)) as stage,
                lateral (values (stage.starts_on, 1), (stage.ends_on, -1)) as change (day, delta)
          where change.day is not null
            and (stage.ends_on is null or stage.starts_on < stage.ends_on)
       )
 where counted
   and deltas <> '{}';

-- A trigger keeps the sums up to date.
update contributions as counted
   set deltas = hire.deltas
  from hire_versions as hire
 where counted.aggregate = 'hire_versions'
   and hire.generation = counted.generation
   and hire.taskforce_id = counted.taskforce_id
   and hire.hire_id = counted.aggregate_id
   and hire.version = counted.version
   and hire.deltas <> counted.deltas;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
