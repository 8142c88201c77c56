"""Asks a company whether somebody is still employed there. It names nobody: the company answers on its own page."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from services.notifications.notices.notice import Notice, NoticeKind, Summary
from services.notifications.notices.recipients import company_to_answer
from shared.contracts.pledges import CheckpointDue
from shared.i18n.translations import N_, ngettext

if TYPE_CHECKING:
    from collections.abc import Mapping

CODE: Final = "still_employed"


def _plan(checkpoint: CheckpointDue) -> Notice:
    return Notice(
        rule=CODE,
        about_id=checkpoint.aggregate_id,
        recipient_kind="pledge_contact",
        recipient_id=checkpoint.pledge_id,
        happened_at=checkpoint.recorded_at,
        facts={
            "pledge_id": str(checkpoint.pledge_id),
            "hire_id": str(checkpoint.hire_id),
            "months": checkpoint.months,
            "due_on": checkpoint.due_on.isoformat(),
        },
    )


def _context(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {"months": facts["months"], "due_on": date.fromisoformat(facts["due_on"])}


def _summary(facts: Mapping[str, Any]) -> Summary:
    months = facts["months"]
    return Summary(
        ngettext("%(num)s month after the start", "%(num)s months after the start", months), facts["pledge_id"]
    )


KIND: Final = NoticeKind(
    code=CODE,
    label=N_("Asking the company whether somebody is still employed"),
    trigger=CheckpointDue,
    plan=_plan,
    recipient=company_to_answer,
    context=_context,
    summary=_summary,
    published=True,
)
