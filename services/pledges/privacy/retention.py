"""Deleting contacts, and companies that may be a person's own. The deadlines are in `personal_data.toml`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from services.pledges.privacy import participants
from shared.messaging.outbox import taskforces
from shared.privacy.access_log import ACCESSES
from shared.privacy.data_inventory import FILE, read_service_inventory
from shared.privacy.dead_letters import DEAD_LETTERS
from shared.privacy.retention import Job, Retention, delete_overdue

ERASED: Final = "(slettet)"
"""Replaces the name of a company that was erased; `forget_companies_of_…` in the migration writes it, too."""


def _of_contact(table: str, *, condition: str = "") -> str:
    """Return the SQL of `Job.overdue` for a table with a row about the contact of a pledge, under the pledge's id."""
    # An index (`…_newest`) excludes recent rows before anything else is read.
    return f"""
        select about.id,
               newest.day as since
          from {table} as about
          join pledges as pledge
            on pledge.taskforce_id = about.taskforce_id
           and pledge.id = about.id
         cross join lateral (
               select greatest(pledge.pledged_on, pledge.received_at::date, max(hire.start_date)) as day
                 from hires as hire
                where hire.taskforce_id = pledge.taskforce_id
                  and hire.pledge_id = pledge.id
               ) as newest
         where about.taskforce_id = $2
           and pledge.received_at < current_date - make_interval(months => $1)
           and newest.day < current_date - make_interval(months => $1)
           {condition}
    """  # noqa: S608  (names of ours)


_PLEDGE_CONTACTS = Job(
    name="pledge_contacts", overdue=_of_contact("pledge_contacts"), remove=delete_overdue("pledge_contacts")
)

_CALL_NOTES = Job(
    name="call_notes",
    overdue=_of_contact("calls", condition="and about.note is not null"),
    remove="""
        update calls
           set note = null
         where taskforce_id = $2
           and id in (select id from overdue)
        returning id
    """,
)

_FORMER_CONTACTS = Job(
    name="pledge_former_contacts",
    overdue="""
        select contact.id,
               former.corrected_at as since
          from pledge_former_contacts as contact
          join pledge_former_terms as former
            on former.taskforce_id = contact.taskforce_id
           and former.id = contact.id
         where contact.taskforce_id = $2
           and former.corrected_at < current_date - make_interval(months => $1)
    """,
    remove=delete_overdue("pledge_former_contacts"),
)


def _notes(name: str, table: str, *, column: str = "note", written: str = "changed_at") -> Job:
    """Return the job that empties the notes of a table.

    Args:
        written: the column with the moment or day from which their time runs.
    """
    return Job(
        name=name,
        overdue=f"""
            select id,
                   {written} as since
              from {table}
             where taskforce_id = $2
               and {written} < current_date - make_interval(months => $1)
               and {column} is not null
        """,  # noqa: S608  (names of ours)
        remove=f"""
            update {table}
               set {column} = null
             where taskforce_id = $2
               and id in (select id from overdue)
            returning id
        """,  # noqa: S608  (names of ours)
    )


_CHANGE_NOTES = _notes("change_notes", "pledge_changes")
_STEP_NOTES = _notes("step_notes", "position_changes")
_OUTREACH_NOTES = _notes("outreach_notes", "outreach", written="made_on")
_CASE_NOTES = _notes("case_notes", "case_notes", column="body", written="written_at")

_QUEUE_VIEWS = Job(
    name="queue_views",
    overdue="""
        select id,
               saved_at as since
          from queue_views
         where taskforce_id = $2
           and saved_at < current_date - make_interval(months => $1)
    """,
    remove=delete_overdue("queue_views"),
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
    remove=delete_overdue("hire_contacts"),
)


