"""An invitation for a person who has been given an account."""

from __future__ import annotations

from typing import Final

from services.notifications.notices.notice import Notice, NoticeKind, Summary
from services.notifications.notices.recipients import person
from shared.contracts.events import PersonInvited
from shared.i18n.translations import N_
from shared.i18n.translations import gettext as _

CODE: Final = "invitation"


def _plan(invited: PersonInvited) -> Notice:
    return Notice(
        rule=CODE,
        about_id=invited.invitation_id,
        recipient_kind="person",
        recipient_id=invited.person_id,
        happened_at=invited.recorded_at,
        facts={},
    )


KIND: Final = NoticeKind(
    code=CODE,
    label=N_("An invitation to sign in"),
    trigger=PersonInvited,
    plan=_plan,
    recipient=person,
    context=lambda _facts: {},
    summary=lambda _facts: Summary(_("to somebody who has an account")),
)
