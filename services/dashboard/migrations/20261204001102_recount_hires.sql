-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '300s';

-- What hires of former releases count as now: a single step of paid or unpaid hours, an end without a known reason, and
-- whether the person was employed 3, 6 and 12 months after the start, which nobody has said.
update hire_versions as hire
   set deltas = array(
         select row(measure, day, delta, job_type, event_id)::delta
           from unnest(hire.deltas)
          where measure <> 'hires_ended'
          union all
         select row('hires_current_hours_' || band.hours, day, delta, hire.job_type, null)::delta
           from (select case
                          when hire.job_type in ('praktik', 'traening') or hire.weekly_hours = 0 then '0'
                          when hire.weekly_hours < 5 then '1_4'
                          when hire.weekly_hours < 10 then '5_9'
                          when hire.weekly_hours < 16 then '10_15'
                          when hire.weekly_hours < 21 then '16_20'
                          when hire.weekly_hours < 30 then '21_29'
                          else '30'
                        end as hours) as band,
                (values (hire.start_date, 1), (hire.ended_on, -1)) as change (day, delta)
          where day is not null
            and (hire.ended_on is null or hire.ended_on > hire.start_date)
          union all
         select row('hires_ended_unknown', greatest(hire.ended_on, hire.start_date), 1, hire.job_type, null)::delta
          where hire.ended_on is not null
          union all
         select row('employed_after_' || months || '_unknown',
                    (hire.start_date + make_interval(months => months))::date, 1, hire.job_type, null)::delta
           from unnest(array[3, 6, 12]) as months
       );

-- A trigger keeps the sums up to date.
update contributions as counted
   set deltas = hire.deltas
  from hire_versions as hire
 where counted.aggregate = 'hire_versions'
   and hire.generation = counted.generation
   and hire.taskforce_id = counted.taskforce_id
   and hire.hire_id = counted.aggregate_id
   and hire.version = counted.version;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
