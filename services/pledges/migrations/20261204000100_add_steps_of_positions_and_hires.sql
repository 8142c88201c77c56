-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- ---- Pledges and positions.

alter table pledges
  -- the day on which the company confirmed it, after it was logged
  add column affirmed_on date,
  -- the last day on which something came of it; null: none since `pledged_on`
  add column active_on date,
  -- it does not lapse before this day, because somebody has put that off
  add column lapse_deferred_until date,
  -- the colleague whose case it is; null: nobody's
  add column assigned_to uuid;
grant update (affirmed_on, active_on, lapse_deferred_until, assigned_to) on pledges to tilsagn_pledges_app;

alter table positions
  add column matched_on date,
  add column trial_on date,
  add column trial_ends_on date,
  -- the first day on which it no longer counts, because it alone was cancelled
  add column cancelled_on date,
  -- what it was when its pledge ended, and is again if that is undone
  add column status_before_end text check (status_before_end in ('open', 'matched', 'trial'));
grant update (matched_on, trial_on, trial_ends_on, cancelled_on, status_before_end) on positions
  to tilsagn_pledges_app;

-- Each step of a position: who, when and why. Rows are never changed, except that a note is emptied after its deadline.
create table position_changes (
  taskforce_id uuid not null,
  id uuid not null,
  pledge_id uuid not null,
  position_id uuid not null,
  -- of the pledge, after the change
  version integer not null check (version > 1),
  kind text not null
    check (kind in ('matched', 'trial_started', 'filled', 'cancelled', 'reopened', 'vacated', 'undone')),
  -- the position before the change, as the domain saves it: to undo it
  before jsonb not null,
  -- the status after it
  status text not null check (status in ('open', 'matched', 'trial', 'filled', 'cancelled')),
  -- the first day of the step, in Europe/Copenhagen
  effective_on date not null,
  reason text,
  note text,
  -- the hire that filled it, or has ended
  hire_id uuid,
  -- of a step that was undone: when
  undone_at timestamptz,
  changed_by uuid,
  changed_at timestamptz not null,
  primary key (taskforce_id, id),
  foreign key (taskforce_id, position_id) references positions (taskforce_id, id)
);
create index position_changes_of_pledge on position_changes (taskforce_id, pledge_id, version);
call isolate('position_changes');
revoke update, delete on position_changes from tilsagn_pledges_app;
grant update (note, undone_at) on position_changes to tilsagn_pledges_app;

-- ---- Hires.

alter table hires
  -- the municipality's fixed contact person, where they have an account; their name and telephone are in
  -- `hire_contacts`
  add column contact_person_id uuid,
  -- the colleague whose case it is; null: the contact person's, or else that of whoever confirmed it
  add column assigned_to uuid,
  -- the training at another company that led to this hire
  add column training_hire_id uuid,
  -- of the case worker who confirmed it: only colleagues of the same municipality see what concerns the person
  add column caseworker_municipality text check (caseworker_municipality ~ '^\d{4}$'),
  -- false: the confirmation was undone
  add column counted boolean not null default true;
grant update (start_date, weekly_hours, job_type, contact_person_id, assigned_to, training_hire_id, counted)
  on hires to tilsagn_pledges_app;

-- A position is held by one hire at a time, and a hire that never was holds none. In one transaction, so that no second
-- hire slips in between the two; the columns above have locked the table already.
-- squawk-ignore require-concurrent-index-deletion
drop index hires_holding_a_position;
-- squawk-ignore require-concurrent-index-creation
create unique index hires_holding_a_position on hires (taskforce_id, position_id) where ended_on is null and counted;

