-- migrate:up
-- squawk-ignore-file require-concurrent-index-creation
-- Writes wait while an index is built: a second or two for 100,000 rows. What is built concurrently can fail half way
-- and leave an invalid index, and nobody would see it.
set local lock_timeout = '2s';
set local statement_timeout = '300s';

-- Part of PostgreSQL, and trusted: the owner of a database may create it.
create schema extensions;
create extension pg_trgm schema extensions;

-- What `of_company` in services/pledges/pledges/queries.py compares.
create index pledges_by_company_name on pledges
  using gin (lower(normalize(company_name, nfkc)) extensions.gin_trgm_ops);
create index hires_by_company_name on hires
  using gin (lower(normalize(company_name, nfkc)) extensions.gin_trgm_ops);
create index pledges_by_company_cvr on pledges (
  taskforce_id, (regexp_replace(normalize(company_cvr, nfkc), '[^0-9]', '', 'g') collate "C")
) where company_cvr is not null;
create index hires_by_company_cvr on hires (
  taskforce_id, (regexp_replace(normalize(company_cvr, nfkc), '[^0-9]', '', 'g') collate "C")
) where company_cvr is not null;

-- The pledges and the hires of companies whose name matches all of the patterns, three at least (the first may match by
-- its alternative instead), and those whose CVR number begins with the digits: at most so many of each, in no order. The
-- index is read for the first three. Below a row-level policy PostgreSQL uses no index for `like`, so these have the
-- rights of the owner, and name the taskforce. The planner does not know what is searched for, and would read the table.
create function pledges_of_company(patterns text[], alternative text, digits text, most integer)
  returns setof uuid
language sql
stable
security definer
set search_path = pg_catalog, public, pg_temp
set enable_seqscan = off
set enable_indexscan = off
begin atomic
  (select id
     from pledges
    where taskforce_id = current_taskforce()
      and lower(normalize(company_name, nfkc)) like patterns[1]
      and lower(normalize(company_name, nfkc)) like patterns[2]
      and lower(normalize(company_name, nfkc)) like patterns[3]
      and lower(normalize(company_name, nfkc)) like all (patterns[2:])
    limit most)
  union all
  (select id
     from pledges
    where taskforce_id = current_taskforce()
      and lower(normalize(company_name, nfkc)) like alternative
      and lower(normalize(company_name, nfkc)) like patterns[2]
      and lower(normalize(company_name, nfkc)) like patterns[3]
      and lower(normalize(company_name, nfkc)) like all (patterns[2:])
    limit most)
  union all
  (select id
     from pledges
    where taskforce_id = current_taskforce()
      and company_cvr is not null
      and (regexp_replace(normalize(company_cvr, nfkc), '[^0-9]', '', 'g') collate "C") >= digits
      and (regexp_replace(normalize(company_cvr, nfkc), '[^0-9]', '', 'g') collate "C") < digits || ':'
    limit most);
end;
create function hires_of_company(patterns text[], alternative text, digits text, most integer)
  returns setof uuid
language sql
stable
security definer
set search_path = pg_catalog, public, pg_temp
set enable_seqscan = off
set enable_indexscan = off
begin atomic
  (select id
     from hires
    where taskforce_id = current_taskforce()
      and lower(normalize(company_name, nfkc)) like patterns[1]
      and lower(normalize(company_name, nfkc)) like patterns[2]
      and lower(normalize(company_name, nfkc)) like patterns[3]
      and lower(normalize(company_name, nfkc)) like all (patterns[2:])
    limit most)
  union all
  (select id
     from hires
    where taskforce_id = current_taskforce()
      and lower(normalize(company_name, nfkc)) like alternative
      and lower(normalize(company_name, nfkc)) like patterns[2]
      and lower(normalize(company_name, nfkc)) like patterns[3]
      and lower(normalize(company_name, nfkc)) like all (patterns[2:])
    limit most)
  union all
  (select id
     from hires
    where taskforce_id = current_taskforce()
      and company_cvr is not null
      and (regexp_replace(normalize(company_cvr, nfkc), '[^0-9]', '', 'g') collate "C") >= digits
      and (regexp_replace(normalize(company_cvr, nfkc), '[^0-9]', '', 'g') collate "C") < digits || ':'
    limit most);
end;
revoke all on function pledges_of_company(text[], text, text, integer) from public;
revoke all on function hires_of_company(text[], text, text, integer) from public;
grant execute on function pledges_of_company(text[], text, text, integer),
  hires_of_company(text[], text, text, integer) to tilsagn_pledges_app;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
