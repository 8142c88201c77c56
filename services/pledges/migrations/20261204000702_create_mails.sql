-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- What became of the mails about pledges and hires, as `notifications` told us. Neither texts nor addresses.
create table mails (
  taskforce_id uuid not null,
  id uuid not null,
  version integer not null check (version > 0),
  -- the code of the kind of notice
  notice text not null,
  -- the company's contact, or one of our people
  recipient text not null check (recipient in ('company', 'person')),
  pledge_id uuid,
  hire_id uuid,
  sent boolean not null,
  -- a code: why it was not sent
  reason text,
  settled_at timestamptz not null,
  -- of the same moment, in Europe/Copenhagen
  settled_on date not null,
  -- when somebody has seen to it that the mail did not arrive
  handled_at timestamptz,
  handled_by uuid,
  primary key (taskforce_id, id),
  check ((handled_at is null) = (handled_by is null))
);
create index mails_of_pledge on mails (taskforce_id, pledge_id) where pledge_id is not null;
create index mails_of_hire on mails (taskforce_id, hire_id) where hire_id is not null;
create index mails_undelivered on mails (taskforce_id, settled_on, id)
  where not sent and recipient = 'company' and handled_at is null;
call isolate('mails');
revoke delete on mails from tilsagn_pledges_app;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
