"""The report of an account includes all its activity by the data inventory; after erasure the activity has no owner."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

import asyncpg
import pytest

from deploy.privacy import data_subjects
from deploy.privacy.data_inventories import data_inventory_of
from deploy.services import SERVICES
from shared.privacy.report import activity_entry, group_entry
from shared.privacy.subjects import SubjectIdentifiers
from tests.privacy.installation import Installation

if TYPE_CHECKING:
    from tests.support.infrastructure import Databases

DONE_BY: Final = sorted(
    (service, entry.table, entry.column) for service in SERVICES for entry in data_inventory_of(service).done_by
)
_NAMES_ACCOUNT: Final = re.compile(r"(^|_)(by|who|person_id|account_id|owner|subject)$")
"""The usual names of columns with an account's id."""
NO_ACCOUNT: Final = {
    ("pledges", "pledges", "captured_by"): "how it came in, as a code",
    ("dashboard", "pledges", "captured_by"): "how it came in, as a code",
    ("dashboard", "pledge_versions", "captured_by"): "how it came in, as a code",
    ("pledges", "support_contacts", "contacted_by"): "which of the parties rang, as a code",
    ("notifications", "due_deliveries", "claimed_by"): "which courier has it, until it is sent",
}
_HIRE: Final = """
    insert into hires
           (taskforce_id, id, company_name, job_type, start_date, weekly_hours, {column}, confirmed_at, flags,
            request_fingerprint, version)
    values ($1, $4, 'Smeden', 'smaajob', current_date, 5, $2, now(), '{{}}', '\\x00', 1)
"""
_LINK: Final = """
    insert into company_links (taskforce_id, id, company_id, issued_at, expires_at, {columns})
    values ($1, $4, $4, now(), now() + interval '90 days', {values})
"""
_ANSWER: Final = """
    insert into company_answers
           (taskforce_id, id, company_id, kind, event_id, version, answered_at, {column}, {moment})
    values ($1, $4, $4, 'registered', $4, 1, now(), $2, now())
"""
_HOUR_RULE: Final = """
    insert into hour_rules
           (taskforce_id, id, code, name, words, source, hours, months, job_types, praktik_hours_count, valid_from,
            valid_until, added_at, {columns})
    values ($1, $4, 'own', 'Reglen', 'Timer', 'Loven', 1, 1, '{{smaajob}}', false, current_date, current_date, now(),
            {values})
"""
_HIRED: Final = """
    with hire as (
        insert into hires
               (taskforce_id, id, company_name, job_type, start_date, weekly_hours, confirmed_at, flags,
                request_fingerprint, version)
        values ($1, $4, 'Smeden', 'smaajob', current_date, 5, now(), '{}', '\\x00', 2)
        returning id
    )
"""
_PARTICIPANT: Final = """
    with participant as (
        insert into participants.participants
               (taskforce_id, id, version, municipality, case_reference, case_reference_key, status, registered_at,
                caseworker_id, registered_by)
        values ($1, $4, 1, '0671', $4::text, $4::text, 'active', now(), {caseworker_id}, {registered_by})
        returning id
    )
"""
_OF_PARTICIPANT: Final = _PARTICIPANT.format(caseworker_id="null", registered_by="null")
_AT_AN_EVENT: Final = """
    with company as (
        insert into companies (taskforce_id, id, name, personally_owned, member, version, registered_at)
        values ($1, $4, 'Smeden', true, false, 1, now())
        returning id
    ), event as (
        insert into employer_events
               (taskforce_id, id, kind, status, title, starts_at, ends_at, pass_generation, version, drafted_at)
        values ($1, $4, 'employer_event', 'open', 'Aften', now(), now() + interval '1 hour', 1, 1, now())
        returning id
    )
"""
_ATTENDANCE: Final = """
    insert into attendances
           (taskforce_id, id, event_id, company_id, walk_in, checked_in_at, checked_in_by, version)
    select $1, $4, event.id, company.id, false, now(), {checked_in_by}, 1 from event, company
"""
_UNDONE_CHECK_IN: Final = f"""
    {_AT_AN_EVENT.rstrip()}, attendance as (
        {_ATTENDANCE.format(checked_in_by="'nobody'")}
        returning id
    )
    insert into undone_check_ins
           (taskforce_id, attendance_id, version, checked_in_at, checked_in_by, undone_at, undone_by)
    select $1, attendance.id, 2, now(), {{checked_in_by}}, now(), {{undone_by}} from attendance
"""
_MEETING: Final = f"""
    {_AT_AN_EVENT.rstrip()}, meeting as (
        insert into meetings (taskforce_id, id, version, changed_by, changed_at)
        select $1, event.id, 1, {{changed_by}}, now() from event
        returning id
    )
"""
_ITEM: Final = f"""
    {_MEETING.format(changed_by="null").rstrip()}
    insert into agenda_items (taskforce_id, id, meeting_id, place, title, presenter, notes_version, notes_by, notes_at)
    select $1, $4, meeting.id, 1, 'Nyt', {{presenter}}, 1, {{notes_by}}, now() from meeting
"""
_DECISION: Final = f"""
    {_AT_AN_EVENT.rstrip()}
    insert into decisions
           (taskforce_id, id, meeting_id, text, owner, due_on, status, made_at, made_by, changed_at, changed_by,
            settled_at, settled_by, version)
    select $1, $4, event.id, 'Ring', {{owner}}, current_date, 'done', now(), {{made_by}}, now(), {{changed_by}},
           now(), {{settled_by}}, 2
      from event
"""
_NOBODY: Final = {"owner": "gen_random_uuid()", "made_by": "'x'", "changed_by": "'x'", "settled_by": "'x'"}
_CAPTURED: Final = f"""
    {_AT_AN_EVENT.rstrip()}
    insert into captured_check_ins
           (taskforce_id, id, event_id, company_id, undo, captured_at, happened_at, received_at, captured_by)
    select $1, $4, event.id, company.id, false, now(), now(), now(), $3 from event, company
"""
_REGISTRATION: Final = f"""
    {_AT_AN_EVENT.rstrip()}
    insert into registrations
           (taskforce_id, id, event_id, company_id, registered_at, registered_by, cancelled_at, cancelled_by, version)
    select $1, $4, event.id, company.id, now(), {{registered_by}}, now(), {{cancelled_by}}, 2 from event, company
"""
_API_KEY: Final = """
    insert into api_keys
           (taskforce_id, id, name, secret_hash, scopes, made_by, made_at, expires_at, taken_over_by, taken_over_at)
    values ($1, $4, 'Statistik', sha256('x'), '{{x}}', {made_by}, now(), now() + interval '1 day', {taken_over_by},
            now())
"""
_CALL: Final = """
    with pledge as (
        insert into pledges
               (taskforce_id, id, company_name, company_cvr, job_type, position_count, weekly_hours_from,
                weekly_hours_to, tasks, captured_by, logged_with_pass, captured_at, received_at, pledged_on, flags,
                request_fingerprint, version, status)
        values ($1, $4, 'Smeden', null, 'smaajob', 1, 5, 5, '{{}}', 'web', true, now(), now(), current_date, '{{}}',
                '\\x00', 1, 'logged')
        returning id
    )
    insert into calls
           (taskforce_id, id, version, assigned_to, assigned_by, assigned_at, outcome, called_by, called_at)
    select $1, pledge.id, 1, {assigned_to}, {assigned_by}, now(), 'reached', {called_by}, now() from pledge
"""
_ASSIGNED: Final = """
    with pledge as (
        insert into pledges
               (taskforce_id, id, company_name, company_cvr, job_type, position_count, weekly_hours_from,
                weekly_hours_to, tasks, captured_by, logged_with_pass, captured_at, received_at, pledged_on, flags,
                request_fingerprint, version, status{pledge_column})
        values ($1, $4, 'Smeden', null, 'smaajob', 1, 5, 5, '{{}}', 'web', true, now(), now(), current_date, '{{}}',
                '\\x00', 1, 'logged'{pledge_value})
        returning id
    )
    insert into case_assignments (taskforce_id, id, batch_id, pledge_id, {column}, assigned_at)
    select $1, $4, $4, pledge.id, {value}, now() from pledge
"""
_OUTREACH: Final = """
    insert into outreach
           (taskforce_id, id, company_id, kind, made_on, new_company, counted, logged_by, logged_at, changed_by,
            changed_at, version)
    values ($1, $4, $4, 'visit', current_date, false, true, {logged_by}, now(), {changed_by}, now(), 2)
"""
_LOOK: Final = """
    insert into access_log (taskforce_id, who, action, what_table, what_key, why, basis)
    values ($1, $3, 'read', 'x', $4, 'casework', 'x')
"""
_ERASED: Final = (
    "insert into erasures (taskforce_id, id, erased_table, erased_key, erased_by) values ($1, $4, 'x', $4, $3)"
)
_WITH_PLEDGE = """
    with pledge as (
        insert into pledges
               (taskforce_id, id, company_name, company_cvr, job_type, position_count, weekly_hours_from,
                weekly_hours_to, tasks, captured_by, logged_with_pass, captured_at, received_at, pledged_on, flags,
                request_fingerprint, version, status)
        values ($1, $4, 'Smeden', null, 'smaajob', 1, 5, 5, '{}', 'web', false, now(), now(), current_date, '{}',
                '\\x00', 2, 'logged')
        returning id
    )
"""
_NOTE: Final = (
    _WITH_PLEDGE.rstrip().replace("{", "{{").replace("}", "}}")
    + """, note as (
        insert into case_notes (taskforce_id, id, pledge_id, kind, body, due_on, written_by, written_at)
        select $1, pledge.id, pledge.id, 'mention', 'Ring', current_date, {written_by}, now() from pledge
        returning id
    )
"""
)
_MENTION: Final = (
    _NOTE.format(written_by="gen_random_uuid()").replace("{", "{{").replace("}", "}}")
    + """
    insert into case_note_mentions (taskforce_id, id, note_id, person_id, due_on, done_at, done_by)
    select $1, note.id, note.id, {person_id}, current_date, now(), {done_by} from note
"""
)
FILL: Final = {
    ("pledges", "company_links", "issued_by"): _LINK.format(columns="issued_by", values="$2"),
    ("pledges", "company_links", "revoked_by"): _LINK.format(columns="revoked_by, revoked_at", values="$2, now()"),
    ("pledges", "company_answers", "seen_by"): _ANSWER.format(column="seen_by", moment="seen_at"),
    ("pledges", "company_answers", "undone_by"): _ANSWER.format(column="undone_by", moment="undone_at"),
    ("pledges", "pledges", "logged_by"): """
        insert into pledges
               (taskforce_id, id, company_name, company_cvr, job_type, position_count, weekly_hours_from,
                weekly_hours_to, tasks, captured_by, logged_by, logged_with_pass, captured_at, received_at, pledged_on,
                flags, request_fingerprint, version, status)
        values ($1, $4, 'Smeden', null, 'smaajob', 1, 5, 5, '{}', 'web', $2, false, now(), now(), current_date, '{}',
                '\\x00', 1, 'logged')
    """,
    ("pledges", "pledges", "assigned_to"): _ASSIGNED.format(
        pledge_column=", assigned_to", pledge_value=", $2", column="assigned_by", value="null"
    ),
    ("pledges", "case_assignments", "assigned_to"): _ASSIGNED.format(
        pledge_column="", pledge_value="", column="assigned_to", value="$2"
    ),
    ("pledges", "case_assignments", "assigned_before"): _ASSIGNED.format(
        pledge_column="", pledge_value="", column="assigned_before", value="$2"
    ),
    ("pledges", "case_assignments", "assigned_by"): _ASSIGNED.format(
        pledge_column="", pledge_value="", column="assigned_by", value="$2"
    ),
    ("pledges", "calls", "assigned_to"): _CALL.format(assigned_to="$2", assigned_by="null", called_by="null"),
    ("pledges", "calls", "assigned_by"): _CALL.format(assigned_to="null", assigned_by="$2", called_by="null"),
    ("pledges", "calls", "called_by"): _CALL.format(assigned_to="null", assigned_by="null", called_by="$2"),
    ("pledges", "mails", "handled_by"): """
        insert into mails
               (taskforce_id, id, version, notice, recipient, pledge_id, sent, settled_at, settled_on, handled_at,
                handled_by)
        values ($1, $4, 1, 'pledge_received', 'company', $4, false, now(), current_date, now(), $2)
    """,
    ("pledges", "outreach", "logged_by"): _OUTREACH.format(logged_by="$2", changed_by="null"),
    ("pledges", "outreach", "changed_by"): _OUTREACH.format(logged_by="null", changed_by="$2"),
    ("pledges", "pledge_reviews", "decided_by"): """
        with pledge as (
            insert into pledges
                   (taskforce_id, id, company_name, company_cvr, job_type, position_count, weekly_hours_from,
                    weekly_hours_to, tasks, captured_by, logged_with_pass, captured_at, received_at, pledged_on, flags,
                    request_fingerprint, version, status, review)
            values ($1, $4, 'Smeden', null, 'smaajob', 1, 5, 5, '{}', 'web', false, now(), now(), current_date, '{}',
                    '\\x00', 2, 'logged', 'accepted')
            returning id
        )
        insert into pledge_reviews (taskforce_id, pledge_id, version, decision, decided_by, decided_at)
        select $1, pledge.id, 2, 'accepted', $2, now() from pledge
    """,
    ("pledges", "duplicate_decisions", "decided_by"): """
        with pledge as (
            insert into pledges
                   (taskforce_id, id, company_name, company_cvr, job_type, position_count, weekly_hours_from,
                    weekly_hours_to, tasks, captured_by, logged_with_pass, captured_at, received_at, pledged_on, flags,
                    request_fingerprint, version, status)
            values ($1, $4, 'Smeden', null, 'smaajob', 1, 5, 5, '{}', 'web', false, now(), now(), current_date, '{}',
                    '\\x00', 1, 'logged')
            returning id
        ), proposal as (
            insert into duplicate_proposals (taskforce_id, id, first_id, second_id, proposed_at, version, status)
            select $1, gen_random_uuid(), pledge.id, gen_random_uuid(), now(), 2, 'kept' from pledge
            returning id
        )
        insert into duplicate_decisions (taskforce_id, proposal_id, version, decision, decided_by, decided_at)
        select $1, proposal.id, 2, 'keep', $2, now() from proposal
    """,
    ("pledges", "phones", "set_aside_by"): """
        insert into phones
               (taskforce_id, event_id, practice, id, announced, discarded, first_contact_at, set_aside_at,
                set_aside_by)
        values ($1, $4, false, $4, 1, '{}', now(), now(), $2)
    """,
    ("pledges", "pledge_changes", "changed_by"): f"""{_WITH_PLEDGE}
        insert into pledge_changes (taskforce_id, id, pledge_id, version, kind, changed_by, changed_at)
        select $1, pledge.id, pledge.id, 2, 'corrected', $2, now() from pledge
    """,
    ("pledges", "hour_rules", "added_by"): _HOUR_RULE.format(columns="added_by", values="$2"),
    ("pledges", "hour_rules", "ended_by"): _HOUR_RULE.format(columns="ended_by, ended_at", values="$2, now()"),
    ("pledges", "hour_rules", "withdrawn_by"): _HOUR_RULE.format(
        columns="withdrawn_by, withdrawn_at", values="$2, now()"
    ),
    ("pledges", "case_notes", "written_by"): _NOTE.format(written_by="$2") + "select id from note",
    ("pledges", "case_note_mentions", "person_id"): _MENTION.format(person_id="$2", done_by="null"),
    ("pledges", "case_note_mentions", "done_by"): _MENTION.format(person_id="gen_random_uuid()", done_by="$2"),
    ("pledges", "queue_views", "saved_by"): (
        "insert into queue_views (taskforce_id, id, name, query, shared, saved_by, saved_at)"
        " values ($1, $4, 'Mine', '', false, $2, now())"
    ),
    ("pledges", "position_changes", "changed_by"): f"""{_WITH_PLEDGE}
        insert into position_changes
               (taskforce_id, id, pledge_id, position_id, version, kind, before, status, effective_on, changed_by,
                changed_at)
        select $1, pledge.id, pledge.id, pledge.id, 2, 'matched', '{{}}', 'matched', current_date, $2, now() from pledge
    """,
    ("pledges", "hires", "logged_by"): _HIRE.format(column="logged_by"),
    ("pledges", "hires", "confirmed_by"): _HIRE.format(column="confirmed_by"),
    ("pledges", "hires", "contact_person_id"): _HIRE.format(column="contact_person_id"),
    ("pledges", "hires", "assigned_to"): _HIRE.format(column="assigned_to"),
    ("pledges", "hire_changes", "changed_by"): f"""
        {_HIRED}
        insert into hire_changes (taskforce_id, id, hire_id, version, kind, before, changed_by, changed_at)
        select $1, hire.id, hire.id, 2, 'corrected', '{{}}', $2, now() from hire
    """,
    ("pledges", "hire_checkpoints", "answered_by"): f"""
        {_HIRED}
        insert into hire_checkpoints (taskforce_id, hire_id, months, due_on, answer, answered_on, answered_by)
        select $1, hire.id, 3, current_date, 'no', current_date, $2 from hire
    """,
    ("pledges", "support_contacts", "logged_by"): f"""
        {_HIRED}
        insert into support_contacts
               (taskforce_id, id, hire_id, contacted_on, contacted_by, agreed, solved, logged_by, logged_at)
        select $1, hire.id, hire.id, current_date, 'employer', 'Ok', true, $2, now() from hire
    """,
    ("pledges", "participants.participants", "caseworker_id"): (
        _PARTICIPANT.format(caseworker_id="$2", registered_by="null") + "select id from participant"
    ),
    ("pledges", "participants.participants", "registered_by"): (
        _PARTICIPANT.format(caseworker_id="null", registered_by="$2") + "select id from participant"
    ),
    ("pledges", "participants.notes", "written_by"): f"""
        {_OF_PARTICIPANT}
        insert into participants.notes (taskforce_id, id, participant_id, body, written_by, written_at, keep_until)
        select $1, id, id, 'Ok', $2, now(), current_date + 1 from participant
    """,
    ("pledges", "participants.changes", "changed_by"): f"""
        {_OF_PARTICIPANT}
        insert into participants.changes (taskforce_id, id, participant_id, version, kind, changed_by, changed_at)
        select $1, id, id, 1, 'registered', $2, now() from participant
    """,
    ("pledges", "participants.matches", "matched_by"): f"""
        {_OF_PARTICIPANT}
        insert into participants.matches
               (taskforce_id, id, participant_id, position_id, pledge_id, matched_by, matched_at)
        select $1, id, id, id, id, $2, now() from participant
    """,
    ("pledges", "participants.pledges", "found_by"): f"""
        {_OF_PARTICIPANT}
        insert into participants.pledges (taskforce_id, pledge_id, participant_id, found_by, found_at)
        select $1, id, id, $2, now() from participant
    """,
    ("pledges", "participants.profile_cards", "changed_by"): f"""
        {_OF_PARTICIPANT}
        insert into participants.profile_cards
               (taskforce_id, participant_id, version, preferred_name, words, tasks, language, basis, valid_from,
                valid_until, changed_by, changed_at)
        select $1, id, 1, 'Ida', 'Ok', '{{}}', 'da', 'public_task', current_date, current_date, $2, now()
          from participant
    """,
    ("pledges", "participants.links", "made_by"): f"""
        {_OF_PARTICIPANT}
        insert into participants.links
               (taskforce_id, id, participant_id, kind, secret_hash, made_by, made_at, expires_at)
        select $1, id, id, 'card', id::text::bytea, $2, now(), now() from participant
    """,
    ("pledges", "access_log", "who"): _LOOK,
    ("pledges", "erasures", "erased_by"): _ERASED,
    ("events", "attendances", "checked_in_by"): f"{_AT_AN_EVENT} {_ATTENDANCE.format(checked_in_by='$3')}",
    ("events", "undone_check_ins", "checked_in_by"): _UNDONE_CHECK_IN.format(checked_in_by="$3", undone_by="'nobody'"),
    ("events", "undone_check_ins", "undone_by"): _UNDONE_CHECK_IN.format(checked_in_by="'nobody'", undone_by="$3"),
    ("events", "captured_check_ins", "captured_by"): _CAPTURED,
    ("events", "agreements", "changed_by"): f"""
        {_AT_AN_EVENT.rstrip()}
        insert into agreements (taskforce_id, id, company_id, role, starts_on, version, changed_by, changed_at)
        select $1, $4, company.id, 'both', current_date, 1, $3, now() from event, company
    """,
    ("events", "targets", "changed_by"): """
        insert into targets
               (taskforce_id, id, measure, job_type, value, starts_on, ends_on, dropped, version, changed_by,
                changed_at)
        values ($1, $4, 'hires', 'smaajob', 1, current_date, current_date, false, 1, $3, now())
    """,
    ("events", "registrations", "registered_by"): _REGISTRATION.format(registered_by="$3", cancelled_by="'nobody'"),
    ("events", "registrations", "cancelled_by"): _REGISTRATION.format(registered_by="'nobody'", cancelled_by="$3"),
    ("events", "meetings", "changed_by"): _MEETING.format(changed_by="$3") + "select id from meeting",
    ("events", "agenda_items", "presenter"): _ITEM.format(presenter="$2", notes_by="null"),
    ("events", "agenda_items", "notes_by"): _ITEM.format(presenter="null", notes_by="$3"),
    ("events", "decisions", "owner"): _DECISION.format(**_NOBODY | {"owner": "$2"}),
    ("events", "decisions", "made_by"): _DECISION.format(**_NOBODY | {"made_by": "$3"}),
    ("events", "decisions", "changed_by"): _DECISION.format(**_NOBODY | {"changed_by": "$3"}),
    ("events", "decisions", "settled_by"): _DECISION.format(**_NOBODY | {"settled_by": "$3"}),
    ("events", "api_keys", "made_by"): _API_KEY.format(made_by="$2", taken_over_by="null"),
    ("events", "api_keys", "taken_over_by"): _API_KEY.format(made_by="gen_random_uuid()", taken_over_by="$2"),
    ("events", "erasure_orders", "ordered_by"): (
        "insert into erasure_orders (taskforce_id, id, ordered_by) values ($1, $4, $3)"
    ),
    ("events", "access_log", "who"): _LOOK,
    ("events", "erasures", "erased_by"): _ERASED,
}
"""A row of each kind: $1 the taskforce, $2 the account's id, $3 its subject, $4 the id of the changed object."""


