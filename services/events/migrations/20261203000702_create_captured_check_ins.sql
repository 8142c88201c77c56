-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- What phones at the door captured: check-ins and their undoing. Never changed. An attendance is what all of them amount
-- to, together with what was done on the page without JavaScript (attendances, undone_check_ins).
create table captured_check_ins (
  taskforce_id uuid not null references taskforces (id),
  -- made on the phone
  id uuid not null,
  event_id uuid not null,
  company_id uuid not null,
  -- the id that the phone gave to a company that walked in; another one if the company was known already
  walk_in_id uuid,
  undo boolean not null,
  -- by the phone's clock
  captured_at timestamptz not null,
  -- by ours
  happened_at timestamptz not null,
  received_at timestamptz not null,
  -- the subject of the token
  captured_by text not null,
  primary key (taskforce_id, id),
  foreign key (taskforce_id, event_id) references employer_events (taskforce_id, id),
  foreign key (taskforce_id, company_id) references companies (taskforce_id, id)
);
create index captured_check_ins_of_event on captured_check_ins (taskforce_id, event_id, company_id);
create index captured_check_ins_of_company on captured_check_ins (taskforce_id, company_id);
create index captured_walk_ins on captured_check_ins (taskforce_id, walk_in_id) where walk_in_id is not null;
call isolate('captured_check_ins');

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
