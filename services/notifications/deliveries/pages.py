"""The page of deliveries: what was sent, what waits, and why something was not sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from services.notifications.access import DELIVERY, Reader
from services.notifications.deliveries import queries
from services.notifications.deliveries.queries import DeliverySortKey
from services.notifications.notices.notice import Summary
from services.notifications.notices.registry import KINDS
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
_UNKNOWN_KIND: Final = N_("A mail that this release does not know")
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
    "nothing_left": N_("Nothing was left to write about"),
    "bad_address": N_("The mail address cannot be used"),
    "needs_smtputf8": N_("The mail server cannot write to such an address"),
    "address_unavailable": N_("The address could not be looked up"),
    "server_unreachable": N_("The mail server does not answer"),
    "internal_error": N_("Something went wrong on our side"),
    "many_to_address": N_("This address has had many mails, so the next ones wait"),
    "many_with_pass": N_("The event's guests have caused many mails, so the next ones wait"),
    "many_of_guests": N_("Guests have caused many mails within an hour, so the next ones wait"),
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
    status: Annotated[Shown, Query(alias="status")] = "all",
    page_token: PageToken = None,
) -> HTMLResponse:
    """Show the deliveries; filter and page are in the URL."""
    async with db.read(principal.taskforce) as conn:
        numbers = await queries.counts(conn, principal.taskforce)
        rows = await queries.deliveries(
            conn,
            principal.taskforce,
            statuses=_STATUSES[status],
            # A notice that was too old when it arrived was never to be sent: it is listed separately, on request.
            too_old=status == "old_news",
            after=DeliverySortKey.read(page_token),
            limit=_PAGE_SIZE + 1,
        )
    page, last = cut(rows, _PAGE_SIZE)
    return render(
        request,
        "deliveries.html",
        shown=status,
        heading=_(_HEADINGS[status]),
        choices=_choices(numbers),
        too_old=numbers.too_old,
        over_limit=numbers.over_limit,
        deliveries=[_as_shown(row) for row in page],
        more=f"/notifications?{urlencode({'status': status, 'page_token': last.key.token()})}" if last else None,
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
    kind = KINDS.get(row.rule)
    summary = kind.summary(row.facts) if kind else Summary("")
    return {
        "rule": _(kind.label if kind else _UNKNOWN_KIND),
        "about": summary.text,
        "pledge_url": f"/pledges/{summary.pledge_id}" if summary.pledge_id else "",
        "pledge_number": summary.pledge_id[:8].upper() if summary.pledge_id else "",
        "happened_at": row.happened_at,
        "status": _(label),
        "tone": tone,
        "reason": reason_text(row.reason),
        "attempts": row.attempts,
        "at": row.settled_at or row.attempted_at or row.created_at,
    }


def reason_text(reason: str | None) -> str:
    """A reason's code in words, in the current language; empty for none."""
    if reason is None:
        return ""
    if reason in _REASONS:
        return _(_REASONS[reason])
    part, _underscore, code = reason.rpartition("_")
    return _(_ANSWERS[part], code=code) if part in _ANSWERS else reason