async def _do(installation: Installation, what: tuple[str, str, str], *, account: UUID, taskforce_id: UUID) -> UUID:
    """Insert one activity of an account; returns the id of the changed object."""
    thing = uuid4()
    arguments = (taskforce_id, account, f"person:{account}", thing)
    statement = FILL[what]
    conn = await asyncpg.connect(installation.databases.superuser_dsn(what[0]))
    try:
        # Every statement gets all four parameters, even if it does not use them.
        given = "with given as (select $1::uuid, $2::uuid, $3::text, $4::uuid)"
        await conn.execute(
            statement.replace("with ", f"{given}, ", 1)
            if statement.lstrip().startswith("with ")
            else f"{given} {statement}",
            *arguments,
        )
    finally:
        await conn.close()
    return thing


def _told(found: list[data_subjects.Found]) -> dict[tuple[str, str, str], list[dict[str, Any]]]:
    return {
        (one.service, each.entry.table, each.entry.column): activity_entry(one.service, each, "da")["rows"]
        for one in found
        for each in one.done
    }


async def test_activity_is_only_in_the_report_of_its_account(whole: Installation) -> None:
    things = {what: await _do(whole, what, account=whole.eva, taskforce_id=whole.taskforce_id) for what in DONE_BY}
    for what in DONE_BY:
        await _do(whole, what, account=whole.ida, taskforce_id=whole.taskforce_id)
        await _do(whole, what, account=whole.eva, taskforce_id=whole.other)

    # Before erasing, because a search from the command line is no activity of an account.
    rows = _told(await whole.find())
    told = {what: [str(things[what]) in row.values() for row in done] for what, done in rows.items()}
    assert told == {what: [True] for what in DONE_BY}
    assert {what for what, [row] in rows.items() if not row["at"]} == set()
    named = {what for what, done in rows.items() if "Smeden" in json.dumps(done, ensure_ascii=False)}
    assert named == set(), "the name of somebody's own company is that person's"


