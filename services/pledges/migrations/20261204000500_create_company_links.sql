-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- The links with which companies open their own page, without an account. One of each company works at a time.
create table company_links (
  taskforce_id uuid not null,
  id uuid not null,
  company_id uuid not null,
  issued_at timestamptz not null,
  -- null: for a mail
  issued_by uuid,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  -- null: it had expired when the next one was made
  revoked_by uuid,
  primary key (taskforce_id, id),
  check (expires_at > issued_at)
);
create unique index company_links_in_use on company_links (taskforce_id, company_id) where revoked_at is null;
call isolate('company_links');
revoke update, delete on company_links from tilsagn_pledges_app;
grant update (expires_at, revoked_at, revoked_by) on company_links to tilsagn_pledges_app;

-- What companies have answered on their page. Each answer has made a version of what it is about.
create table company_answers (
  taskforce_id uuid not null,
  -- made with the page on which the answer is checked: sent twice, it is given once
  id uuid not null,
  company_id uuid not null,
  kind text not null
    check (kind in ('affirmed', 'adjusted', 'withdrawn', 'still_employed', 'registered', 'unregistered')),
  pledge_id uuid,
  hire_id uuid,
  event_id uuid,
  -- of an answer whether somebody is still employed: the checkpoint, and the answer
  months integer check (months in (3, 6, 12)),
  answer text check (answer in ('same_company', 'elsewhere', 'no', 'unknown')),
  -- of the pledge, the hire or the request to the event, after the answer
  version integer not null check (version > 0),
  answered_at timestamptz not null,
  seen_by uuid,
  seen_at timestamptz,
  undone_by uuid,
  undone_at timestamptz,
  primary key (taskforce_id, id),
  foreign key (taskforce_id, pledge_id) references pledges (taskforce_id, id),
  foreign key (taskforce_id, hire_id) references hires (taskforce_id, id),
  check ((kind in ('affirmed', 'adjusted', 'withdrawn')) = (pledge_id is not null)),
  check ((kind = 'still_employed') = (hire_id is not null)),
  check ((kind = 'still_employed') = (months is not null and answer is not null)),
  check ((kind in ('registered', 'unregistered')) = (event_id is not null))
);
create index company_answers_of_company on company_answers (taskforce_id, company_id, answered_at desc, id);
create index company_answers_of_pledge on company_answers (taskforce_id, pledge_id, version)
  where pledge_id is not null;
create index company_answers_of_hire on company_answers (taskforce_id, hire_id, version) where hire_id is not null;
create index company_answers_unseen on company_answers (taskforce_id, answered_at, id) where seen_at is null;
call isolate('company_answers');
revoke update, delete on company_answers from tilsagn_pledges_app;
grant update (seen_by, seen_at, undone_by, undone_at) on company_answers to tilsagn_pledges_app;

-- Whether a company wants to come to an event. `events` decides, and answers with the registration.
create table registration_requests (
  taskforce_id uuid not null,
  id uuid not null,
  version integer not null check (version > 0),
  event_id uuid not null,
  company_id uuid not null,
  -- false: it does not want to come after all
  wanted boolean not null,
  requested_at timestamptz not null,
  primary key (taskforce_id, id)
);
create index registration_requests_of_company on registration_requests (taskforce_id, company_id);
call isolate('registration_requests');

-- The checkpoints about which the company has been mailed: once each.
create table checkpoint_mails (
  taskforce_id uuid not null,
  hire_id uuid not null,
  months integer not null check (months in (3, 6, 12)),
  issued_at timestamptz not null,
  primary key (taskforce_id, hire_id, months),
  foreign key (taskforce_id, hire_id) references hires (taskforce_id, id)
);
call isolate('checkpoint_mails');
revoke update, delete on checkpoint_mails from tilsagn_pledges_app;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
