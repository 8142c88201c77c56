"""The list of contacts with companies: what was done, and how many companies were new to the municipality."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Final, get_args

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from services.pledges.companies.access import OUTREACH, OutreachMaker
from services.pledges.companies.cursors import LatestFirst
from services.pledges.companies.outreach.queries import OutreachFilter, outreach_list, outreach_totals
from services.pledges.companies.words import OUTREACH_KINDS
from services.pledges.participants.access import ParticipantsDb, case_worker, disclose_participants
from services.pledges.participants.cards_handed_over import cards_handed_over
from services.pledges.pledges.rendering import address, render
from services.pledges.register.access import COMPANY
from shared.contracts.pledges import OutreachKind
from shared.fields.copenhagen import COPENHAGEN
from shared.http.dependencies import Db
from shared.http.paging import PageToken, cut
from shared.http.policy import concerns
from shared.i18n.translations import N_
from shared.i18n.translations import gettext as _
from shared.privacy.access_log import PLACEMENT

if TYPE_CHECKING:
    from uuid import UUID

    from services.pledges.participants.access import ParticipantsDatabase
    from services.pledges.participants.cards_handed_over import CardHandedOver
    from shared.http.auth import Principal

router = APIRouter(prefix="/companies", include_in_schema=False)

_PAGE: Final = 50
_PERIODS: Final = {
    "30": N_("The last 30 days"),
    "90": N_("The last 90 days"),
    "365": N_("The last year"),
    "": N_("All"),
}
"""Days, in words."""

Text = Annotated[str, Query(max_length=60)]


@router.get("/outreach")
@concerns(COMPANY, OUTREACH)
async def list_outreach(
    *,
    request: Request,
    db: Db,
    participants: ParticipantsDb,
    principal: OutreachMaker,
    kind: Text = "",
    days: Text = "90",
    mine: bool = False,
    new: bool = False,
    page_token: PageToken = None,
) -> Response:
    """Show the contacts with companies, the latest first, and what they come to."""
    days = days if days in _PERIODS else ""
    filters = OutreachFilter(
        kind=next((one for one in get_args(OutreachKind) if one == kind), None),
        since=datetime.now(COPENHAGEN).date() - timedelta(days=int(days)) if days else None,
        logged_by=principal.person_id if mine else None,
        new=new,
    )
    async with db.read(principal.taskforce) as conn:
        rows = await outreach_list(
            conn, principal.taskforce, filters, after=LatestFirst.read(page_token), limit=_PAGE + 1
        )
        totals = await outreach_totals(conn, principal.taskforce, filters)
    shown, last = cut(rows, _PAGE)
    token = LatestFirst(on=last.made_on, at=last.logged_at, part="outreach", id=last.id).token() if last else None
    query = [("kind", kind), ("days", days), ("mine", "true" if mine else ""), ("new", "true" if new else "")]
    return render(
        request,
        "outreach_list.html",
        rows=shown,
        totals=totals,
        cards=await _cards(participants, principal, [row.id for row in shown if row.kind == "card"]),
        outreach_kinds=OUTREACH_KINDS,
        kinds=[(code, _(label)) for code, label in OUTREACH_KINDS.items()],
        periods=[(code, _(label)) for code, label in _PERIODS.items()],
        chosen={"kind": kind, "days": days, "mine": mine, "new": new},
        changes_all=principal.has("coordinator", "admin"),
        me=principal.person_id,
        next_href=address("/companies/outreach", [*query, ("page_token", token)]) if token else None,
    )


async def _cards(
    db: ParticipantsDatabase, principal: Principal, outreach_ids: list[UUID]
) -> dict[UUID, CardHandedOver]:
    """Return whose cards were handed over, by the contact: for case workers, those of their own municipality."""
    if not principal.has("caseworker") or not outreach_ids:
        return {}
    async with disclose_participants(db, case_worker(principal), purpose=PLACEMENT) as disclosure:
        found = await cards_handed_over(disclosure, principal.taskforce, outreach_ids)
    return {one.outreach_id: one for one in found}
