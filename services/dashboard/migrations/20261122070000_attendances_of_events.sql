-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- How many companies came to each evening is counted on every page: from this alone, already in order.
-- squawk-ignore require-concurrent-index-creation
create index attendances_of_event on attendances
  (generation, taskforce_id, event_id, company_id, checked_in_on, recorded_at);

-- migrate:down
