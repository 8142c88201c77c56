"""How a person's rows are found in this service, and what erasing them means."""

from __future__ import annotations

from typing import Final

from services.events.privacy.retention import ERASED, retention
from shared.privacy import activity
from shared.privacy.activity import ACCESS_LOG_ACTIVITY, ActivityQuery
from shared.privacy.dead_letters import DEAD_LETTERS_LOOKUP
from shared.privacy.subject_requests import SubjectData
from shared.privacy.subjects import ACCESSES, SubjectLookup

_ACCOUNT: Final = """
    select person.id
      from people as person,
           identifiers
     where person.taskforce_id = current_taskforce()
       and lookup_key(person.email) = any (identifiers.emails)
"""
_ERASE_ACCOUNT: Final = "select erase_accounts($1)"

LOOKUPS: Final = (
    SubjectLookup(
        "personally_owned_companies",
        "companies",
        find="""
            select company.id
              from companies as company,
                   identifiers
             where company.taskforce_id = current_taskforce()
               and company.personally_owned
               and (company.cvr = any (identifiers.cvrs)
                    or regexp_replace(normalize(company.cvr_as_typed, nfkc), '[^0-9]', '', 'g')
                       = any (identifiers.cvrs))
        """,
        erase=f"""
            update companies
               set name = '{ERASED}',
                   cvr = null,
                   cvr_as_typed = null
             where taskforce_id = current_taskforce()
               and personally_owned
               and name <> '{ERASED}'
               and id = any ($1)
            returning id
        """,  # noqa: S608  (a word of ours)
    ),
    SubjectLookup("accounts", "people", find=_ACCOUNT, erase=_ERASE_ACCOUNT),
    # `erase_accounts` deletes every row that refers to the account.
    SubjectLookup("link_requests", "link_requests", find=_ACCOUNT, erase=_ERASE_ACCOUNT, key="person_id"),
    SubjectLookup("sessions", "sessions", find=_ACCOUNT, erase=_ERASE_ACCOUNT, key="person_id"),
    SubjectLookup("accounts", "passkeys", find=_ACCOUNT, erase=_ERASE_ACCOUNT, key="person_id"),
    SubjectLookup("accounts", "provider_links", find=_ACCOUNT, erase=_ERASE_ACCOUNT, key="person_id"),
    SubjectLookup("accounts", "enrolment_codes", find=_ACCOUNT, erase=_ERASE_ACCOUNT, key="person_id"),
    SubjectLookup("accounts", "person_roles", find=_ACCOUNT, erase=_ERASE_ACCOUNT, key="person_id"),
    SubjectLookup(
        "meeting_texts",
        "agenda_items",
        find="""
            select item.id
              from agenda_items as item,
                   identifiers
             where item.taskforce_id = current_taskforce()
               and lower(concat_ws(' ', item.title, item.notes)) ~ any (identifiers.mentions)
        """,
        erase=f"""
            update agenda_items
               set title = '{ERASED}',
                   notes = null
             where taskforce_id = current_taskforce()
               and id = any ($1)
            returning id
        """,  # noqa: S608  (a word of ours)
    ),
    SubjectLookup(
        "meeting_texts",
        "decisions",
        find="""
            select decision.id
              from decisions as decision,
                   identifiers
             where decision.taskforce_id = current_taskforce()
               and lower(concat_ws(' ', decision.text, decision.reason)) ~ any (identifiers.mentions)
        """,
        erase=f"""
            update decisions
               set text = '{ERASED}',
                   reason = null
             where taskforce_id = current_taskforce()
               and id = any ($1)
            returning id
        """,  # noqa: S608  (a word of ours)
    ),
    ACCESSES,
    DEAD_LETTERS_LOOKUP,
)

# An erased account stays as a number in what it has done, presented or answered for.
_OF_MEETING: Final = """
    select {moment} as at,
           event.title as event_title,
           event.id as event_id
      from account
      join {table} as meeting
        on meeting.{column} = account.{key}
      join employer_events as event
        on event.taskforce_id = meeting.taskforce_id
       and event.id = meeting.{event}
     where meeting.taskforce_id = current_taskforce()
"""


def _of_meeting(
    table: str, column: str, moment: str, *, event: str = "meeting_id", key: str = "subject"
) -> ActivityQuery:
    query = _OF_MEETING.format(table=table, column=column, moment=moment, event=event, key=key)
    return ActivityQuery(table, column, query)


_OF_KEY: Final = """
    select api_key.{moment} as at,
           api_key.name as program,
           api_key.id as api_key_id
      from account
      join api_keys as api_key
        on api_key.{column} = account.id
     where api_key.taskforce_id = current_taskforce()
"""

_OF_UNDONE_CHECK_IN: Final = """
    select undone.{moment} as at,
           event.title as event_title,
           case when not company.personally_owned then company.name end as company_name,
           attendance.company_id
      from account
      join undone_check_ins as undone
        on undone.{column} = account.subject
      join attendances as attendance
        on attendance.taskforce_id = undone.taskforce_id
       and attendance.id = undone.attendance_id
      join employer_events as event
        on event.taskforce_id = attendance.taskforce_id
       and event.id = attendance.event_id
      join companies as company
        on company.taskforce_id = attendance.taskforce_id
       and company.id = attendance.company_id
     where undone.taskforce_id = current_taskforce()
"""

