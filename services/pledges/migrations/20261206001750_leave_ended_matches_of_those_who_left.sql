-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- As before, but a match does not stand again for somebody who has left in the meantime: nobody leaves while a position
-- is found for them.
create or replace function participants.follow_position() returns trigger
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
       and exists (select
                     from participants.participants as participant
                    where participant.taskforce_id = new.taskforce_id
                      and participant.id = match.participant_id
                      and participant.status <> 'left')
       and not exists (select
                         from participants.matches as standing
                        where standing.taskforce_id = new.taskforce_id
                          and standing.ended_at is null
                          and (standing.participant_id = match.participant_id or standing.position_id = new.id));
  end if;
  return null;
end
$$;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