-- The hours ladder: each step holds until the next one, the last one until the hire ends.
create table hire_steps (
  taskforce_id uuid not null,
  hire_id uuid not null,
  starts_on date not null,
  paid_weekly_hours numeric(4, 2) not null check (paid_weekly_hours >= 0),
  praktik_weekly_hours numeric(4, 2) not null check (praktik_weekly_hours >= 0),
  job_type text not null
    check (job_type in ('smaajob', 'praktik', 'loentilskud', 'fleksjob', 'ordinaer', 'traening')),
  primary key (taskforce_id, hire_id, starts_on),
  foreign key (taskforce_id, hire_id) references hires (taskforce_id, id),
  check (paid_weekly_hours + praktik_weekly_hours > 0)
);
call isolate('hire_steps');
insert into hire_steps (taskforce_id, hire_id, starts_on, paid_weekly_hours, praktik_weekly_hours, job_type)
select taskforce_id,
       id,
       start_date,
       case when job_type in ('praktik', 'traening') then 0 else weekly_hours end,
       case when job_type in ('praktik', 'traening') then weekly_hours else 0 end,
       job_type
  from hires;

-- Who has changed a hire after it was confirmed, when and why. Rows are never changed, except that a note is emptied
-- after its deadline.
create table hire_changes (
  taskforce_id uuid not null,
  id uuid not null,
  hire_id uuid not null,
  -- of the hire, after the change
  version integer not null check (version > 1),
  kind text not null
    check (kind in ('hours_changed', 'ended', 'resumed', 'corrected', 'contact_person_changed', 'checkpoint_answered',
                    'moved', 'revoked')),
  -- the hire before the change, without people and without the company's name
  before jsonb not null,
  reason text,
  note text,
  changed_by uuid,
  changed_at timestamptz not null,
  primary key (taskforce_id, id),
  unique (taskforce_id, hire_id, version),
  foreign key (taskforce_id, hire_id) references hires (taskforce_id, id)
);
call isolate('hire_changes');
revoke update, delete on hire_changes from tilsagn_pledges_app;
grant update (note) on hire_changes to tilsagn_pledges_app;

-- Whether the person is still employed, 3, 6 and 12 months after the start.
create table hire_checkpoints (
  taskforce_id uuid not null,
  hire_id uuid not null,
  months integer not null check (months in (3, 6, 12)),
  due_on date not null,
  answer text check (answer in ('same_company', 'elsewhere', 'no', 'unknown')),
  answered_on date,
  -- null: nobody has been asked, because it was due long before the hire was confirmed
  answered_from text check (answered_from in ('caseworker', 'company')),
  answered_by uuid,
  primary key (taskforce_id, hire_id, months),
  foreign key (taskforce_id, hire_id) references hires (taskforce_id, id),
  check ((answer is null) = (answered_on is null))
);
create index hire_checkpoints_due on hire_checkpoints (taskforce_id, due_on, hire_id) where answer is null;
call isolate('hire_checkpoints');
insert into hire_checkpoints (taskforce_id, hire_id, months, due_on, answer, answered_on)
select hire.taskforce_id,
       hire.id,
       checkpoint.months,
       checkpoint.due_on,
       case when checkpoint.due_on < current_date - interval '12 months' then 'unknown' end,
       case when checkpoint.due_on < current_date - interval '12 months' then current_date end
  from hires as hire
 cross join lateral (select months, (hire.start_date + make_interval(months => months))::date as due_on
                       from unnest(array[3, 6, 12]) as months) as checkpoint
 where hire.ended_on is null
    or hire.ended_on > checkpoint.due_on;

-- The contact person's log of a hire: who rang, what was agreed.
create table support_contacts (
  taskforce_id uuid not null,
  id uuid not null,
  hire_id uuid not null,
  contacted_on date not null,
  contacted_by text not null check (contacted_by in ('employer', 'employee', 'contact_person', 'other')),
  agreed text not null,
  solved boolean not null,
  version integer not null default 1 check (version > 0),
  logged_by uuid,
  logged_at timestamptz not null,
  primary key (taskforce_id, id),
  foreign key (taskforce_id, hire_id) references hires (taskforce_id, id)
);
create index support_contacts_of_hire on support_contacts (taskforce_id, hire_id, contacted_on desc, id);
call isolate('support_contacts');

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
