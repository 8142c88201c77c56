"""The live page of an evening, for the coordinator: at the desk, or on the projector."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from services.pledges.duplicates.queries import open_count
from services.pledges.evening import queries
from services.pledges.evening.schemas import SetAsideIn, phone_name
from services.pledges.evening.views import by_company, by_period, door_sentence, in_words, missing_text
from services.pledges.phones import commands as phones
from services.pledges.pledges.access import Reviewer
from services.pledges.pledges.api import PREFIX
from services.pledges.pledges.dependencies import settings
from services.pledges.pledges.rendering import address, render
from services.pledges.practice import commands as practice_commands
from services.pledges.register import queries as register
from services.pledges.register.access import EVENT
from shared.http.dependencies import Db
from shared.http.policy import concerns
from shared.http.problems import Problem
from shared.ui.forms import Form, blank, read_form

if TYPE_CHECKING:
    from services.pledges.register.queries import EventRow
    from shared.db.database import Database
    from shared.http.auth import Principal

router = APIRouter(prefix="/pledges/evening", include_in_schema=False)


@router.get("")
@concerns(EVENT)
async def choose_evening(request: Request, db: Db, principal: Reviewer) -> Response:
    """Go to the event that is open; where there is none or several, show which there are."""
    async with db.read(principal.taskforce) as conn:
        open_events = await register.events(conn, principal.taskforce, ("open",))
        if len(open_events) == 1:
            return RedirectResponse(f"/pledges/evening/{open_events[0].id}", 303)
        others = await register.events(conn, principal.taskforce, ("published", "closed"), limit=10)
    return render(request, "evenings.html", open_events=open_events, others=others)


@router.get("/{event_id:uuid}")
@concerns(EVENT)
async def show_evening(
    event_id: UUID,
    request: Request,
    db: Db,
    principal: Reviewer,
    *,
    practice: bool = False,
    projector: bool = False,
) -> Response:
    """Show the evening as it stands. The part with the figures keeps itself fresh."""
    content = await _content(db, principal, event_id, practice=practice, projector=projector)
    host = settings(request).public_url.partition("://")[2]
    return render(request, "evening.html", **content, practice_address=f"{host}/pledges/new?practice=true")


@router.get("/{event_id:uuid}/figures")
@concerns(EVENT)
async def fresh_evening(
    event_id: UUID,
    request: Request,
    db: Db,
    principal: Reviewer,
    *,
    practice: bool = False,
    projector: bool = False,
) -> Response:
    """Answer only the part of the page that is updated live."""
    content = await _content(db, principal, event_id, practice=practice, projector=projector)
    return render(request, "parts/evening.html", **content)


@router.post("/{event_id:uuid}/practice/delete")
@concerns(EVENT)
async def delete_practice(event_id: UUID, db: Db, principal: Reviewer) -> Response:
    """Delete what practice has left at the event."""
    await _event(db, principal, event_id)
    await practice_commands.delete_practice(db, principal.taskforce, event_id=event_id)
    return RedirectResponse(_page(event_id, practice=True), 303)


@router.get("/{event_id:uuid}/phones/{phone_id:uuid}")
@concerns(EVENT)
async def show_phone(
    event_id: UUID, phone_id: UUID, request: Request, principal: Reviewer, *, practice: bool = False
) -> Response:
    """Show what a phone still holds, and the form that sets it aside."""
    return await _phone_page(request, principal, event_id, phone_id, blank(), practice=practice)


@router.post("/{event_id:uuid}/phones/{phone_id:uuid}/set-aside")
@concerns(EVENT)
async def set_phone_aside(
    event_id: UUID, phone_id: UUID, request: Request, db: Db, principal: Reviewer, *, practice: bool = False
) -> Response:
    """Wait no longer for a phone."""
    form = await read_form(request, SetAsideIn)
    if form.data is None:
        return await _phone_page(request, principal, event_id, phone_id, form, practice=practice, status_code=422)
    await phones.set_phone_aside(
        db,
        principal.taskforce,
        event_id,
        phone_id,
        practice=practice,
        by=principal.person,
        reason=form.data.reason,
    )
    return RedirectResponse(_page(event_id, practice=practice), 303)


@router.post("/{event_id:uuid}/phones/{phone_id:uuid}/set-aside/undo")
@concerns(EVENT)
async def wait_for_phone(
    event_id: UUID, phone_id: UUID, db: Db, principal: Reviewer, *, practice: bool = False
) -> Response:
    """Wait for a phone again."""
    await phones.wait_for_phone(db, principal.taskforce, event_id, phone_id, practice=practice)
    return RedirectResponse(_page(event_id, practice=practice), 303)


async def _phone_page(
    request: Request,
    principal: Principal,
    event_id: UUID,
    phone_id: UUID,
    form: Form[Any],
    *,
    practice: bool,
    status_code: int = 200,
) -> Response:
    db: Database = request.app.state.database
    event = await _event(db, principal, event_id)
    async with db.read(principal.taskforce) as conn:
        phone = await queries.phone(conn, principal.taskforce, event_id, phone_id, practice=practice)
    return render(
        request,
        "phone.html",
        status_code=status_code,
        form=form,
        event=event,
        phone=phone,
        name=phone_name(phone),
        missing_text=missing_text,
        evening=_page(event_id, practice=practice),
        action=f"/pledges/evening/{event_id}/phones/{phone_id}/set-aside",
        query="?practice=true" if practice else "",
        person_id=principal.person_id,
    )


def _page(event_id: UUID, *, practice: bool) -> str:
    return address(f"/pledges/evening/{event_id}", [("practice", "true" if practice else "")])


async def _event(db: Database, principal: Principal, event_id: UUID) -> EventRow:
    async with db.read(principal.taskforce) as conn:
        event = await register.event(conn, principal.taskforce, event_id)
    if event is None:
        raise Problem(404)
    return event


async def _content(
    db: Database, principal: Principal, event_id: UUID, *, practice: bool, projector: bool
) -> dict[str, Any]:
    event = await _event(db, principal, event_id)
    async with db.read(principal.taskforce) as conn:
        evening = await queries.evening(conn, principal.taskforce, event_id, practice=practice)
        duplicates = 0 if practice else await open_count(conn, principal.taskforce, event_id)
    now = datetime.now(UTC)
    page = f"/pledges/evening/{event_id}"
    chosen = [("practice", "true" if practice else ""), ("projector", "true" if projector else "")]
    return {
        "event": event,
        "evening": evening,
        "duplicates": duplicates,
        "practice": practice,
        "projector": projector,
        "now": now,
        "fresh": address(f"{page}/figures", chosen),
        "stream": address(f"{PREFIX}/events/{event_id}/evening/stream", chosen[:1]),
        "page": page,
        "types_in_words": in_words(evening.positions_by_type),
        "door_sentence": door_sentence(evening.door),
        "quiet": evening.door.quiet(now) if event.status == "open" else [],
        "phone_name": phone_name,
        "phone_page": lambda phone: address(f"{page}/phones/{phone.id}", chosen[:1]),
        "missing_text": missing_text,
        "period_chart": by_period(evening),
        "company_chart": by_company(evening),
        "person_id": principal.person_id,
    }
