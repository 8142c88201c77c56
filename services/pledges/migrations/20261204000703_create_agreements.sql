-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- Standing agreements of companies, as `events` told us.
create table agreements (
  taskforce_id uuid not null,
  id uuid not null,
  version integer not null check (version > 0),
  company_id uuid not null,
  role text not null,
  trainees integer,
  starts_on date not null,
  ends_on date,
  recorded_at timestamptz not null,
  primary key (taskforce_id, id)
);
create index agreements_of_company on agreements (taskforce_id, company_id);
call isolate('agreements');

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
