"""The mail to the person who logged a pledge that has become a hire."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from services.notifications.notices.notice import Notice, NoticeKind, Summary
from services.notifications.notices.recipients import person
from services.notifications.notices.words import hours_text, job_text, offer_text, positions_text
from shared.contracts.pledges import HireConfirmed
from shared.i18n.translations import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

CODE: Final = "pledge_became_hire"


def _plan(hire: HireConfirmed) -> Notice | None:
    if hire.pledge_id is None or hire.logged_by is None:
        return None
    return Notice(
        rule=CODE,
        about_id=hire.hire_id,
        recipient_kind="person",
        recipient_id=hire.logged_by,
        # A new version of an old hire is recorded later, but the hire was confirmed long ago.
        happened_at=min(hire.recorded_at, hire.confirmed_at),
        facts={
            "pledge_id": str(hire.pledge_id),
            "hire_id": str(hire.hire_id),
            "job_type": hire.job_type,
            "weekly_hours": str(hire.weekly_hours),
            "start_date": hire.start_date.isoformat(),
        },
    )


def _context(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "job": job_text(facts["job_type"]),
        "hours": hours_text(facts["weekly_hours"], facts["weekly_hours"]),
        "start_date": date.fromisoformat(facts["start_date"]),
    }


def _summary(facts: Mapping[str, Any]) -> Summary:
    hours = hours_text(facts["weekly_hours"], facts["weekly_hours"])
    return Summary(offer_text(positions_text(facts["job_type"], 1), hours), facts["pledge_id"])


KIND: Final = NoticeKind(
    code=CODE,
    label=N_("Good news for the person who logged the pledge"),
    trigger=HireConfirmed,
    plan=_plan,
    recipient=person,
    context=_context,
    summary=_summary,
    published=True,
)
