"""The page of what has been sent, what waits, and why something was not sent."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from services.notifications.access import DELIVERY, Reader
from services.notifications.deliveries import queries
from services.notifications.deliveries.queries import Latest
from services.notifications.notices.mails import hours_text, positions_text
from shared.http.dependencies import Db
from shared.http.paging import PageToken, cut
from shared.http.policy import concerns
from shared.i18n.translations import N_
from shared.i18n.translations import gettext as _
from shared.ui.pages import render

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.notifications.deliveries.queries import Counts, DeliveryRow
    from services.notifications.deliveries.store import Status

router = APIRouter(include_in_schema=False)

_PAGE_SIZE: Final = 50

Shown = Literal["all", "sent", "waiting", "not_sent", "old_news"]

_STATUSES: Final[Mapping[Shown, tuple[Status, ...]]] = {
    "all": (),
    "sent": ("sent",),
    "waiting": ("waiting",),
    "not_sent": ("skipped", "failed", "expired"),
    "old_news": ("skipped",),
}
_HEADINGS: Final[Mapping[Shown, str]] = {
    "all": N_("All mails"),
    "sent": N_("Mails that were sent"),
    "waiting": N_("Mails that wait"),
    "not_sent": N_("Mails that were not sent"),
    "old_news": N_("History – no mail is sent"),
}
_OF_ANOTHER_RELEASE: Final = N_("A mail that this release does not know")
_RULE_LABELS: Final[Mapping[str, str]] = {
    "pledge_received": N_("Thanks to the company"),
    "sign_in_link": N_("A link to sign in with"),
    "invitation": N_("An invitation to sign in"),
    "pledge_became_hire": N_("Good news for whoever logged the pledge"),
}
_STATUS_LABELS: Final[Mapping[Status, tuple[str, str]]] = {
    "waiting": (N_("Waiting"), "waiting"),
    "sent": (N_("Sent"), "good"),
    "skipped": (N_("Not sent"), "neutral"),
    "failed": (N_("Refused"), "bad"),
    "expired": (N_("Given up"), "bad"),
}
_REASONS: Final[Mapping[str, str]] = {
    "too_old": N_("It was more than 24 hours old when it arrived here"),
    "no_address": N_("No mail address is known"),
    "bad_address": N_("The mail address cannot be used"),
    "needs_smtputf8": N_("The mail server cannot write to such an address"),
    "address_unavailable": N_("The address could not be looked up"),
    "server_unreachable": N_("The mail server does not answer"),
    "internal_error": N_("Something went wrong on our side"),
}
_ANSWERS: Final[Mapping[str, str]] = {
    "recipient": N_("The mail server refuses the recipient (code %(code)s)"),
    "message": N_("The mail server refuses the mail (code %(code)s)"),
    "server": N_("The mail server cannot take mail now (code %(code)s)"),
}


@router.get("/notifications")
@concerns(DELIVERY)
async def deliveries_page(
    *,
    request: Request,
    principal: Reader,
    db: Db,
    shown: Annotated[Shown, Query(alias="status")] = "all",
    page_token: PageToken = None,
) -> HTMLResponse:
    """What was told when; filters and place are in the address."""
    async with db.read(principal.taskforce) as conn:
        numbers = await queries.counts(conn, principal.taskforce)
        rows = await queries.deliveries(
            conn,
            principal.taskforce,
            statuses=_STATUSES[shown],
            # What was too old from the start is no mail: it stands apart, and only for whoever asks for it.
            old_news=shown == "old_news",
            after=Latest.read(page_token),
            limit=_PAGE_SIZE + 1,
        )
    page, last = cut(rows, _PAGE_SIZE)
    return render(
        request,
        "deliveries.html",
        shown=shown,
        heading=_(_HEADINGS[shown]),
        choices=_choices(numbers),
        old_news=numbers.old_news,
        deliveries=[_as_shown(row) for row in page],
        more=f"/notifications?{urlencode({'status': shown, 'page_token': last.key.token()})}" if last else None,
    )


def _choices(numbers: Counts) -> list[dict[str, object]]:
    choices: list[tuple[Shown, int, str, str | None]] = [
        ("sent", numbers.sent, _("sent"), "real"),
        ("waiting", numbers.waiting, _("waiting"), "promised"),
        ("not_sent", numbers.not_sent, _("not sent"), None),
    ]
    return [dict(zip(("name", "number", "label", "tone"), choice, strict=True)) for choice in choices]


def _as_shown(row: DeliveryRow) -> dict[str, object]:
    label, tone = _STATUS_LABELS[row.status]
    return {
        "rule": _(_RULE_LABELS.get(row.rule, _OF_ANOTHER_RELEASE)),
        **_about(row.rule, row.facts),
        "happened_at": row.happened_at,
        "status": _(label),
        "tone": tone,
        "reason": reason_text(row.reason),
        "attempts": row.attempts,
        "at": row.settled_at or row.attempted_at or row.created_at,
    }


def _about(rule: str, facts: Mapping[str, Any]) -> dict[str, str]:
    if rule == "invitation":
        return {"about": _("to somebody who has an account"), "pledge_url": "", "pledge_number": ""}
    if rule not in _RULE_LABELS:
        return {"about": "", "pledge_url": "", "pledge_number": ""}
    if rule == "pledge_received":
        positions = positions_text(facts["job_type"], facts["positions"])
        hours = hours_text(Decimal(facts["hours_from"]), Decimal(facts["hours_to"]))
    else:
        positions = positions_text(facts["job_type"], 1)
        hours = hours_text(Decimal(facts["weekly_hours"]), Decimal(facts["weekly_hours"]))
    return {
        "about": _("%(positions)s, %(hours)s hours a week", positions=positions, hours=hours),
        "pledge_url": f"/pledges/{facts['pledge_id']}",
        "pledge_number": facts["pledge_id"][:8].upper(),
    }


def reason_text(reason: str | None) -> str:
    """A reason's code in words, in the current language; empty for none."""
    if reason is None:
        return ""
    if reason in _REASONS:
        return _(_REASONS[reason])
    part, _underscore, code = reason.rpartition("_")
    return _(_ANSWERS[part], code=code) if part in _ANSWERS else reason
