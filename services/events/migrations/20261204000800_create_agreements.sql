-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- Standing agreements of companies: whether they train people, hire them, or both.
create table agreements (
  taskforce_id uuid not null references taskforces (id),
  id uuid not null,
  company_id uuid not null,
  role text not null check (role in ('trains', 'hires', 'both')),
  -- how many trainees it can take at a time; null: not said
  trainees integer check (trainees > 0),
  starts_on date not null,
  -- the last day; null: until further notice
  ends_on date check (ends_on >= starts_on),
  version integer not null check (version > 0),
  -- the subject of the token of the last change
  changed_by text not null,
  changed_at timestamptz not null,
  primary key (taskforce_id, id),
  foreign key (taskforce_id, company_id) references companies (taskforce_id, id)
);
create index agreements_of_company on agreements (taskforce_id, company_id, starts_on desc, id);
call isolate('agreements');
revoke delete on agreements from tilsagn_events_app;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
