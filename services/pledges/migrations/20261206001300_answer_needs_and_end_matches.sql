-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- What else a company can answer about a pledge's positions.
alter table pledge_needs
  -- the days can be agreed on: `weekdays` is null then
  add column any_weekday boolean not null default false,
  -- the last day on which somebody can start
  add column latest_start date,
  add constraint any_or_certain_weekdays check (not any_weekday or weekdays is null) not valid;

-- A match stands as long as its position is matched or tried, whichever way the position leaves that. Where the end of
-- the pledge, of the position or of the hire is undone, it stands again, unless the person has found another position.
create function participants.follow_position() returns trigger
language plpgsql
security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
  if old.status in ('matched', 'trial') then
    update participants.matches
       set ended_at = now(),
           outcome = case new.status when 'filled' then 'hired' when 'cancelled' then 'cancelled' else 'reopened' end
     where taskforce_id = new.taskforce_id
       and position_id = new.id
       and ended_at is null;
  elsif old.status in ('cancelled', 'filled') then
    update participants.matches as match
       set ended_at = null,
           outcome = null
     where match.taskforce_id = new.taskforce_id
       and match.id = (select latest.id
                         from participants.matches as latest
                        where latest.taskforce_id = new.taskforce_id
                          and latest.position_id = new.id
                        order by latest.matched_at desc
                        limit 1)
       and match.outcome in ('hired', 'cancelled')
       and not exists (select
                         from participants.matches as standing
                        where standing.taskforce_id = new.taskforce_id
                          and standing.ended_at is null
                          and (standing.participant_id = match.participant_id or standing.position_id = new.id));
  end if;
  return null;
end
$$;
revoke all on function participants.follow_position() from public;
create trigger follow_position
  after update of status on positions
  for each row
  when ((old.status in ('matched', 'trial')) <> (new.status in ('matched', 'trial')))
  execute function participants.follow_position();

-- squawk-ignore require-concurrent-index-creation
create index matches_of_positions on participants.matches (taskforce_id, position_id, matched_at desc);

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
