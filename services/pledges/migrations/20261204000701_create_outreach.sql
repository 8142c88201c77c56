-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- Contacts that the staff have made with a company of the register: a visit, a call, a card handed over.
create table outreach (
  taskforce_id uuid not null,
  id uuid not null,
  company_id uuid not null,
  kind text not null check (kind in ('visit', 'call', 'card')),
  -- the day, in Europe/Copenhagen
  made_on date not null,
  -- what came of it
  note text,
  -- whether the company was new to the municipality
  new_company boolean not null,
  -- false: it was withdrawn, because it had never been made
  counted boolean not null,
  -- null: a program
  logged_by uuid,
  logged_at timestamptz not null,
  changed_by uuid,
  changed_at timestamptz not null,
  version integer not null check (version > 0),
  primary key (taskforce_id, id)
);
create index outreach_of_company on outreach (taskforce_id, company_id, made_on desc, id);
call isolate('outreach');
revoke update, delete on outreach from tilsagn_pledges_app;
grant update (kind, made_on, note, new_company, counted, changed_by, changed_at, version) on outreach
  to tilsagn_pledges_app;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
