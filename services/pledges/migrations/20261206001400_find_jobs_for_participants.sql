-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- Whether a pledge was made for one citizen. Whose it is, `participants.pledges` knows.
alter table pledges add column for_citizen boolean not null default false;
grant update (for_citizen) on pledges to tilsagn_pledges_participants;

-- Whose profile card a company was given.
create table participants.cards_handed_over (
  taskforce_id uuid not null,
  -- a row of the table `outreach`
  outreach_id uuid not null,
  participant_id uuid not null,
  primary key (taskforce_id, outreach_id),
  foreign key (taskforce_id, participant_id)
    references participants.participants (taskforce_id, id) on delete cascade
);
create index cards_handed_over_of_participant on participants.cards_handed_over (taskforce_id, participant_id);
call participants.isolate('participants.cards_handed_over');
grant select, insert, update, delete on participants.cards_handed_over to tilsagn_pledges_participants;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
