-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- As before, but for who the last administrator is: the last of those who take part.
create or replace function erase_accounts(ids uuid[]) returns setof uuid
language plpgsql
as $$
declare
  tenant uuid := nullif(current_setting('app.taskforce', true), '')::uuid;
  erased uuid[];
  referring record;
begin
  -- The lock of whatever else concerns several people (services/events/identity/people/store.py: lock_people).
  perform pg_advisory_xact_lock(hashtextextended('people ' || tenant, 0));
  select array_agg(locked.id)
    into erased
    from (select id
            from people
           where taskforce_id = tenant
             and id = any (ids)
           order by id
             for update) as locked;
  if erased is null then
    return;
  end if;
  if exists (select from people
               join person_roles on person_roles.taskforce_id = people.taskforce_id and person_id = people.id
              where people.taskforce_id = tenant
                and role = 'admin'
                and deactivated_at is null
                and people.id = any (erased))
     and not exists (select from people
                       join person_roles on person_roles.taskforce_id = people.taskforce_id and person_id = people.id
                      where people.taskforce_id = tenant
                        and role = 'admin'
                        and deactivated_at is null
                        and people.id <> all (erased)) then
    raise exception 'the last administrator' using errcode = 'restrict_violation';
  end if;
  for referring in
    select link.conrelid::regclass as name,
           held.attname as column_name
      from pg_constraint as link
     cross join unnest(link.conkey, link.confkey) as pair (own, foreign_one)
      join pg_attribute as held on held.attrelid = link.conrelid and held.attnum = pair.own
      join pg_attribute as known on known.attrelid = link.confrelid and known.attnum = pair.foreign_one
     where link.contype = 'f'
       and link.confrelid = 'people'::regclass
       and known.attname = 'id'
  loop
    execute format('delete from %s where taskforce_id = $1 and %I = any ($2)', referring.name, referring.column_name)
      using tenant, erased;
  end loop;
  return query
    delete from people
     where taskforce_id = tenant
       and id = any (erased)
    returning id;
end
$$;

-- migrate:down
-- forward only: dbmate wants the block, nothing goes in it
