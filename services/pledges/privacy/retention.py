"""Deleting contacts, and companies that may be a person's own. The deadlines are in `personal_data.toml`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from services.pledges.privacy.queries import taskforces_of_outbox
from shared.privacy.access_log import ACCESSES
from shared.privacy.data_inventory import FILE, read_service_inventory
from shared.privacy.dead_letters import DEAD_LETTERS
from shared.privacy.retention import Job, Retention

ERASED: Final = "(slettet)"
"""Replaces the name of a company that was erased; `forget_companies_of_…` in the migration writes it, too."""

# An index (`…_newest`) excludes recent rows before anything else is read.
_PLEDGE_CONTACTS = Job(
    name="pledge_contacts",
    overdue="""
        select contact.id,
               newest.day as since
          from pledge_contacts as contact
          join pledges as pledge
            on pledge.taskforce_id = contact.taskforce_id
           and pledge.id = contact.id
         cross join lateral (
               select greatest(pledge.pledged_on, pledge.received_at::date, max(hire.start_date)) as day
                 from hires as hire
                where hire.taskforce_id = pledge.taskforce_id
                  and hire.pledge_id = pledge.id
               ) as newest
         where contact.taskforce_id = $2
           and pledge.received_at < current_date - make_interval(months => $1)
           and newest.day < current_date - make_interval(months => $1)
    """,
    remove="""
        delete from pledge_contacts
         where taskforce_id = $2
           and id in (select id from overdue)
        returning id
    """,
)

_HIRE_CONTACTS = Job(
    name="hire_contacts",
    overdue="""
        select contact.id,
               coalesce(hire.ended_on, hire.start_date + make_interval(months => 48)) as since
          from hire_contacts as contact
          join hires as hire
            on hire.taskforce_id = contact.taskforce_id
           and hire.id = contact.id
         where contact.taskforce_id = $2
           and coalesce(hire.ended_on, hire.start_date + make_interval(months => 48))
               < current_date - make_interval(months => $1)
    """,
    remove="""
        delete from hire_contacts
         where taskforce_id = $2
           and id in (select id from overdue)
        returning id
    """,
)

_TYPED_COMPANIES_OF_PLEDGES = Job(
    name="typed_companies_of_pledges",
    overdue=f"""
        select pledge.id,
               greatest(pledge.pledged_on, pledge.received_at::date) as since
          from pledges as pledge
         where pledge.taskforce_id = $2
           and pledge.received_at < current_date - make_interval(months => $1)
           and greatest(pledge.pledged_on, pledge.received_at::date) < current_date - make_interval(months => $1)
           and pledge.company_name <> '{ERASED}'
           and not exists (select
                             from companies as company
                            where company.taskforce_id = pledge.taskforce_id
                              and company.id = pledge.company_id
                              and company.name is not null)
    """,  # noqa: S608  (a word of ours)
    remove="select from forget_companies_of_pledges(array(select id from overdue))",
)

_TYPED_COMPANIES_OF_HIRES = Job(
    name="typed_companies_of_hires",
    overdue=f"""
        select hire.id,
               greatest(hire.start_date, hire.confirmed_at::date) as since
          from hires as hire
         where hire.taskforce_id = $2
           and hire.confirmed_at < current_date - make_interval(months => $1)
           and greatest(hire.start_date, hire.confirmed_at::date) < current_date - make_interval(months => $1)
           and hire.company_name <> '{ERASED}'
           and not exists (select
                             from companies as company
                            where company.taskforce_id = hire.taskforce_id
                              and company.id = hire.company_id
                              and company.name is not null)
    """,  # noqa: S608  (a word of ours)
    remove="select from forget_companies_of_hires(array(select id from overdue))",
)

_END_REASONS = Job(
    name="end_reasons",
    overdue="""
        select id,
               ended_on as since
          from hires
         where taskforce_id = $2
           and ended_on < current_date - make_interval(months => $1)
           and end_reason is not null
    """,
    remove="""
        update hires
           set end_reason = null
         where taskforce_id = $2
           and id in (select id from overdue)
        returning id
    """,
)

JOBS: Final = (
    _PLEDGE_CONTACTS,
    _HIRE_CONTACTS,
    _TYPED_COMPANIES_OF_PLEDGES,
    _TYPED_COMPANIES_OF_HIRES,
    _END_REASONS,
    ACCESSES,
    DEAD_LETTERS,
)


def retention() -> Retention:
    """Return the service's jobs with the deadlines of the data inventory."""
    inventory = read_service_inventory(Path(__file__).parents[1] / FILE)
    return Retention("pledges", JOBS, inventory, taskforces_of_outbox)
