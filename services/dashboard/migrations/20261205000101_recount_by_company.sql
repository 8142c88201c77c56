-- migrate:up
-- squawk-ignore-file require-concurrent-index-creation, require-concurrent-index-deletion
-- Writes wait while the index is built: less than a second for a million rows. What is built concurrently can fail half
-- way and leave an invalid index, and nobody would see it.

set local lock_timeout = '2s';
set local statement_timeout = '300s';

-- Workers wait meanwhile; pages do not. What is counted anew below would be counted twice by the triggers.
alter table contributions
  disable trigger new_contributions,
  disable trigger changed_contributions;

update contributions as counted
   set company_id = pledge.company_id,
       municipality = pledge.municipality,
       first_day = coalesce((select min(day) from unnest(pledge.deltas)), 'infinity'),
       first_recorded_at = (select min(recorded_at)
                              from pledge_versions as earlier
                             where earlier.generation = counted.generation
                               and earlier.taskforce_id = counted.taskforce_id
                               and earlier.pledge_id = counted.aggregate_id)
  from pledge_versions as pledge
 where counted.aggregate = 'pledge_versions'
   and pledge.generation = counted.generation
   and pledge.taskforce_id = counted.taskforce_id
   and pledge.pledge_id = counted.aggregate_id
   and pledge.version = counted.version;

-- What a hire counts as says now, for every measure, on which event's pledge it is.
update hire_versions as hire
   set deltas = array(
         select row(measure, day, delta, job_type, hire.event_id)::delta
           from unnest(hire.deltas) with ordinality as one (measure, day, delta, job_type, event_id, place)
          order by place
       )
 where event_id is not null;

update contributions as counted
   set company_id = hire.company_id,
       municipality = hire.municipality,
       deltas = hire.deltas,
       first_day = coalesce((select min(day) from unnest(hire.deltas)), 'infinity'),
       first_recorded_at = (select min(recorded_at)
                              from hire_versions as earlier
                             where earlier.generation = counted.generation
                               and earlier.taskforce_id = counted.taskforce_id
                               and earlier.hire_id = counted.aggregate_id)
  from hire_versions as hire
 where counted.aggregate = 'hire_versions'
   and hire.generation = counted.generation
   and hire.taskforce_id = counted.taskforce_id
   and hire.hire_id = counted.aggregate_id
   and hire.version = counted.version;

update contributions as counted
   set company_id = attendance.company_id,
       first_day = coalesce((select min(day) from unnest(attendance.deltas)), 'infinity'),
       first_recorded_at = (select min(recorded_at)
                              from attendances as earlier
                             where earlier.generation = counted.generation
                               and earlier.taskforce_id = counted.taskforce_id
                               and earlier.attendance_id = counted.aggregate_id)
  from attendances as attendance
 where counted.aggregate = 'attendances'
   and attendance.generation = counted.generation
   and attendance.taskforce_id = counted.taskforce_id
   and attendance.attendance_id = counted.aggregate_id
   and attendance.version = counted.version;

delete from deltas where true;
delete from company_deltas where true;
insert into company_deltas
select change.generation, change.taskforce_id, sums.period, sums.day, measure, job_type, event_id, change.company_id,
       change.municipality, sum(delta), sum(removed)
  from contributions as counted,
       changes_of(counted, 1) as change,
       lateral (values ('day', change.day),
                       ('quarter', date_trunc('quarter', change.day::timestamp)::date)) as sums (period, day)
 group by 1, 2, 3, 4, 5, 6, 7, 8, 9
having sum(delta) <> 0 or sum(removed) <> 0;
insert into deltas (generation, taskforce_id, period, day, measure, job_type, event_id, delta, removed)
select generation, taskforce_id, period, day, measure, job_type, event_id, sum(delta), sum(removed)
  from company_deltas
 group by 1, 2, 3, 4, 5, 6, 7
having sum(delta) <> 0 or sum(removed) <> 0;

alter table contributions
  enable trigger new_contributions,
  enable trigger changed_contributions;

-- For what was known at a moment: with it in place of the former index, what was recorded later and counts from a later
-- day on is passed over in the index.
create index contributions_known on contributions
  (generation, taskforce_id, recorded_at, first_day, first_recorded_at);
drop index contributions_recorded;

-- For what a company counts for, and what has changed since a moment under a filter.
create index contributions_of_companies on contributions (generation, taskforce_id, company_id)
  where company_id is not null;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