async def test_the_ids_of_an_erased_account_stay_and_refer_to_nobody(whole: Installation) -> None:
    for what in DONE_BY:
        await _do(whole, what, account=whole.eva, taskforce_id=whole.taskforce_id)
    await whole.erase()
    kept = {
        (service, table, column): await whole.all(
            service, f"select from {table} where {column}::text like $1", f"%{whole.eva}"
        )
        for service, table, column in DONE_BY
    }
    assert {what: len(rows) for what, rows in kept.items()} == dict.fromkeys(DONE_BY, 1)
    assert await whole.all("events", "select from people where id = $1", whole.eva) == []
    assert not any(_told(await whole.find()).values())


async def test_the_report_of_an_account_omits_the_contacts_of_its_pledges(
    whole: Installation,
) -> None:
    """The report contains neither the contact, nor the mails to them, nor who has looked at their data."""
    await whole.all("pledges", "update pledges set logged_by = $1 where id = $2", whole.ida, whole.pledges["by phone"])
    found = await whole.find(SubjectIdentifiers(emails=frozenset({"ida@firma.example"})))
    rows = _told(found)[("pledges", "pledges", "logged_by")]
    assert [row["pledge_id"] for row in rows] == [str(whole.pledges["by phone"])]
    everything = json.dumps(
        [group_entry(one.service, group, "da")["rows"] for one in found for group in one.held] + rows,
        ensure_ascii=False,
    )
    assert "andet@firma.example" not in everything
    assert "9785 0000" not in everything
    assert "Smedens" not in everything
    assert "pledge_contact" not in everything, "the mail about it went to the contact"


