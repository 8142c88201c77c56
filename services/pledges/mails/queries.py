"""SQL for reading a mail that did not arrive, with the case that it is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from services.pledges.pledges.domain import Contact

if TYPE_CHECKING:
    from shared.db.database import Connection


@dataclass(frozen=True, slots=True)
class UndeliveredMail:
    """A mail that did not arrive.

    Attributes:
        contact: the contact of the pledge as it is now; None: it has none, or it was erased.
        company_id: the company in the register, where it was recognised.
    """

    id: UUID
    notice: str
    reason: str | None
    settled_at: datetime
    handled_at: datetime | None
    handled_by: UUID | None
    pledge_id: UUID | None
    hire_id: UUID | None
    company: str
    company_id: UUID | None
    contact: Contact | None


async def undelivered_mail(conn: Connection, taskforce_id: UUID, mail_id: UUID) -> UndeliveredMail | None:
    """Return a mail that did not arrive; None if there is no such mail."""
    row = await conn.fetchrow(
        """
        select mail.id, mail.notice, mail.reason, mail.settled_at, mail.handled_at, mail.handled_by, mail.pledge_id,
               mail.hire_id,
               coalesce(pledge.company_name, hire.company_name, '') as company,
               coalesce(pledge.company_id, hire.company_id) as company_id,
               contact.name, contact.phone, contact.email
          from mails as mail
          left join pledges as pledge
            on pledge.taskforce_id = mail.taskforce_id
           and pledge.id = mail.pledge_id
          left join hires as hire
            on hire.taskforce_id = mail.taskforce_id
           and hire.id = mail.hire_id
          left join pledge_contacts as contact
            on contact.taskforce_id = mail.taskforce_id
           and contact.id = mail.pledge_id
         where mail.taskforce_id = $1
           and mail.id = $2
           and not mail.sent
        """,
        taskforce_id,
        mail_id,
    )
    if row is None:
        return None
    facts = dict(row)
    name, phone, email = (facts.pop(column) for column in ("name", "phone", "email"))
    return UndeliveredMail(**facts, contact=Contact(name, phone, email) if name else None)
