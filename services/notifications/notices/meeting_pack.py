"""Says that the pack of a meeting can be fetched. It holds no figure: whoever reads them signs in."""

from __future__ import annotations

from typing import Final

from services.notifications.notices.notice import Notice, NoticeKind, Summary
from services.notifications.notices.recipients import reader_of_pack
from shared.contracts.events import MeetingPackIssued
from shared.i18n.translations import N_
from shared.i18n.translations import gettext as _

CODE: Final = "meeting_pack"


def _plan(issued: MeetingPackIssued) -> Notice:
    return Notice(
        rule=CODE,
        about_id=issued.aggregate_id,
        recipient_kind="person",
        recipient_id=issued.person_id,
        happened_at=issued.recorded_at,
        facts={"meeting_id": str(issued.meeting_id)},
    )


KIND: Final = NoticeKind(
    code=CODE,
    label=N_("The pack before a meeting"),
    trigger=MeetingPackIssued,
    plan=_plan,
    recipient=reader_of_pack,
    context=lambda _facts: {},
    summary=lambda _facts: Summary(_("to somebody who is invited to the meeting")),
)
