-- migrate:up
-- squawk-ignore-file ban-drop-column
-- No release has the columns that are dropped.
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- Whose work a note is: the colleagues whom it mentions, or who follow it up. Each ticks off their own.
create table case_note_mentions (
  taskforce_id uuid not null,
  id uuid not null,
  note_id uuid not null,
  person_id uuid not null,
  -- that of the note
  due_on date not null,
  done_at timestamptz,
  done_by uuid,
  primary key (taskforce_id, id),
  unique (taskforce_id, note_id, person_id),
  foreign key (taskforce_id, note_id) references case_notes (taskforce_id, id)
);
create index case_note_mentions_due on case_note_mentions (taskforce_id, due_on, id) where done_at is null;
create index case_note_mentions_due_by_person on case_note_mentions (taskforce_id, person_id, due_on, id)
  where done_at is null;
call isolate('case_note_mentions');
revoke update, delete on case_note_mentions from tilsagn_pledges_app;
grant update (done_at, done_by) on case_note_mentions to tilsagn_pledges_app;

insert into case_note_mentions (taskforce_id, id, note_id, person_id, due_on, done_at, done_by)
select taskforce_id, gen_random_uuid(), id, person_id, due_on, done_at, done_by
  from case_notes
 where person_id is not null;

alter table case_notes
  drop column person_id,
  drop column done_at,
  drop column done_by;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
