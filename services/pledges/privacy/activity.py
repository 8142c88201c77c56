"""What an account has done in this service, for the report about its person."""

from __future__ import annotations

from typing import Final

from shared.privacy.activity import ACCESS_LOG_ACTIVITY, ERASED, ActivityQuery

# A company is shown with the name in the register, which publishes it only if the company is not a person's own.
_HIRED: Final = """
    select hire.confirmed_at as at,
           hire.id as hire_id,
           hire.pledge_id,
           company.name as company_name,
           hire.company_id,
           hire.job_type
      from account
      join hires as hire
        on hire.{column} = account.id
      left join companies as company
        on company.taskforce_id = hire.taskforce_id
       and company.id = hire.company_id
     where hire.taskforce_id = current_taskforce()
"""

# What an account has done about a hire, or with it.
_ABOUT_HIRE: Final = """
    select made.{moment} as at,
           made.hire_id,
           hire.pledge_id,
           company.name as company_name,
           hire.company_id,
           hire.job_type
      from account
      join {table} as made
        on made.{column} = account.id
      join hires as hire
        on hire.taskforce_id = made.taskforce_id
       and hire.id = made.hire_id
      left join companies as company
        on company.taskforce_id = hire.taskforce_id
       and company.id = hire.company_id
     where made.taskforce_id = current_taskforce()
"""

_HOUR_RULES: Final = """
    select rule.{moment} as at,
           rule.id
      from account
      join hour_rules as rule
        on rule.{column} = account.id
     where rule.taskforce_id = current_taskforce()
"""

_CALLS: Final = """
    select call.{moment} as at,
           call.id as pledge_id,
           company.name as company_name,
           pledge.company_id,
           call.outcome
      from account
      join calls as call
        on call.{column} = account.id
      join pledges as pledge
        on pledge.taskforce_id = call.taskforce_id
       and pledge.id = call.id
      left join companies as company
        on company.taskforce_id = pledge.taskforce_id
       and company.id = pledge.company_id
     where call.taskforce_id = current_taskforce()
"""

_ASSIGNED: Final = """
    select assigned.assigned_at as at,
           assigned.pledge_id,
           assigned.hire_id
      from account
      join case_assignments as assigned
        on assigned.{column} = account.id
     where assigned.taskforce_id = current_taskforce()
"""

_COMPANY_LINKS: Final = """
    select link.{moment} as at,
           company.name as company_name,
           link.company_id
      from account
      join company_links as link
        on link.{column} = account.id
      left join companies as company
        on company.taskforce_id = link.taskforce_id
       and company.id = link.company_id
     where link.taskforce_id = current_taskforce()
"""

_COMPANY_ANSWERS: Final = """
    select answer.{moment} as at,
           answer.pledge_id,
           company.name as company_name,
           answer.company_id
      from account
      join company_answers as answer
        on answer.{column} = account.id
      left join companies as company
        on company.taskforce_id = answer.taskforce_id
       and company.id = answer.company_id
     where answer.taskforce_id = current_taskforce()
"""

_OUTREACH: Final = """
    select outreach.{moment} as at,
           company.name as company_name,
           outreach.company_id
      from account
      join outreach
        on outreach.{column} = account.id
      left join companies as company
        on company.taskforce_id = outreach.taskforce_id
       and company.id = outreach.company_id
     where outreach.taskforce_id = current_taskforce()
"""

_NOTED: Final = """
    select {moment} as at,
           note.pledge_id,
           note.hire_id
      from account
      join case_note_mentions as mention
        on mention.{column} = account.id
      join case_notes as note
        on note.taskforce_id = mention.taskforce_id
       and note.id = mention.note_id
     where mention.taskforce_id = current_taskforce()
"""

_CHANGED: Final = """
    select change.changed_at as at,
           change.pledge_id,
           company.name as company_name,
           pledge.company_id,
           pledge.job_type
      from account
      join {table} as change
        on change.changed_by = account.id
      join pledges as pledge
        on pledge.taskforce_id = change.taskforce_id
       and pledge.id = change.pledge_id
      left join companies as company
        on company.taskforce_id = pledge.taskforce_id
       and company.id = pledge.company_id
     where change.taskforce_id = current_taskforce()
"""

