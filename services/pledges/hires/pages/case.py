"""The page of one hire, from the day it is confirmed until long after it has ended."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.pledges.hires import queries
from services.pledges.hires import words as hire_words
from services.pledges.hires.pages.case_view import CaseView
from services.pledges.hires.refusals import HireNotFound
from services.pledges.pledges.access import CONTACT, HIRE, ContactReader
from services.pledges.pledges.queries import pledge as find_pledge
from services.pledges.pledges.rendering import render
from services.pledges.register import queries as register
from shared.fields.copenhagen import COPENHAGEN
from shared.http.dependencies import Db
from shared.http.policy import concerns
from shared.product.vocabulary import END_REASONS

if TYPE_CHECKING:
    from shared.db.database import Database
    from shared.http.auth import Principal

router = APIRouter(include_in_schema=False)


@router.get("/hires/{hire_id:uuid}")
@concerns(HIRE, CONTACT)
async def show_hire(hire_id: UUID, request: Request, db: Db, principal: ContactReader) -> Response:
    """Show a hire: where it stands, what comes next, and all that has become of it."""
    return await _page(request, db, principal, hire_id)


async def _page(request: Request, db: Database, principal: Principal, hire_id: UUID) -> Response:
    taskforce = principal.taskforce
    async with db.read(taskforce) as conn:
        hire = await queries.hire(conn, taskforce, hire_id)
        if hire is None:
            raise HireNotFound
        pledge = await find_pledge(conn, taskforce, hire.pledge_id) if hire.pledge_id else None
        event = await register.event(conn, taskforce, hire.event_id) if hire.event_id else None
        training_id = hire.training_hire_id
        training = await queries.hire(conn, taskforce, training_id) if training_id else None
        led_to = await queries.led_to(conn, taskforce, hire.id)
    now = datetime.now(COPENHAGEN)
    context: dict[str, Any] = {
        "case": CaseView(hire, now.date()),
        "hire_words": hire_words,
        "end_reason_words": END_REASONS,
        "event_title": event and event.title,
        "company_contact": pledge and pledge.contact,
        "training": training,
        "led_to": led_to,
        "me": principal.person_id,
        "may_change": False,
        "sees_support": False,
        "revocable_until": None,
        "other_municipality": hire.caseworker_municipality not in {None, principal.municipality},
        "conflict": None,
        "history": [],
        "changed": None,
    }
    return render(request, "hire_case.html", **context)
