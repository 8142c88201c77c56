"""Pages that show pledges: the list, and one pledge as far as the reader may see it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID, uuid4

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from services.pledges.case_notes.domain import Case, CaseNote
from services.pledges.case_notes.store import notes_of
from services.pledges.pledges import commands, queries
from services.pledges.pledges.access import (
    CONTACT,
    CONTACT_READERS,
    HIRE,
    HIRE_IMPORTERS,
    IMPORTERS,
    KEEPERS,
    PLEDGE,
    READERS,
    REVIEWERS,
    Logger,
    Reader,
    Reviewer,
    keeps_as,
    may_change,
    may_read_contact,
    may_read_hires,
    visible_part,
)
from services.pledges.pledges.cursors import NewestFirst
from services.pledges.pledges.dependencies import lapse_rules
from services.pledges.pledges.forms import uuid_or_none
from services.pledges.pledges.guest_access import find_pledge
from services.pledges.pledges.handovers import Handover, assigned_to, handovers
from services.pledges.pledges.history import HistoryEntry, history
from services.pledges.pledges.lapsing import is_about_to_lapse, lapses_on
from services.pledges.pledges.position import may_undo
from services.pledges.pledges.position_changes import undoable_positions
from services.pledges.pledges.queries import FilledPosition, PledgeFilter
from services.pledges.pledges.rendering import address, render
from services.pledges.pledges.schemas import ReviewForm, ReviewsForm
from services.pledges.pledges.store import change_to
from services.pledges.pledges.words import STATUSES
from shared.fields.text import SearchText
from shared.http.dependencies import Db
from shared.http.paging import PageToken, cut
from shared.http.policy import concerns
from shared.http.problems import Problem
from shared.i18n.translations import gettext as _
from shared.product.vocabulary import JOB_TYPES
from shared.ui.formats import local_date
from shared.ui.forms import read_form

router = APIRouter(include_in_schema=False)

_PAGE = 30
_HELD_PAGE = 100
"""A flood of pledges has to be decided on in few steps."""

Text = Annotated[str, Query(max_length=60)]


@router.get("/pledges")
@concerns(PLEDGE, CONTACT)
async def list_pledges(
    *,
    request: Request,
    db: Db,
    principal: Reader,
    who: Annotated[Literal["mine", "all"] | None, Query()] = None,
    event: Text = "",
    job_type: Text = "",
    status: Text = "",
    q: SearchText = "",
    flagged: bool = False,
    held: bool = False,
    decided: Text = "",
    page_token: PageToken = None,
) -> Response:
    """Show pledges, the most recently received first. A contact is left out where the reader may not see it.

    Args:
        held: only those that wait for a coordinator, who decides on them here.
        decided: a pledge that was just decided on.
    """
    # An unknown value in a field is ignored: people save and change these links.
    chosen = who or ("all" if principal.has(*CONTACT_READERS) else "mine")
    after = NewestFirst.read(page_token)
    filters = PledgeFilter(
        event_id=uuid_or_none(event),
        job_type=job_type if job_type in JOB_TYPES else None,
        status=status if status in STATUSES else None,
        logged_by=principal.person_id if chosen == "mine" else None,
        text=q or None,
        flagged=flagged,
        held=held,
    )
    page_size = _HELD_PAGE if held else _PAGE
    decided_id = uuid_or_none(decided)
    async with db.read(principal.taskforce) as conn:
        rows = await queries.pledges(
            conn, principal.taskforce, filters, after=(after.at, after.id) if after else None, limit=page_size + 1
        )
        events = await queries.events_with_pledges(conn, principal.taskforce)
        just_decided = await queries.pledge(conn, principal.taskforce, decided_id) if decided_id else None
        totals = await queries.held_totals(conn, principal.taskforce) if held else None
        passes = []
        if filters.event_id is not None and principal.has(*REVIEWERS):
            passes = await queries.passes_of_event(conn, principal.taskforce, filters.event_id)
    pledges, last = cut(rows, page_size)
    query: list[tuple[str, object]] = [
        ("who", who),
        ("event", event),
        ("job_type", job_type),
        ("status", status),
        ("q", q),
        ("flagged", "true" if flagged else ""),
        ("held", "true" if held else ""),
    ]
    token = NewestFirst(at=last.received_at, id=last.id).token() if last else None
    return render(
        request,
        "pledges.html",
        pledges=[visible_part(principal, pledge) for pledge in pledges],
        who=chosen,
        chosen={"event": event, "job_type": job_type, "status": status, "q": q, "flagged": flagged, "held": held},
        filtered=any((event, job_type, status, q, flagged, held)),
        just_decided=visible_part(principal, just_decided) if just_decided else None,
        held_totals=totals,
        passes=passes,
        may_review=principal.has(*REVIEWERS),
        events=events,
        job_types=[(code, _(label)) for code, label in JOB_TYPES.items()],
        statuses=[(code, _(label)) for code, label in STATUSES.items()],
        may_import=principal.has(*IMPORTERS),
        may_import_hires=principal.has(*HIRE_IMPORTERS),
        may_choose_who=principal.has("member"),
        next_href=address("/pledges", [*query, ("page_token", token)]) if token else None,
    )


@router.get("/pledges/{pledge_id:uuid}")
@concerns(PLEDGE, CONTACT, HIRE)
async def show_pledge(
    pledge_id: UUID,
    request: Request,
    db: Db,
    principal: Logger,
) -> Response:
    """Show one pledge: its positions, its contact, and the hires that came from it."""
    pledge = await find_pledge(request, principal, pledge_id)
    if pledge is None:
        raise Problem(404)
    hires: dict[UUID, FilledPosition] = {}
    entries: list[HistoryEntry] = []
    duplicates: list[UUID] = []
    if may_read_hires(principal):
        async with db.read(principal.taskforce) as conn:
            hires = await queries.filled_positions(conn, principal.taskforce, pledge_id)
    # Former contacts are in the history.
    if may_read_contact(principal, pledge):
        async with db.read(principal.taskforce) as conn:
            entries = await history(conn, principal.taskforce, pledge)
    now = datetime.now(UTC)
    undoable: set[UUID] = set()
    may_undo_end = False
    notes: list[CaseNote] = []
    owner: UUID | None = None
    handed_over: list[Handover] = []
    if principal.has(*KEEPERS):
        async with db.read(principal.taskforce) as conn:
            notes = await notes_of(conn, principal.taskforce, Case(pledge_id=pledge_id))
            owner = await assigned_to(conn, principal.taskforce, pledge_id)
            handed_over = await handovers(conn, principal.taskforce, pledge_id=pledge_id)
            if pledge.status in {"withdrawn", "lapsed"}:
                end = await change_to(conn, principal.taskforce, pledge_id, pledge.version)
                may_undo_end = end is not None and may_undo(end.by, end.at, keeps_as(principal), now=now)
            else:
                undoable = await undoable_positions(conn, principal.taskforce, pledge_id, keeps_as(principal))
    if principal.has(*READERS):
        async with db.read(principal.taskforce) as conn:
            duplicates = await queries.duplicates_of(conn, principal.taskforce, pledge_id)
    today = local_date(now)
    lapse_on = lapses_on(pledge, lapse_rules(request)) if principal.has(*KEEPERS) else None
    return render(
        request,
        "pledge.html",
        pledge=pledge,
        may_work=principal.has("caseworker"),
        may_keep=principal.has(*KEEPERS),
        undoable=undoable,
        may_undo_end=may_undo_end,
        notes=notes,
        owner=owner,
        handovers=handed_over,
        may_take=principal.has("caseworker", "coordinator"),
        new_note_id=uuid4(),
        today=today,
        may_tick_all=principal.has("coordinator"),
        lapses_on=lapse_on,
        lapse_is_near=lapse_on is not None and is_about_to_lapse(pledge, lapse_rules(request), today=today),
        tomorrow=today + timedelta(days=1),
        sees_contact=may_read_contact(principal, pledge),
        hires=hires,
        history=entries,
        duplicates=duplicates,
        person_id=principal.person_id,
        may_review=principal.has(*REVIEWERS),
        may_change=may_change(principal, pledge),
        may_confirm=principal.has("caseworker") and pledge.counted and bool(pledge.vacant),
        may_list=principal.has(*READERS),
        opens_company=principal.has(*CONTACT_READERS),
    )


@router.post("/pledges/{pledge_id:uuid}/review")
@concerns(PLEDGE)
async def review_pledge(pledge_id: UUID, request: Request, db: Db, principal: Reviewer) -> Response:
    """Decide whether a pledge counts."""
    form = await read_form(request, ReviewForm)
    if form.data is None:
        raise Problem(422)
    await commands.review_pledge(
        db,
        principal.taskforce,
        pledge_id,
        form.data.decision,
        decided_by=principal.person_id,
        seen_version=form.data.version,
    )
    back = f"/pledges?who=all&held=true&decided={pledge_id}" if form.data.from_list else f"/pledges/{pledge_id}"
    return RedirectResponse(back, 303)


@router.post("/pledges/reviews")
@concerns(PLEDGE)
async def review_pledges(request: Request, db: Db, principal: Reviewer) -> Response:
    """Decide on all pledges of a page that still wait."""
    form = await read_form(request, ReviewsForm)
    if form.data is None:
        raise Problem(422)
    await commands.review_held_pledges(
        db, principal.taskforce, form.data.pledges, form.data.decision, decided_by=principal.person_id
    )
    return RedirectResponse("/pledges?who=all&held=true", 303)
