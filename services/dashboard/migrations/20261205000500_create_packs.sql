-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- The packs of meetings, as files. They belong to no generation of the read model: a rebuild leaves them as they are.
-- A file can be made again at any time for the same pair of times, with the same bytes as long as the agenda and the
-- decisions are the same.
create table packs (
  taskforce_id uuid not null,
  id uuid not null,
  meeting_id uuid not null,
  language text not null check (language in ('da', 'en')),
  -- who may read it
  audience text not null check (audience in ('staff', 'members', 'readers')),
  as_of date not null,
  known_at timestamptz not null,
  -- the versions of the meeting and its event when it was asked for
  edition text not null,
  asked_at timestamptz not null,
  status text not null check (status in ('waiting', 'making', 'made', 'failed')),
  -- how many of its steps are done
  step integer not null default 0,
  attempts integer not null default 0,
  -- waiting: not tried before; making: whoever makes it has until then
  due_at timestamptz not null,
  -- why the last attempt did not make it
  problem text,
  made_at timestamptz,
  -- of the agenda and the decisions in it
  agenda_digest text,
  -- the accounts whose holders it names
  people uuid[] not null default '{}',
  -- the words of its agenda and decisions in small letters, to find whom they mention
  texts text not null default '',
  pdf bytea,
  xlsx bytea,
  primary key (taskforce_id, id),
  check ((status = 'made') = (pdf is not null and xlsx is not null and made_at is not null))
);
-- Who asks twice at once gets one pack.
create unique index packs_in_work on packs (taskforce_id, meeting_id, language, audience)
  where status in ('waiting', 'making');
create index packs_of_meeting on packs (taskforce_id, meeting_id, language, audience, asked_at);
create index packs_with_people on packs using gin (people);
call isolate('packs');

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
