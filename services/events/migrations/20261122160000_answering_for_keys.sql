-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- Which administrator has taken it over and answers for it since; before that, whoever made it does.
alter table api_keys add column taken_over_by uuid;
alter table api_keys add column taken_over_at timestamptz;

-- migrate:down
-- forward only: dbmate wants the block, nothing goes in it
