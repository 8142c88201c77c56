"""Lists of pledges, and one pledge as whoever asks may see it."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from services.pledges.pledges import queries
from services.pledges.pledges.access import (
    CONTACT,
    CONTACT_READERS,
    HIRE,
    IMPORTERS,
    LOGGERS,
    PLEDGE,
    READERS,
    may_read_contact,
    may_read_hires,
    seen_by,
)
from services.pledges.pledges.catalogue import JOB_TYPES, STATUSES
from services.pledges.pledges.cursors import NewestFirst
from services.pledges.pledges.guest_access import find_pledge
from services.pledges.pledges.queries import HireFilter, PledgeFilter
from services.pledges.pledges.rendering import address, database, render, uuid_or_none
from services.pledges.pledges.schemas import SearchText
from shared.http.auth import Principal, require
from shared.http.paging import PageToken, cut
from shared.http.policy import concerns
from shared.http.problems import Problem
from shared.i18n.translations import gettext as _

router = APIRouter()

_PAGE = 30
_MOST_POSITIONS = 500

Chosen = Annotated[str, Query(max_length=60)]


@router.get("/pledges")
@concerns(PLEDGE, CONTACT)
async def list_pledges(
    *,
    request: Request,
    principal: Annotated[Principal, Depends(require(*READERS))],
    who: Annotated[Literal["mine", "all"] | None, Query()] = None,
    event: Chosen = "",
    job_type: Chosen = "",
    status: Chosen = "",
    q: SearchText = "",
    flagged: bool = False,
    page_token: PageToken = None,
) -> Response:
    """The pledges, the last received first: a member's own, or everybody's without the contacts of others."""
    # A field that holds nothing known chooses nothing: filters are links that people save and change.
    chosen = who or ("all" if principal.has(*CONTACT_READERS) else "mine")
    after = NewestFirst.read(page_token)
    wanted = PledgeFilter(
        event_id=uuid_or_none(event),
        job_type=job_type if job_type in JOB_TYPES else None,
        status=status if status in STATUSES else None,
        logged_by=principal.person_id if chosen == "mine" else None,
        text=q or None,
        flagged=flagged,
    )
    async with database(request).read(principal.taskforce) as conn:
        rows = await queries.pledges(
            conn, principal.taskforce, wanted, after=(after.at, after.id) if after else None, limit=_PAGE + 1
        )
        events = await queries.events_with_pledges(conn, principal.taskforce)
    pledges, last = cut(rows, _PAGE)
    query: list[tuple[str, object]] = [
        ("who", who),
        ("event", event),
        ("job_type", job_type),
        ("status", status),
        ("q", q),
        ("flagged", "true" if flagged else ""),
    ]
    token = NewestFirst(at=last.received_at, id=last.id).token() if last else None
    return render(
        request,
        "pledges.html",
        pledges=[seen_by(principal, pledge) for pledge in pledges],
        who=chosen,
        chosen={"event": event, "job_type": job_type, "status": status, "q": q, "flagged": flagged},
        filtered=any((event, job_type, status, q, flagged)),
        events=events,
        job_types=[(code, _(label)) for code, label in JOB_TYPES.items()],
        statuses=[(code, _(label)) for code, label in STATUSES.items()],
        may_import=principal.has(*IMPORTERS),
        may_choose_who=principal.has("member"),
        next_href=address("/pledges", [*query, ("page_token", token)]) if token else None,
    )


@router.get("/pledges/{pledge_id:uuid}")
@concerns(PLEDGE, CONTACT, HIRE)
async def show_pledge(
    pledge_id: UUID,
    request: Request,
    principal: Annotated[Principal, Depends(require(*LOGGERS))],
) -> Response:
    """One pledge: its positions, its contact, and the hires that came of it."""
    pledge = await find_pledge(request, principal, pledge_id)
    if pledge is None:
        raise Problem(404)
    hires = []
    if may_read_hires(principal):
        async with database(request).read(principal.taskforce) as conn:
            wanted = HireFilter(pledge_id=pledge_id)
            hires = await queries.hires(conn, principal.taskforce, wanted, limit=_MOST_POSITIONS)
    return render(
        request,
        "pledge.html",
        pledge=pledge,
        sees_contact=may_read_contact(principal, pledge),
        hires={hire.id: hire for hire in hires},
        may_confirm=principal.has("caseworker") and bool(pledge.vacant),
        may_list=principal.has(*READERS),
    )
