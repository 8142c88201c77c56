-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- Which rows were erased because the person they were about asked for it, and nothing of what they held. A restore
-- brings them back; by this they are erased again (tilsagn reconcile --erasures). It is only ever added to.
create table erasures (
  taskforce_id uuid not null,
  id uuid not null,
  erased_table text not null,
  erased_key uuid not null,
  -- the subject of whoever did it; null: an operator
  erased_by text,
  erased_at timestamptz not null default clock_timestamp(),
  primary key (taskforce_id, id)
);
alter table erasures enable row level security;
create policy own_taskforce on erasures
  using (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid)
  with check (taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid);
revoke update, delete on erasures from tilsagn_events_app;

-- An account with everything that refers to it, whatever tables there will be. What somebody has done keeps their
-- number, which is nobody's then. The last administrator stays: without one, nobody can let anybody in again.
create function erase_accounts(ids uuid[]) returns setof uuid
language plpgsql
as $$
declare
  tenant uuid := nullif(current_setting('app.taskforce', true), '')::uuid;
  erased uuid[];
  referring record;
begin
  -- Two at once, each of the other's account, wait for one another.
  perform from taskforces where id = tenant for no key update;
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
  if exists (select from person_roles where taskforce_id = tenant and role = 'admin' and person_id = any (erased))
     and not exists (select from person_roles
                       join people on people.taskforce_id = tenant and people.id = person_id
                      where person_roles.taskforce_id = tenant and role = 'admin' and person_id <> all (erased)
                        and deactivated_at is null) then
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
