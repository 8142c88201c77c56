"""How a person's data is found in this service, and what erasing it means."""

from __future__ import annotations

from typing import Final

from services.pledges.privacy import participants
from services.pledges.privacy.activity import ACTIVITY_QUERIES
from services.pledges.privacy.retention import retention
from shared.privacy.dead_letters import DEAD_LETTERS_LOOKUP
from shared.privacy.subject_requests import SubjectData
from shared.privacy.subjects import ACCESSES, SubjectLookup

_OF_CONTACT: Final = """
    select contact.id
      from {table} as contact,
           identifiers
     where contact.taskforce_id = current_taskforce()
       and (lookup_key(contact.email) = any (identifiers.emails)
            or phone_key(contact.phone) = any (identifiers.phones))
"""
_ERASE_CONTACT: Final = """
    delete from {table}
     where taskforce_id = current_taskforce()
       and id = any ($1)
    returning id
"""
_OF_COMPANY: Final = r"""
    select made.id
      from {table} as made,
           identifiers
     where made.taskforce_id = current_taskforce()
       and regexp_replace(normalize(made.company_cvr, nfkc), '[^0-9]', '', 'g') = any (identifiers.cvrs)
"""
_ERASE_COMPANY: Final = "select forget_companies_of_{table}($1)"
_IN_NOTES: Final = """
    select change.id
      from {table} as change,
           identifiers
     where change.taskforce_id = current_taskforce()
       and lower(change.note) ~ any (identifiers.mentions)
"""
_EMPTY_NOTES: Final = """
    update {table}
       set note = null
     where taskforce_id = current_taskforce()
       and id = any ($1)
    returning id
"""

LOOKUPS: Final = (
    SubjectLookup(
        "company_contacts",
        "pledge_contacts",
        find=_OF_CONTACT.format(table="pledge_contacts"),
        erase=_ERASE_CONTACT.format(table="pledge_contacts"),
    ),
    SubjectLookup(
        "call_notes",
        "calls",
        find=_OF_CONTACT.format(table="pledge_contacts"),
        erase="""
            update calls
               set note = null
             where taskforce_id = current_taskforce()
               and id = any ($1)
               and note is not null
            returning id
        """,
    ),
    SubjectLookup(
        "municipal_contacts",
        "hire_contacts",
        find=_OF_CONTACT.format(table="hire_contacts"),
        erase=_ERASE_CONTACT.format(table="hire_contacts"),
    ),
    # A year after it was received at the earliest: see these functions in the migration.
    SubjectLookup(
        "typed_companies",
        "pledges",
        find=_OF_COMPANY.format(table="pledges"),
        erase=_ERASE_COMPANY.format(table="pledges"),
    ),
    SubjectLookup(
        "former_contacts",
        "pledge_former_contacts",
        find=_OF_CONTACT.format(table="pledge_former_contacts"),
        erase=_ERASE_CONTACT.format(table="pledge_former_contacts"),
    ),
    SubjectLookup(
        "typed_companies",
        "pledge_former_terms",
        find=_OF_COMPANY.format(table="pledge_former_terms"),
        erase=_ERASE_COMPANY.format(table="pledge_former_terms"),
    ),
    # Notes should name nobody; an address or a number in one is found, a name is not.
    SubjectLookup(
        "change_notes",
        "pledge_changes",
        find=_IN_NOTES.format(table="pledge_changes"),
        erase=_EMPTY_NOTES.format(table="pledge_changes"),
    ),
    SubjectLookup(
        "case_notes",
        "case_notes",
        find="""
            select note.id
              from case_notes as note,
                   identifiers
             where note.taskforce_id = current_taskforce()
               and lower(note.body) ~ any (identifiers.mentions)
        """,
        erase="""
            update case_notes
               set body = null
             where taskforce_id = current_taskforce()
               and id = any ($1)
            returning id
        """,
    ),
    SubjectLookup(
        "queue_views",
        "queue_views",
        find="""
            select saved.id
              from queue_views as saved,
                   identifiers
             where saved.taskforce_id = current_taskforce()
               and lower(concat_ws(' ', saved.name, saved.query)) ~ any (identifiers.mentions)
        """,
        erase="""
            delete from queue_views
             where taskforce_id = current_taskforce()
               and id = any ($1)
            returning id
        """,
    ),
    SubjectLookup(
        "step_notes",
        "position_changes",
        find=_IN_NOTES.format(table="position_changes"),
        erase=_EMPTY_NOTES.format(table="position_changes"),
    ),
    SubjectLookup(
        "outreach_notes",
        "outreach",
        find=_IN_NOTES.format(table="outreach"),
        erase=_EMPTY_NOTES.format(table="outreach"),
    ),
    SubjectLookup(
        "typed_companies",
        "hires",
        find=_OF_COMPANY.format(table="hires"),
        erase=_ERASE_COMPANY.format(table="hires"),
    ),
    SubjectLookup(
        "typed_companies",
        "hire_former_companies",
        find=_OF_COMPANY.format(table="hire_former_companies"),
        erase=_ERASE_COMPANY.format(table="hire_former_companies"),
    ),
    *participants.LOOKUPS,
    # As of changes of pledges.
    SubjectLookup(
        "hire_change_notes",
        "hire_changes",
        find=_IN_NOTES.format(table="hire_changes"),
        erase=_EMPTY_NOTES.format(table="hire_changes"),
    ),
    SubjectLookup(
        "support_contacts",
        "support_contacts",
        find="""
            select contact.id
              from support_contacts as contact,
                   identifiers
             where contact.taskforce_id = current_taskforce()
               and lower(contact.agreed) ~ any (identifiers.mentions)
        """,
        erase=_ERASE_CONTACT.format(table="support_contacts"),
    ),
    SubjectLookup(
        "phone_names",
        "phones",
        find=None,
        erase=None,
        why="Navnet er skrevet frit og siger ikke sikkert, hvis telefonen er; det slettes 30 dage efter arrangementet.",
    ),
    # As of changes.
    SubjectLookup(
        "phone_notes",
        "phones",
        find="""
            select phone.id
              from phones as phone,
                   identifiers
             where phone.taskforce_id = current_taskforce()
               and lower(phone.set_aside_because) ~ any (identifiers.mentions)
        """,
        erase="""
            update phones
               set set_aside_because = null
             where taskforce_id = current_taskforce()
               and id = any ($1)
            returning id
        """,
    ),
    ACCESSES,
    DEAD_LETTERS_LOOKUP,
)

SUBJECT_DATA: Final = SubjectData(LOOKUPS, retention(), owns=True, activity_queries=ACTIVITY_QUERIES)
"""What the pages about data subjects ask of this service."""
