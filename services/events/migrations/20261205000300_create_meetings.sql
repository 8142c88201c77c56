-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- What a taskforce meeting has besides its event: its agenda, its decisions and the times of its figures. Meetings that
-- earlier releases have drafted get a row with their first change.
create table meetings (
  taskforce_id uuid not null references taskforces (id),
  -- the id of its event
  id uuid not null,
  -- the day its figures are for; null: the day it is held
  as_of date,
  -- its figures include what was recorded by then; null: not fixed
  known_at timestamptz,
  -- decisions of earlier meetings that come back at this one, as last published
  decisions_open integer not null default 0 check (decisions_open >= 0),
  version integer not null check (version > 0),
  -- the subject of the token of the last change; null: drafted with the event
  changed_by text,
  changed_at timestamptz not null,
  primary key (taskforce_id, id),
  foreign key (taskforce_id, id) references employer_events (taskforce_id, id)
);
call isolate('meetings');

create table agenda_items (
  taskforce_id uuid not null references taskforces (id),
  id uuid not null,
  meeting_id uuid not null,
  -- the order of the agenda: 1 is the first
  place integer not null check (place > 0),
  title text not null,
  -- how long it may take
  minutes integer check (minutes > 0),
  -- a person, who may have been erased
  presenter uuid,
  -- what the projector shows meanwhile; null: the title alone
  shows text,
  -- the minutes of the item, and their own version; null: none
  notes text,
  notes_version integer not null default 0 check (notes_version >= 0),
  notes_by text,
  notes_at timestamptz,
  primary key (taskforce_id, id),
  foreign key (taskforce_id, meeting_id) references meetings (taskforce_id, id),
  unique (taskforce_id, meeting_id, place) deferrable initially deferred
);
call isolate('agenda_items');

create table decisions (
  taskforce_id uuid not null references taskforces (id),
  id uuid not null,
  -- the meeting that made it, and the item of the agenda; null: no item in particular
  meeting_id uuid not null,
  item_id uuid,
  text text not null,
  -- a person, who may have been erased
  owner uuid not null,
  due_on date not null,
  status text not null check (status in ('open', 'done', 'dropped')),
  -- why it was dropped
  reason text,
  made_at timestamptz not null,
  -- the subjects of the tokens
  made_by text not null,
  changed_at timestamptz not null,
  changed_by text not null,
  -- when it was done or dropped
  settled_at timestamptz,
  settled_by text,
  version integer not null check (version > 0),
  primary key (taskforce_id, id),
  check ((status = 'open') = (settled_at is null)),
  check ((status = 'open') = (settled_by is null)),
  foreign key (taskforce_id, meeting_id) references employer_events (taskforce_id, id),
  foreign key (taskforce_id, item_id) references agenda_items (taskforce_id, id)
);
create index decisions_of_meeting on decisions (taskforce_id, meeting_id);
create index decisions_of_item on decisions (taskforce_id, item_id) where item_id is not null;
create index decisions_open on decisions (taskforce_id, due_on, id) where status = 'open';
call isolate('decisions');

-- To whom the pack of a meeting has been announced: to everybody once.
create table issued_packs (
  taskforce_id uuid not null references taskforces (id),
  meeting_id uuid not null,
  person_id uuid not null,
  issued_at timestamptz not null,
  primary key (taskforce_id, meeting_id, person_id),
  foreign key (taskforce_id, meeting_id) references employer_events (taskforce_id, id)
);
call isolate('issued_packs');

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
