"""How a person is found in what pledges holds, and what erasing them means."""

from __future__ import annotations

from typing import Final

from services.pledges.retention import retention
from shared.messaging.retention import LETTERS
from shared.privacy.inquiries import Kept
from shared.privacy.subjects import ACCESSES, Holding

_OF_CONTACT: Final = r"""
    select contact.id
      from {table} as contact,
           asked
     where contact.taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid
       and (lower(contact.email) = any (asked.emails)
            or right(regexp_replace(contact.phone, '\D', '', 'g'), 8) = any (asked.phones))
"""
_ERASE_CONTACT: Final = """
    delete from {table}
     where taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid
       and id = any ($1)
    returning id
"""
_OF_COMPANY: Final = r"""
    select made.id
      from {table} as made,
           asked
     where made.taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid
       and regexp_replace(made.company_cvr, '\D', '', 'g') = any (asked.cvrs)
"""
_ERASE_COMPANY: Final = "select forget_companies_of_{table}($1)"

HOLDINGS: Final = (
    Holding(
        "company_contacts",
        "pledge_contacts",
        find=_OF_CONTACT.format(table="pledge_contacts"),
        erase=_ERASE_CONTACT.format(table="pledge_contacts"),
    ),
    Holding(
        "municipal_contacts",
        "hire_contacts",
        find=_OF_CONTACT.format(table="hire_contacts"),
        erase=_ERASE_CONTACT.format(table="hire_contacts"),
    ),
    # A year after we have had it at the earliest: see the migration of these functions.
    Holding(
        "typed_companies",
        "pledges",
        find=_OF_COMPANY.format(table="pledges"),
        erase=_ERASE_COMPANY.format(table="pledges"),
    ),
    Holding(
        "typed_companies",
        "hires",
        find=_OF_COMPANY.format(table="hires"),
        erase=_ERASE_COMPANY.format(table="hires"),
    ),
    Holding(
        "end_reasons",
        "hires",
        find=None,
        erase=None,
        why="Borgeren har hverken navn eller nummer her og kan ikke findes; spørg kommunen.",
    ),
    ACCESSES,
    LETTERS,
)

KEPT: Final = Kept(HOLDINGS, retention(), owns=True)
"""What the register's pages ask about people here."""