_FOR_PARTICIPANT: Final = """
    select made.{moment} as at,
           made.{participant} as participant_id{more}
      from account
      join {table} as made
        on made.{column} = account.id
     where made.taskforce_id = current_taskforce()
"""


def _for_participant(
    table: str, column: str, moment: str, *, participant: str = "participant_id", pledge: bool = False
) -> ActivityQuery:
    """Return the query for what an account has done for participants, who are shown with their numbers only."""
    more = ",\n           made.pledge_id" if pledge else ""
    return ActivityQuery(
        table,
        column,
        _FOR_PARTICIPANT.format(table=table, column=column, moment=moment, participant=participant, more=more),
    )


ACTIVITY_QUERIES: Final = (
    ActivityQuery(
        "pledges",
        "logged_by",
        """
            select pledge.received_at as at,
                   pledge.id as pledge_id,
                   company.name as company_name,
                   pledge.company_id,
                   pledge.job_type,
                   pledge.captured_by
              from account
              join pledges as pledge
                on pledge.logged_by = account.id
              left join companies as company
                on company.taskforce_id = pledge.taskforce_id
               and company.id = pledge.company_id
             where pledge.taskforce_id = current_taskforce()
        """,
    ),
    ActivityQuery(
        "pledge_reviews",
        "decided_by",
        """
            select review.decided_at as at,
                   review.pledge_id,
                   company.name as company_name,
                   pledge.company_id,
                   pledge.job_type
              from account
              join pledge_reviews as review
                on review.decided_by = account.id
              join pledges as pledge
                on pledge.taskforce_id = review.taskforce_id
               and pledge.id = review.pledge_id
              left join companies as company
                on company.taskforce_id = pledge.taskforce_id
               and company.id = pledge.company_id
             where review.taskforce_id = current_taskforce()
        """,
    ),
    ActivityQuery(
        "pledges",
        "assigned_to",
        """
            select pledge.received_at as at,
                   pledge.id as pledge_id,
                   company.name as company_name,
                   pledge.company_id,
                   pledge.job_type
              from account
              join pledges as pledge
                on pledge.assigned_to = account.id
              left join companies as company
                on company.taskforce_id = pledge.taskforce_id
               and company.id = pledge.company_id
             where pledge.taskforce_id = current_taskforce()
        """,
    ),
    ActivityQuery("hires", "assigned_to", _HIRED.format(column="assigned_to")),
    ActivityQuery("case_assignments", "assigned_to", _ASSIGNED.format(column="assigned_to")),
    ActivityQuery("case_assignments", "assigned_before", _ASSIGNED.format(column="assigned_before")),
    ActivityQuery("case_assignments", "assigned_by", _ASSIGNED.format(column="assigned_by")),
    ActivityQuery("company_links", "issued_by", _COMPANY_LINKS.format(column="issued_by", moment="issued_at")),
    ActivityQuery("company_links", "revoked_by", _COMPANY_LINKS.format(column="revoked_by", moment="revoked_at")),
    ActivityQuery("company_answers", "seen_by", _COMPANY_ANSWERS.format(column="seen_by", moment="seen_at")),
    ActivityQuery("company_answers", "undone_by", _COMPANY_ANSWERS.format(column="undone_by", moment="undone_at")),
    ActivityQuery("calls", "assigned_to", _CALLS.format(column="assigned_to", moment="assigned_at")),
    ActivityQuery("calls", "assigned_by", _CALLS.format(column="assigned_by", moment="assigned_at")),
    ActivityQuery("calls", "called_by", _CALLS.format(column="called_by", moment="called_at")),
    ActivityQuery(
        "duplicate_decisions",
        "decided_by",
        """
            select decided.decided_at as at,
                   proposal.first_id as pledge_id,
                   company.name as company_name,
                   pledge.company_id,
                   pledge.job_type
              from account
              join duplicate_decisions as decided
                on decided.decided_by = account.id
              join duplicate_proposals as proposal
                on proposal.taskforce_id = decided.taskforce_id
               and proposal.id = decided.proposal_id
              join pledges as pledge
                on pledge.taskforce_id = proposal.taskforce_id
               and pledge.id = proposal.first_id
              left join companies as company
                on company.taskforce_id = pledge.taskforce_id
               and company.id = pledge.company_id
             where decided.taskforce_id = current_taskforce()
        """,
    ),
    ActivityQuery("hour_rules", "added_by", _HOUR_RULES.format(column="added_by", moment="added_at")),
    ActivityQuery("hour_rules", "ended_by", _HOUR_RULES.format(column="ended_by", moment="ended_at")),
    ActivityQuery("hour_rules", "withdrawn_by", _HOUR_RULES.format(column="withdrawn_by", moment="withdrawn_at")),
    ActivityQuery(
        "case_notes",
        "written_by",
        """
            select note.written_at as at,
                   note.pledge_id,
                   note.hire_id
              from account
              join case_notes as note
                on note.written_by = account.id
             where note.taskforce_id = current_taskforce()
        """,
    ),
    ActivityQuery("case_note_mentions", "person_id", _NOTED.format(column="person_id", moment="note.written_at")),
    ActivityQuery("case_note_mentions", "done_by", _NOTED.format(column="done_by", moment="mention.done_at")),
    ActivityQuery(
        "queue_views",
        "saved_by",
        """
            select saved.saved_at as at,
                   saved.id
              from account
              join queue_views as saved
                on saved.saved_by = account.id
             where saved.taskforce_id = current_taskforce()
        """,
    ),
    ActivityQuery("pledge_changes", "changed_by", _CHANGED.format(table="pledge_changes")),
    ActivityQuery("position_changes", "changed_by", _CHANGED.format(table="position_changes")),
    ActivityQuery(
        "phones",
        "set_aside_by",
        """
            select phone.set_aside_at as at,
                   phone.event_id
              from account
              join phones as phone
                on phone.set_aside_by = account.id
             where phone.taskforce_id = current_taskforce()
        """,
    ),
    ActivityQuery(
        "mails",
        "handled_by",
        """
            select mail.handled_at as at,
                   mail.pledge_id,
                   mail.hire_id
              from account
              join mails as mail
                on mail.handled_by = account.id
             where mail.taskforce_id = current_taskforce()
        """,
    ),
    ActivityQuery("outreach", "logged_by", _OUTREACH.format(column="logged_by", moment="logged_at")),
    ActivityQuery("outreach", "changed_by", _OUTREACH.format(column="changed_by", moment="changed_at")),
    ActivityQuery("hires", "logged_by", _HIRED.format(column="logged_by")),
    ActivityQuery("hires", "confirmed_by", _HIRED.format(column="confirmed_by")),
    ActivityQuery("hires", "contact_person_id", _HIRED.format(column="contact_person_id")),
    ActivityQuery(
        "hire_changes",
        "changed_by",
        _ABOUT_HIRE.format(table="hire_changes", column="changed_by", moment="changed_at"),
    ),
    ActivityQuery(
        "hire_checkpoints",
        "answered_by",
        _ABOUT_HIRE.format(table="hire_checkpoints", column="answered_by", moment="answered_on"),
    ),
    ActivityQuery(
        "support_contacts",
        "logged_by",
        _ABOUT_HIRE.format(table="support_contacts", column="logged_by", moment="logged_at"),
    ),
    _for_participant("participants.participants", "caseworker_id", "registered_at", participant="id"),
    _for_participant("participants.participants", "registered_by", "registered_at", participant="id"),
    _for_participant("participants.notes", "written_by", "written_at"),
    _for_participant("participants.changes", "changed_by", "changed_at"),
    _for_participant("participants.matches", "matched_by", "matched_at", pledge=True),
    _for_participant("participants.pledges", "found_by", "found_at", pledge=True),
    _for_participant("participants.profile_cards", "changed_by", "changed_at"),
    _for_participant("participants.links", "made_by", "made_at"),
    ACCESS_LOG_ACTIVITY,
    ERASED,
)
