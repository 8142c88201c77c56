"""Thanks to the company whose pledge was logged."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import TYPE_CHECKING, Any, Final

from services.notifications.notices.notice import Notice, NoticeKind, Summary
from services.notifications.notices.recipients import pledge_contact_with_link
from services.notifications.notices.words import hours_text, offer_text, positions_text
from shared.contracts.pledges import PledgeLogged
from shared.fields.copenhagen import local_moment
from shared.i18n.translations import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

CODE: Final = "pledge_received"


def _plan(pledge: PledgeLogged) -> Notice | None:
    if not pledge.counted:
        return None  # nobody knows yet whether the company has pledged anything
    happened_at = pledge.recorded_at
    if pledge.captured_by == "import":
        # An import may bring pledges of years ago: what counts is the day they were given on.
        day_after = pledge.pledged_on + timedelta(days=1)
        happened_at = min(happened_at, local_moment(day_after, time()))
    return Notice(
        rule=CODE,
        about_id=pledge.pledge_id,
        recipient_kind="pledge_contact",
        recipient_id=pledge.pledge_id,
        happened_at=happened_at,
        facts={
            "pledge_id": str(pledge.pledge_id),
            "event_id": str(pledge.event_id) if pledge.event_id else None,
            "logged_by_guest": pledge.logged_by is None,
            "job_type": pledge.job_type,
            "positions": len(pledge.positions),
            "hours_from": str(pledge.weekly_hours_from),
            "hours_to": str(pledge.weekly_hours_to),
            "pledged_on": pledge.pledged_on.isoformat(),
        },
    )


def _context(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "positions": positions_text(facts["job_type"], facts["positions"]),
        "hours": hours_text(facts["hours_from"], facts["hours_to"]),
        "pledged_on": date.fromisoformat(facts["pledged_on"]),
        # Unless the recipient has one.
        "has_link": False,
    }


def _summary(facts: Mapping[str, Any]) -> Summary:
    positions = positions_text(facts["job_type"], facts["positions"])
    return Summary(offer_text(positions, hours_text(facts["hours_from"], facts["hours_to"])), facts["pledge_id"])


KIND: Final = NoticeKind(
    code=CODE,
    label=N_("Thanks to the company"),
    trigger=PledgeLogged,
    plan=_plan,
    recipient=pledge_contact_with_link,
    context=_context,
    summary=_summary,
    published=True,
    caused_by="pledger",
)
