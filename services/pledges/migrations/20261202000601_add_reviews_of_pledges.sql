-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- Whether the pledge counts. Null: it has counted from the start. While it waits, and when a coordinator has rejected
-- it, no figure includes it and it is in no work list.
alter table pledges add column review text;
alter table pledges add constraint pledges_review check (review in ('waiting', 'accepted', 'rejected')) not valid;
-- Of the pass it was logged with: what one pass has pledged is added up.
alter table pledges add column pass_generation integer;
grant update (review) on pledges to tilsagn_pledges_app;
grant select (review, pass_generation, position_count) on pledges to tilsagn_pledges_intake;
-- An event may be opened before its start: its hours are from then on.
grant select (opened_at) on employer_events to tilsagn_pledges_intake;

-- What coordinators have decided, and who did when. Rows are never changed.
create table pledge_reviews (
  taskforce_id uuid not null,
  pledge_id uuid not null,
  -- of the pledge, after the decision
  version integer not null,
  decision text not null check (decision in ('accepted', 'rejected')),
  decided_by uuid,
  decided_at timestamptz not null,
  primary key (taskforce_id, pledge_id, version)
);
call isolate('pledge_reviews');
revoke update, delete on pledge_reviews from tilsagn_pledges_app;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