@pytest.mark.parametrize("service", SERVICES)
def test_every_column_with_an_accounts_id_is_in_the_report_or_has_a_reason(service: str) -> None:
    inventory = data_inventory_of(service)
    assert {(entry.table, entry.column) for entry in inventory.done_by} == {
        (deed.table, deed.column) for deed in data_subjects.ACTIVITY_QUERIES.get(service, ())
    }
    keys = {(one.table, one.key) for one in data_subjects.LOOKUPS[service] if one.find is not None}
    untold = [
        f"{entry.table}.{column}"
        for entry in inventory.pseudonymous
        if "events.people" in entry.resolved_by and not entry.not_shown
        for column in entry.columns
        if (entry.table, column) not in keys
    ]
    assert untold == [], "make it a [[done_by]], or say in not_shown why the report has not got it"


@pytest.mark.parametrize("service", SERVICES)
async def test_columns_named_like_an_account_are_declared_as_one(databases: Databases, service: str) -> None:
    inventory = data_inventory_of(service)
    known = {(entry.table, entry.column) for entry in inventory.done_by}
    known |= {
        (entry.table, column)
        for entry in inventory.pseudonymous
        if "events.people" in entry.resolved_by
        for column in entry.columns
    }
    known |= {(one.table, one.key) for one in data_subjects.LOOKUPS[service] if one.find is not None}
    conn = await asyncpg.connect(databases.superuser_dsn(service))
    try:
        columns = await conn.fetch(
            """
            select case table_schema when 'public' then '' else table_schema || '.' end || table_name as of_table,
                   column_name::text as name
              from information_schema.columns
             where table_schema in ('public', 'participants')
               and data_type in ('uuid', 'text')
            """
        )
    finally:
        await conn.close()
    unknown = {
        (one["of_table"], one["name"])
        for one in columns
        if _NAMES_ACCOUNT.search(one["name"])
        and (one["of_table"], one["name"]) not in known
        and (service, one["of_table"], one["name"]) not in NO_ACCOUNT
    }
    assert unknown == set()
