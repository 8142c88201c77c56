-- migrate:up
-- squawk-ignore-file require-concurrent-index-creation
-- Writes wait while an index is built: less than a second for a million rows. What is built concurrently can fail half
-- way and leave an invalid index, and nobody would see it.

set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- Everything of one company, for its page.
create index pledges_of_company on pledges (taskforce_id, company_id) where company_id is not null;
create index hires_of_company on hires (taskforce_id, company_id) where company_id is not null;
create index attendances_of_company on attendances (taskforce_id, company_id);
create index registrations_of_company on registrations (taskforce_id, company_id);

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
