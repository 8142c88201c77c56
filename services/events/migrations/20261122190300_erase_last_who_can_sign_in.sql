-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- As before, but for who the last administrator is: as on the pages, somebody who could not sign in as one does not
-- count. With such a one alone nobody would be let in again.
create or replace function erase_accounts(ids uuid[]) returns setof uuid
language plpgsql
as $$
declare
  tenant uuid := nullif(current_setting('app.taskforce', true), '')::uuid;
  erased uuid[];
  referring record;
  opens boolean;
  others boolean;
  others_open boolean;
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
  -- As the pages decide it (services/events/identity/people/domain.py: is_last_administrator), of several at once: who takes part,
  -- and of each whether they have what opens the role.
  select bool_or(going.is_going and can_sign_in),
         bool_or(not going.is_going),
         bool_or(not going.is_going and can_sign_in)
    into opens, others, others_open
    from people as administrator
   cross join lateral (select administrator.id = any (erased) as is_going) as going
   cross join lateral (select exists (select from passkeys
                                       where passkeys.taskforce_id = tenant
                                         and passkeys.person_id = administrator.id)
                              or exists (select from provider_links
                                          where provider_links.taskforce_id = tenant
                                            and provider_links.person_id = administrator.id) as can_sign_in) as opening
   where administrator.taskforce_id = tenant
     and administrator.deactivated_at is null
     and exists (select from person_roles
                  where person_roles.taskforce_id = tenant
                    and person_roles.person_id = administrator.id
                    and role = 'admin')
  having bool_or(going.is_going);
  if found and (not others or (opens and not others_open)) then
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
