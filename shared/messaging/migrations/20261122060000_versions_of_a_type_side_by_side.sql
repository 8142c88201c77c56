-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- A change that breaks a message's contract is published as the next version of its type, beside the one before, for
-- as long as somebody reads that (shared/contracts): two messages of one version of an aggregate. Within one version
-- of the contracts there is still no second.
-- In one transaction with what it replaces, so that there is always one of the two. First what asks for the
-- whole table: nothing has been made in vain where somebody holds it. No outbox of ours is large enough yet for the
-- making of the index to be noticed.
-- squawk-ignore ban-drop-constraint
alter table outbox drop constraint outbox_taskforce_id_aggregatetype_aggregateid_version_key;
-- squawk-ignore require-concurrent-index-creation
create unique index outbox_one_message_for_a_version
  on outbox (taskforce_id, aggregatetype, aggregateid, version, coalesce(substring(type from '\.v[0-9]+$'), ''));

-- migrate:down
-- forward only: dbmate wants the block, nothing goes in it
