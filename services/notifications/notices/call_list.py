"""The mail to whoever is to ring companies after an event: whom to ring, about what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from services.notifications.notices.notice import Notice, NoticeKind, Summary
from services.notifications.notices.recipients import caller_of_list
from services.notifications.notices.words import hours_text, offer_text, positions_text, shown_name
from shared.contracts.pledges import CallListIssued
from shared.fields.phone import phone_text, phone_uri
from shared.i18n.translations import N_, ngettext

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.notifications.notices.addresses import Call

CODE: Final = "call_list"


def _plan(issued: CallListIssued) -> Notice:
    return Notice(
        rule=CODE,
        about_id=issued.call_list_id,
        recipient_kind="person" if issued.person_id else "coordinator",
        recipient_id=issued.person_id or issued.event_id,
        happened_at=min(issued.recorded_at, issued.due_at),
        facts={
            "event_id": str(issued.event_id),
            "person_id": str(issued.person_id) if issued.person_id else None,
            "calls": issued.calls,
        },
    )


@dataclass(frozen=True, slots=True, repr=False)
class CallWords:
    """A call as the mail shows it, in the current language. What a guest has typed as a lure is left out.

    Attributes:
        phone_uri: what the number is rung by; None if it cannot be.
        offer: what was pledged: "2 småjob, 5–10 timer om ugen".
    """

    company: str
    contact: str
    phone: str
    phone_uri: str | None
    email: str
    offer: str
    tasks: str
    again_on: date | None

    @classmethod
    def of(cls, call: Call) -> CallWords:
        """Return a call in words."""
        return cls(
            company=shown_name(call.company),
            contact=shown_name(call.contact or ""),
            phone=phone_text(call.phone) if call.phone else "",
            phone_uri=phone_uri(call.phone) if call.phone else None,
            email=call.email or "",
            offer=offer_text(
                positions_text(call.job_type, call.positions), hours_text(str(call.hours_from), str(call.hours_to))
            ),
            tasks=", ".join(call.tasks),
            again_on=call.again_on,
        )


def _summary(facts: Mapping[str, Any]) -> Summary:
    return Summary(ngettext("%(num)s call to make", "%(num)s calls to make", facts["calls"]))


KIND: Final = NoticeKind(
    code=CODE,
    label=N_("The call list after an event"),
    trigger=CallListIssued,
    plan=_plan,
    recipient=caller_of_list,
    context=lambda facts: {"unassigned": facts["person_id"] is None, "in_words": CallWords.of},
    summary=_summary,
)
