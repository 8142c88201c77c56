"""SQL that saves what `notifications` published about mails, and who has seen to one. Nothing commits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.contracts.notifications import MailSent
from shared.ui.formats import local_date

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from shared.contracts.notifications import MailState
    from shared.db.database import Connection


async def save_mails(conn: Connection, mails: Sequence[MailState]) -> None:
    """Save mails; an older version never replaces a newer one, and who has seen to a mail stays.

    Args:
        mails: each id once.
    """
    await conn.executemany(
        """
        insert into mails as known
               (taskforce_id, id, version, notice, recipient, pledge_id, hire_id, sent, reason, settled_at, settled_on)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            on conflict (taskforce_id, id) do update
           set version = excluded.version,
               sent = excluded.sent,
               reason = excluded.reason,
               settled_at = excluded.settled_at,
               settled_on = excluded.settled_on
         where excluded.version > known.version
        """,
        [
            (
                mail.taskforce_id,
                mail.delivery_id,
                mail.version,
                mail.notice,
                mail.recipient,
                mail.pledge_id,
                mail.hire_id,
                isinstance(mail, MailSent),
                mail.reason,
                mail.settled_at,
                local_date(mail.settled_at),
            )
            for mail in mails
        ],
    )


async def mark_handled(conn: Connection, taskforce_id: UUID, mail_id: UUID, *, by: UUID, at: datetime) -> bool:
    """Record who has seen to a mail that did not arrive; the first one stays. False where there is no such mail."""
    done = await conn.execute(
        """
        update mails
           set handled_at = coalesce(handled_at, $3),
               handled_by = coalesce(handled_by, $4)
         where taskforce_id = $1
           and id = $2
           and not sent
        """,
        taskforce_id,
        mail_id,
        at,
        by,
    )
    return done == "UPDATE 1"


async def mark_open(conn: Connection, taskforce_id: UUID, mail_id: UUID) -> bool:
    """Record that nobody has seen to a mail that did not arrive. False where there is no such mail."""
    done = await conn.execute(
        """
        update mails
           set handled_at = null,
               handled_by = null
         where taskforce_id = $1
           and id = $2
           and not sent
        """,
        taskforce_id,
        mail_id,
    )
    return done == "UPDATE 1"
