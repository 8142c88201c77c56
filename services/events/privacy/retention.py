"""Deletes personally owned companies, accounts, sessions and link requests when their deadline has passed.

The deadlines are in `personal_data.toml`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from services.events.register import queries
from shared.privacy.access_log import ACCESSES
from shared.privacy.data_inventory import FILE, read_service_inventory
from shared.privacy.dead_letters import DEAD_LETTERS
from shared.privacy.retention import Job, Retention, delete_overdue

if TYPE_CHECKING:
    from uuid import UUID

    from shared.db.database import Connection

ERASED: Final = "(slettet)"
"""Replaces the name of an erased company."""

# No message: the name and number of such a company were never published.
_PERSONALLY_OWNED_COMPANIES = Job(
    name="personally_owned_companies",
    overdue=f"""
        select company.id,
               newest.at as since
          from companies as company
         cross join lateral (
               select greatest(company.registered_at, max(attendance.checked_in_at)) as at
                 from attendances as attendance
                where attendance.taskforce_id = company.taskforce_id
                  and attendance.company_id = company.id
               ) as newest
         where company.taskforce_id = $2
           and company.personally_owned
           and not company.member
           and company.name <> '{ERASED}'
           and newest.at < current_date - make_interval(months => $1)
    """,  # noqa: S608  (a word of ours)
    remove=f"""
        update companies
           set name = '{ERASED}',
               cvr = null,
               cvr_as_typed = null
         where taskforce_id = $2
           and id in (select id from overdue)
        returning id
    """,  # noqa: S608
)

_ACCOUNTS = Job(
    name="accounts",
    overdue="""
        select id,
               deactivated_at as since
          from people
         where taskforce_id = $2
           and deactivated_at < current_date - make_interval(months => $1)
    """,
    remove="select from erase_accounts(array(select id from overdue))",
)

_SESSIONS = Job(
    name="sessions",
    overdue="""
        select id,
               ends_at as since
          from sessions
         where taskforce_id = $2
           and ends_at < current_date - make_interval(months => $1)
    """,
    remove=delete_overdue("sessions"),
)

_LINK_REQUESTS = Job(
    name="link_requests",
    overdue="""
        select id,
               asked_at as since
          from link_requests
         where taskforce_id = $2
           and asked_at < current_date - make_interval(months => $1)
    """,
    remove=delete_overdue("link_requests"),
)

_MEETING_ITEMS = Job(
    name="meeting_items",
    overdue=f"""
        select item.id,
               event.starts_at as since
          from agenda_items as item
          join employer_events as event
            on event.taskforce_id = item.taskforce_id
           and event.id = item.meeting_id
         where item.taskforce_id = $2
           and (item.title <> '{ERASED}' or item.notes is not null)
           and event.starts_at < current_date - make_interval(months => $1)
    """,  # noqa: S608  (a word of ours)
    remove=f"""
        update agenda_items
           set title = '{ERASED}',
               notes = null
         where taskforce_id = $2
           and id in (select id from overdue)
        returning id
    """,  # noqa: S608  (a word of ours)
)

# One that is open is still to be done.
_DECISIONS = Job(
    name="decisions",
    overdue=f"""
        select id,
               settled_at as since
          from decisions
         where taskforce_id = $2
           and (text <> '{ERASED}' or reason is not null)
           and settled_at < current_date - make_interval(months => $1)
    """,  # noqa: S608  (a word of ours)
    remove=f"""
        update decisions
           set text = '{ERASED}',
               reason = null
         where taskforce_id = $2
           and id in (select id from overdue)
        returning id
    """,  # noqa: S608  (a word of ours)
)

JOBS: Final = (
    _PERSONALLY_OWNED_COMPANIES,
    _ACCOUNTS,
    _SESSIONS,
    _LINK_REQUESTS,
    _MEETING_ITEMS,
    _DECISIONS,
    ACCESSES,
    DEAD_LETTERS,
)


async def _taskforces(conn: Connection) -> list[UUID]:
    return [taskforce.id for taskforce in await queries.taskforces(conn)]


def retention() -> Retention:
    """Return the service's retention jobs with the deadlines of the data inventory."""
    inventory = read_service_inventory(Path(__file__).parents[1] / FILE)
    return Retention("events", JOBS, inventory, _taskforces)
