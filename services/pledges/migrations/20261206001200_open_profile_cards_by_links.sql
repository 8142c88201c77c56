-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- Somebody with a link is no reader of a municipality or programme. Their transaction sees the link whose secret they
-- have, and then the one participant that the link belongs to.
alter policy of_readers on participants.participants
  using (participants.is_visible(municipality, programme)
         or id = nullif(current_setting('app.participants_one', true), '')::uuid)
  with check (participants.is_visible(municipality, programme)
              or id = nullif(current_setting('app.participants_one', true), '')::uuid);
alter policy of_readers on participants.links
  using (participant_id in (select id from participants.participants)
         or secret_hash = decode(nullif(current_setting('app.participants_link', true), ''), 'hex'));

-- When the citizen has last changed or withdrawn the card by their link; null: a case worker has seen it.
alter table participants.profile_cards add column citizen_changed_at timestamptz;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
