-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- An item of a meeting's agenda: how long it may take, and what the projector shows meanwhile.
create type agenda_item as (
  item_id uuid,
  minutes integer,
  shows text
);

-- Taskforce meetings, which are events too: the times of their figures, and the agenda in its order.
create table meetings (
  generation integer not null,
  taskforce_id uuid not null,
  meeting_id uuid not null,
  version integer not null,
  recorded_at timestamptz not null,
  as_of date not null,
  known_at timestamptz,
  agenda agenda_item[] not null,
  decisions_open integer not null,
  deltas delta[] not null,
  primary key (generation, taskforce_id, meeting_id, version)
);
call isolate('meetings');

-- As before, but for every table that has rows of a generation, so that a new one needs no change here.
create or replace function discard_rows(of_generation integer, at_most integer) returns bigint
language plpgsql
security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
  name text;
  discarded bigint;
begin
  perform from generations where generation = of_generation and state = 'dropped';
  if not found then
    raise exception 'generation % has not been dropped', of_generation;
  end if;
  for name in
    select relname
      from pg_class
      join pg_attribute on attrelid = pg_class.oid
     where relnamespace = 'public'::regnamespace
       and relkind = 'r'
       and relname <> 'generations'
       and attname = 'generation'
       and not attisdropped
     order by relname
  loop
    execute format(
      'delete from public.%I where ctid = any (array(select ctid from public.%I where generation = $1 limit $2))',
      name, name
    ) using of_generation, at_most;
    get diagnostics discarded = row_count;
    if discarded > 0 then
      return discarded;
    end if;
  end loop;
  return 0;
end
$$;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
