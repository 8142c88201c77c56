"""How a person is found in what events holds, and what erasing them means."""

from __future__ import annotations

from typing import Final

from services.events.retention import ERASED, retention
from shared.messaging.retention import LETTERS
from shared.privacy.inquiries import Kept
from shared.privacy.subjects import ACCESSES, Holding

_ACCOUNT: Final = """
    select person.id
      from people as person,
           asked
     where person.taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid
       and lower(person.email) = any (asked.emails)
"""
_ERASE_ACCOUNT: Final = "select erase_accounts($1)"

HOLDINGS: Final = (
    Holding(
        "personally_owned_companies",
        "companies",
        find="""
            select company.id
              from companies as company,
                   asked
             where company.taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid
               and company.personally_owned
               and (company.cvr = any (asked.cvrs)
                    or regexp_replace(company.cvr_as_typed, '[^0-9]', '', 'g') = any (asked.cvrs))
        """,
        erase=f"""
            update companies
               set name = '{ERASED}',
                   cvr = null,
                   cvr_as_typed = null
             where taskforce_id = nullif(current_setting('app.taskforce', true), '')::uuid
               and personally_owned
               and name <> '{ERASED}'
               and id = any ($1)
            returning id
        """,  # noqa: S608  (a word of ours)
    ),
    Holding("accounts", "people", find=_ACCOUNT, erase=_ERASE_ACCOUNT),
    # With the account everything goes that refers to it: see the function.
    Holding("link_requests", "link_requests", find=_ACCOUNT, erase=_ERASE_ACCOUNT, key="person_id"),
    Holding("sessions", "sessions", find=_ACCOUNT, erase=_ERASE_ACCOUNT, key="person_id"),
    Holding("accounts", "passkeys", find=_ACCOUNT, erase=_ERASE_ACCOUNT, key="person_id"),
    Holding("accounts", "provider_links", find=_ACCOUNT, erase=_ERASE_ACCOUNT, key="person_id"),
    Holding("accounts", "person_roles", find=_ACCOUNT, erase=_ERASE_ACCOUNT, key="person_id"),
    ACCESSES,
    LETTERS,
)

KEPT: Final = Kept(HOLDINGS, retention(), owns=True)
"""What the register's pages ask about people here."""
