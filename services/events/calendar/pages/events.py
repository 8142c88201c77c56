"""HTML pages of events: the list, the form for a new one, and the page of one event."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from services.events.access import CHECK_IN, EVENT, EventReader, Planner, is_door_keeper, is_planner
from services.events.calendar import commands, queries
from services.events.calendar.domain import EndsBeforeStart
from services.events.calendar.queries import ByTime
from services.events.calendar.schemas import EventForm, OpenForm, StatusForm
from services.events.register.domain import CompanyNotFound
from shared.fields.search import cvr_beginning
from shared.fields.text import SearchText
from shared.http.dependencies import Db
from shared.http.paging import PageToken, cut
from shared.http.policy import concerns
from shared.i18n.translations import gettext as _
from shared.ui.forms import Form, blank, read_form
from shared.ui.pages import render

router = APIRouter(prefix="/events", include_in_schema=False)

_PER_PAGE = 30
_LATEST_ARRIVALS = 10
_MATCHES = 8
_EARLY = timedelta(hours=3)
"""An event that is opened longer before its start than this needs a confirmation."""


@router.get("")
@concerns(EVENT)
async def show_events(request: Request, principal: EventReader, db: Db, page_token: PageToken = None) -> Response:
    """The list of events."""
    async with db.read(principal.taskforce) as conn:
        rows = await queries.events(
            conn,
            principal.taskforce,
            drafts=is_planner(principal),
            after=ByTime.read(page_token),
            limit=_PER_PAGE + 1,
        )
    page, last = cut(rows, _PER_PAGE)
    further = f"/events?page_token={ByTime(at=last.starts_at, id=last.id).token()}" if last else None
    return render(request, "events.html", events=page, further=further, is_planner=is_planner(principal))


@router.get("/new")
@concerns()
async def plan_event(request: Request, principal: Planner) -> Response:
    """The form for a new event."""
    form = blank(id=str(uuid4()), kind="employer_event", starts="16:30", ends="19:30")
    return render(request, "event_new.html", form=form)


@router.post("")
@concerns(EVENT)
async def draft_event(request: Request, principal: Planner, db: Db) -> Response:
    """Draft an event."""
    form = await read_form(request, EventForm)
    if form.data is None:
        return render(request, "event_new.html", status_code=422, form=form)
    plan = form.data
    moments = plan.moments()
    if isinstance(moments, dict):
        return render(request, "event_new.html", status_code=422, form=form.refused(moments))
    starts_at, ends_at = moments
    try:
        await commands.draft_event(
            db,
            principal.taskforce,
            id=plan.id,
            title=plan.title,
            kind=plan.kind,
            place=plan.place,
            starts_at=starts_at,
            ends_at=ends_at,
            goal_positions=plan.goal_positions,
        )
    except EndsBeforeStart:
        form = form.refused({"ends": _("Must be later than the start.")})
        return render(request, "event_new.html", status_code=422, form=form)
    return RedirectResponse(f"/events/{plan.id}", 303)


@router.get("/{event_id:uuid}")
@concerns(EVENT, CHECK_IN)
async def show_event(
    *,
    request: Request,
    principal: EventReader,
    db: Db,
    event_id: UUID,
    q: SearchText = "",
    arrived: UUID | None = None,
    undone: UUID | None = None,
    page_token: PageToken = None,
) -> Response:
    """The page of an event: its status, its check-ins, and the transitions that are possible.

    Args:
        q: the search text.
        arrived: a company that has just been checked in, for a message.
        undone: a company whose check-in has just been undone, for a message.
    """
    taskforce, at_door = principal.taskforce, is_door_keeper(principal)
    async with db.read(taskforce) as conn:
        event = await queries.event(conn, taskforce, event_id, drafts=is_planner(principal))
        arrivals = (
            await queries.check_ins(
                conn, taskforce, event_id, after=ByTime.read(page_token), limit=_LATEST_ARRIVALS + 1
            )
            if at_door
            else []
        )
        latest = None
        if at_door and (changed := arrived or undone):
            with suppress(CompanyNotFound):
                latest = await queries.check_in(conn, taskforce, event_id, changed)
        matches = (
            await queries.candidates(conn, taskforce, event_id, q.strip(), limit=_MATCHES)
            if q.strip() and at_door
            else []
        )
    page, last = cut(arrivals, _LATEST_ARRIVALS)
    further = f"/events/{event_id}?page_token={ByTime(at=last.checked_in_at, id=last.id).token()}" if last else None
    return render(
        request,
        "event.html",
        event=event,
        is_planner=is_planner(principal),
        is_door_keeper=at_door,
        arrivals=page,
        further=further,
        latest=latest,
        q=q.strip(),
        matches=matches,
        walk_in=_walk_in(q.strip()),
    )


def _walk_in(searched: str) -> Form[Any]:
    """Return the form for a company that was not found: what was searched for is its CVR number or its name."""
    is_number = cvr_beginning(searched) is not None
    return blank(id=str(uuid4()), name="" if is_number else searched, cvr=searched if is_number else "")


@router.post("/{event_id:uuid}/publish")
@concerns(EVENT)
async def publish_event(request: Request, principal: Planner, db: Db, event_id: UUID) -> Response:
    """Publish a draft."""
    await commands.publish_event(db, principal.taskforce, event_id, expected_version=await _version_of_page(request))
    return _to_event(event_id)


@router.post("/{event_id:uuid}/open")
@concerns(EVENT)
async def open_event(request: Request, principal: Planner, db: Db, event_id: UUID) -> Response:
    """Open an event; long before its start only after a confirmation."""
    form = await read_form(request, OpenForm)
    data = form.data or OpenForm()
    if not data.early:
        async with db.read(principal.taskforce) as conn:
            event = await queries.event(conn, principal.taskforce, event_id)
        if event.status == "published" and event.starts_at - datetime.now(UTC) > _EARLY:
            return render(request, "event_open_early.html", event=event, version=data.version)
    await commands.open_event(db, principal.taskforce, event_id, expected_version=data.version)
    return _to_event(event_id)


@router.post("/{event_id:uuid}/close")
@concerns(EVENT)
async def close_event(request: Request, principal: Planner, db: Db, event_id: UUID) -> Response:
    """Close an event."""
    await commands.close_event(db, principal.taskforce, event_id, expected_version=await _version_of_page(request))
    return _to_event(event_id)


@router.post("/{event_id:uuid}/cancel")
@concerns(EVENT)
async def cancel_event(request: Request, principal: Planner, db: Db, event_id: UUID) -> Response:
    """Cancel an event."""
    await commands.cancel_event(db, principal.taskforce, event_id, expected_version=await _version_of_page(request))
    return _to_event(event_id)


async def _version_of_page(request: Request) -> int | None:
    form = await read_form(request, StatusForm)
    return form.data.version if form.data else None


def _to_event(event_id: UUID) -> Response:
    return RedirectResponse(f"/events/{event_id}", 303)
