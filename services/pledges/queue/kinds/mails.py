"""Mails to companies that did not arrive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.pledges.mails.words import reason_text
from services.pledges.queue.due import DueKind, Source
from shared.i18n.translations import N_
from shared.i18n.translations import gettext as _
from shared.ui.formats import date_text

if TYPE_CHECKING:
    from services.pledges.queue.due import Due


def _reason(due: Due) -> str:
    return _(
        "A mail to %(company)s did not arrive on %(day)s: %(why)s",
        company=due.company,
        day=date_text(due.day),
        why=reason_text(due.detail.get("reason")),
    )


UNDELIVERED: Final = DueKind(
    code="undelivered",
    label=N_("Mail that did not arrive"),
    button=lambda _due: _("See the mail"),
    reason=_reason,
    next_step=lambda _due: _("Ring the company, and correct the address."),
    url=lambda due: f"/queue/mails/{due.id}",
    sources=(
        Source(
            tables="""mails as mail
  join pledges as pledge
    on pledge.taskforce_id = mail.taskforce_id
   and pledge.id = mail.pledge_id""",
            where="""mail.taskforce_id = :taskforce
   and not mail.sent
   and mail.recipient = 'company'
   and mail.handled_at is null""",
            day="mail.settled_on",
            id="mail.id",
            owner="pledge.assigned_to",
            about="pledge",
            pledge_id="pledge.id",
            detail="jsonb_build_object('reason', mail.reason)",
        ),
    ),
)
