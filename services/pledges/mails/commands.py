"""Seeing to mails that did not arrive. Each use case owns its transaction."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from services.pledges.mails import store
from services.pledges.mails.refusals import MailNotFound

if TYPE_CHECKING:
    from uuid import UUID

    from shared.db.database import Database


async def handle_mail(db: Database, taskforce_id: UUID, mail_id: UUID, *, by: UUID) -> None:
    """Take a mail that did not arrive off the work list. The same again changes nothing.

    Raises:
        MailNotFound: no mail of this id failed to arrive.
    """
    async with db.change(taskforce_id) as conn:
        if not await store.mark_handled(conn, taskforce_id, mail_id, by=by, at=datetime.now(UTC)):
            raise MailNotFound


async def reopen_mail(db: Database, taskforce_id: UUID, mail_id: UUID) -> None:
    """Undo `handle_mail`. The same again changes nothing.

    Raises:
        MailNotFound: no mail of this id failed to arrive.
    """
    async with db.change(taskforce_id) as conn:
        if not await store.mark_open(conn, taskforce_id, mail_id):
            raise MailNotFound
