-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- What colleagues write about a case, and what they ask each other or themselves to do. Rows are never changed, except
-- that a note is ticked off, and its text is emptied after its deadline.
create table case_notes (
  taskforce_id uuid not null,
  id uuid not null,
  pledge_id uuid,
  hire_id uuid,
  -- mention: for a colleague to see; follow_up: to be done on a day
  kind text not null check (kind in ('note', 'mention', 'follow_up')),
  body text,
  -- whose work it is, and from which day
  person_id uuid,
  due_on date,
  written_by uuid not null,
  written_at timestamptz not null,
  done_at timestamptz,
  done_by uuid,
  primary key (taskforce_id, id),
  foreign key (taskforce_id, pledge_id) references pledges (taskforce_id, id),
  foreign key (taskforce_id, hire_id) references hires (taskforce_id, id),
  check ((pledge_id is null) <> (hire_id is null)),
  check ((kind = 'note') = (person_id is null)),
  check ((kind = 'note') = (due_on is null))
);
create index case_notes_of_pledge on case_notes (taskforce_id, pledge_id, written_at desc) where pledge_id is not null;
create index case_notes_of_hire on case_notes (taskforce_id, hire_id, written_at desc) where hire_id is not null;
create index case_notes_due on case_notes (taskforce_id, due_on, id) where done_at is null and due_on is not null;
create index case_notes_due_by_person on case_notes (taskforce_id, person_id, due_on, id)
  where done_at is null and due_on is not null;
call isolate('case_notes');
revoke update, delete on case_notes from tilsagn_pledges_app;
grant update (body, done_at, done_by) on case_notes to tilsagn_pledges_app;

-- Filters of the work list that somebody has named.
create table queue_views (
  taskforce_id uuid not null,
  id uuid not null,
  name text not null,
  -- of the address of the work list
  query text not null,
  -- whether colleagues have it, too
  shared boolean not null,
  saved_by uuid not null,
  saved_at timestamptz not null,
  primary key (taskforce_id, id)
);
create index queue_views_of_person on queue_views (taskforce_id, saved_by);
call isolate('queue_views');

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
