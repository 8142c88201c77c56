-- migrate:up
set local lock_timeout = '5s';
set local statement_timeout = '60s';

-- What is kept of a request is no longer a plain SHA-256 (32 bytes), which a contact's erased data could be guessed
-- from, but one sealed with the installation's key (33 bytes). The key is not in the database: the worker seals
-- what is there already, and until then both are understood.
grant update (request_digest) on pledges, hires, idempotency_keys to tilsagn_pledges_app;

-- migrate:down
-- forward only: dbmate wants the block, nothing goes in it
