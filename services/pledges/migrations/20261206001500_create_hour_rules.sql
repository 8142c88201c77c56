-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- Dated rules about hours that hold in every taskforce. They come with a release: nobody changes them in the product.
create table national_hour_rules (
  id uuid primary key,
  -- the same for all versions of a rule
  code text not null check (code ~ '^[a-z0-9_]{1,40}$'),
  name text not null,
  english_name text,
  -- what the rule says
  words text not null,
  english_words text,
  -- where it says so
  source text not null,
  hours numeric(7, 2) not null check (hours > 0),
  -- within how many calendar months: that of the day, and those before it
  months integer not null check (months between 1 and 60),
  -- the hours of which job types count
  job_types text[] not null
    check (cardinality(job_types) > 0
           and job_types <@ array['smaajob', 'praktik', 'loentilskud', 'fleksjob', 'ordinaer', 'traening']),
  -- false: paid hours only
  praktik_hours_count boolean not null,
  valid_from date not null,
  -- the last day
  valid_until date check (valid_until >= valid_from),
  unique (code, valid_from)
);
revoke insert, update, delete on national_hour_rules from tilsagn_pledges_app;

-- The rules of a taskforce. A rule is never changed: it ends, and its next version begins; one that was added by mistake
-- is withdrawn. Who did so, and when, is beside it.
create table hour_rules (
  taskforce_id uuid not null,
  id uuid not null,
  code text not null check (code ~ '^[a-z0-9_]{1,40}$'),
  name text not null,
  words text not null,
  source text not null,
  hours numeric(7, 2) not null check (hours > 0),
  months integer not null check (months between 1 and 60),
  job_types text[] not null
    check (cardinality(job_types) > 0
           and job_types <@ array['smaajob', 'praktik', 'loentilskud', 'fleksjob', 'ordinaer', 'traening']),
  praktik_hours_count boolean not null,
  valid_from date not null,
  valid_until date check (valid_until >= valid_from),
  added_by uuid,
  added_at timestamptz not null,
  -- of a rule whose end was not known when it was added
  ended_by uuid,
  ended_at timestamptz,
  withdrawn_by uuid,
  withdrawn_at timestamptz,
  primary key (taskforce_id, id),
  check (ended_at is null or valid_until is not null)
);
call isolate('hour_rules');
revoke update, delete on hour_rules from tilsagn_pledges_app;
grant update (valid_until, ended_by, ended_at, withdrawn_by, withdrawn_at) on hour_rules to tilsagn_pledges_app;

insert into national_hour_rules
       (id, code, name, english_name, words, english_words, source, hours, months, job_types, praktik_hours_count,
        valid_from, valid_until)
values ('5f0c6f0e-2250-4a30-8b5e-000000000225',
        '225_hours',
        '225-timersreglen',
        'The 225-hour rule',
        'Mindst 225 timers ordinært og ustøttet arbejde inden for de seneste 12 kalendermåneder. Løntilskud, fleksjob og praktik tæller ikke med.',
        'At least 225 hours of ordinary, unsubsidised work within the latest 12 calendar months. Jobs with a wage subsidy, fleksjobs and work placements do not count.',
        'Lov om aktiv socialpolitik § 13 f. Indsat ved lov nr. 296 af 22. marts 2016; ophævet ved lov nr. 1655 af 30. december 2024 med virkning fra 1. juli 2025.',
        225,
        12,
        array['smaajob', 'ordinaer'],
        false,
        '2016-04-01',
        '2025-06-30');

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