def _typed_companies(table: str, day: str, recorded_at: str) -> Job:
    """Return the job for the companies that people typed.

    Args:
        table: `pledges`, `hires` or what corrections of them have replaced.
        day: the column from which the deadline counts, unless it was recorded later.
        recorded_at: the column with the time of recording.
    """
    since = f"greatest(typed.{day}, typed.{recorded_at}::date)"
    return Job(
        name=f"typed_companies_of_{table}",
        overdue=f"""
            select typed.id,
                   {since} as since
              from {table} as typed
             where typed.taskforce_id = $2
               and typed.{recorded_at} < current_date - make_interval(months => $1)
               and {since} < current_date - make_interval(months => $1)
               and typed.company_name <> '{ERASED}'
               and not exists (select
                                 from companies as company
                                where company.taskforce_id = typed.taskforce_id
                                  and company.id = typed.company_id
                                  and company.name is not null)
        """,  # noqa: S608  (names of ours)
        remove=f"select from forget_companies_of_{table}(array(select id from overdue))",  # noqa: S608
    )


_END_REASONS = Job(
    name="end_reasons",
    overdue="""
        select id,
               ended_on as since
          from hires
         where taskforce_id = $2
           and ended_on < current_date - make_interval(months => $1)
           and end_reason = 'health'
    """,
    remove="select from forget_health_reasons(array(select id from overdue))",
)


def _of_hire_changes(name: str, column: str) -> Job:
    """Return the job that empties a column of the history of hires."""
    return Job(
        name=name,
        overdue=f"""
            select id,
                   changed_at as since
              from hire_changes
             where taskforce_id = $2
               and changed_at < current_date - make_interval(months => $1)
               and {column} is not null
        """,  # noqa: S608  (names of ours)
        remove=f"""
            update hire_changes
               set {column} = null
             where taskforce_id = $2
               and id in (select id from overdue)
            returning id
        """,  # noqa: S608  (names of ours)
    )


_SUPPORT_CONTACTS = Job(
    name="support_contacts",
    overdue="""
        select id,
               logged_at as since
          from support_contacts
         where taskforce_id = $2
           and logged_at < current_date - make_interval(months => $1)
    """,
    remove=delete_overdue("support_contacts"),
)

# `evenings` deletes the phones earlier.
_PHONE_NAMES = Job(
    name="phone_names",
    overdue="""
        select id,
               first_contact_at as since
          from phones
         where taskforce_id = $2
           and first_contact_at < current_date - make_interval(months => $1)
           and name is not null
    """,
    remove="""
        update phones
           set name = null
         where taskforce_id = $2
           and id in (select id from overdue)
        returning id
    """,
)

_PHONE_NOTES = Job(
    name="phone_notes",
    overdue="""
        select id,
               set_aside_at as since
          from phones
         where taskforce_id = $2
           and set_aside_at < current_date - make_interval(months => $1)
           and set_aside_because is not null
    """,
    remove="""
        update phones
           set set_aside_because = null
         where taskforce_id = $2
           and id in (select id from overdue)
        returning id
    """,
)

JOBS: Final = (
    _PLEDGE_CONTACTS,
    _CALL_NOTES,
    _HIRE_CONTACTS,
    _FORMER_CONTACTS,
    _CHANGE_NOTES,
    _STEP_NOTES,
    _CASE_NOTES,
    _QUEUE_VIEWS,
    _OUTREACH_NOTES,
    _typed_companies("pledges", "pledged_on", "received_at"),
    _typed_companies("pledge_former_terms", "pledged_on", "corrected_at"),
    _typed_companies("hires", "start_date", "confirmed_at"),
    _typed_companies("hire_former_companies", "start_date", "corrected_at"),
    _END_REASONS,
    _of_hire_changes("end_reasons_of_changes", "reason"),
    _of_hire_changes("hire_change_notes", "note"),
    _SUPPORT_CONTACTS,
    _PHONE_NAMES,
    _PHONE_NOTES,
    *participants.JOBS,
    ACCESSES,
    DEAD_LETTERS,
)


def retention() -> Retention:
    """Return the service's jobs with the deadlines of the data inventory.

    They need a session that sees all participants: `participants.access.connect_with_sight_of_all`.
    """
    inventory = read_service_inventory(Path(__file__).parents[1] / FILE)
    return Retention("pledges", JOBS, inventory, taskforces)
