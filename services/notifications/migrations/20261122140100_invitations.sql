-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- Widened, in the same transaction.
-- squawk-ignore ban-drop-constraint
alter table deliveries drop constraint deliveries_rule_check;
alter table deliveries add constraint deliveries_rule_check
  check (rule in ('pledge_received', 'pledge_became_hire', 'sign_in_link', 'invitation')) not valid;

-- migrate:down
-- forward only: dbmate wants the block, nothing goes in it