_OF_REGISTRATION: Final = """
    select registration.{moment} as at,
           event.title as event_title,
           case when not company.personally_owned then company.name end as company_name,
           registration.company_id
      from account
      join registrations as registration
        on registration.{column} = account.subject
      join employer_events as event
        on event.taskforce_id = registration.taskforce_id
       and event.id = registration.event_id
      join companies as company
        on company.taskforce_id = registration.taskforce_id
       and company.id = registration.company_id
     where registration.taskforce_id = current_taskforce()
"""

ACTIVITY_QUERIES: Final = (
    ActivityQuery(
        "attendances",
        "checked_in_by",
        """
            select attendance.checked_in_at as at,
                   event.title as event_title,
                   case when not company.personally_owned then company.name end as company_name,
                   attendance.company_id
              from account
              join attendances as attendance
                on attendance.checked_in_by = account.subject
              join employer_events as event
                on event.taskforce_id = attendance.taskforce_id
               and event.id = attendance.event_id
              join companies as company
                on company.taskforce_id = attendance.taskforce_id
               and company.id = attendance.company_id
             where attendance.taskforce_id = current_taskforce()
               -- What a phone captured is listed below.
               and not exists (select from captured_check_ins as captured
                                where captured.taskforce_id = attendance.taskforce_id
                                  and captured.event_id = attendance.event_id
                                  and captured.company_id = attendance.company_id
                                  and captured.happened_at = attendance.checked_in_at
                                  and not captured.undo)
        """,
    ),
    ActivityQuery(
        "captured_check_ins",
        "captured_by",
        """
            select captured.happened_at as at,
                   event.title as event_title,
                   case when not company.personally_owned then company.name end as company_name,
                   captured.company_id
              from account
              join captured_check_ins as captured
                on captured.captured_by = account.subject
              join employer_events as event
                on event.taskforce_id = captured.taskforce_id
               and event.id = captured.event_id
              join companies as company
                on company.taskforce_id = captured.taskforce_id
               and company.id = captured.company_id
             where captured.taskforce_id = current_taskforce()
        """,
    ),
    ActivityQuery(
        "undone_check_ins", "checked_in_by", _OF_UNDONE_CHECK_IN.format(moment="checked_in_at", column="checked_in_by")
    ),
    ActivityQuery("undone_check_ins", "undone_by", _OF_UNDONE_CHECK_IN.format(moment="undone_at", column="undone_by")),
    ActivityQuery(
        "registrations", "registered_by", _OF_REGISTRATION.format(moment="registered_at", column="registered_by")
    ),
    ActivityQuery(
        "registrations", "cancelled_by", _OF_REGISTRATION.format(moment="cancelled_at", column="cancelled_by")
    ),
    ActivityQuery(
        "agreements",
        "changed_by",
        """
            select agreement.changed_at as at,
                   case when not company.personally_owned then company.name end as company_name,
                   agreement.company_id
              from account
              join agreements as agreement
                on agreement.changed_by = account.subject
              join companies as company
                on company.taskforce_id = agreement.taskforce_id
               and company.id = agreement.company_id
             where agreement.taskforce_id = current_taskforce()
        """,
    ),
    _of_meeting("meetings", "changed_by", "meeting.changed_at", event="id"),
    _of_meeting("agenda_items", "presenter", "event.starts_at", key="id"),
    _of_meeting("agenda_items", "notes_by", "meeting.notes_at"),
    _of_meeting("decisions", "owner", "meeting.made_at", key="id"),
    _of_meeting("decisions", "made_by", "meeting.made_at"),
    _of_meeting("decisions", "changed_by", "meeting.changed_at"),
    _of_meeting("decisions", "settled_by", "meeting.settled_at"),
    ActivityQuery(
        "targets",
        "changed_by",
        """
            select target.changed_at as at,
                   target.measure,
                   target.id as target_id
              from account
              join targets as target
                on target.changed_by = account.subject
             where target.taskforce_id = current_taskforce()
        """,
    ),
    ActivityQuery("api_keys", "made_by", _OF_KEY.format(column="made_by", moment="made_at")),
    ActivityQuery("api_keys", "taken_over_by", _OF_KEY.format(column="taken_over_by", moment="taken_over_at")),
    ActivityQuery(
        "erasure_orders",
        "ordered_by",
        """
            select erasure_order.ordered_at as at,
                   erasure_order.id as order_id
              from account
              join erasure_orders as erasure_order
                on erasure_order.ordered_by = account.subject
             where erasure_order.taskforce_id = current_taskforce()
        """,
    ),
    ACCESS_LOG_ACTIVITY,
    activity.ERASED,
)

SUBJECT_DATA: Final = SubjectData(LOOKUPS, retention(), owns=True, activity_queries=ACTIVITY_QUERIES)
"""What subject requests need to know of this service."""
