"""One person's data, for administrators: looked up, reported, erased; and for auditors, that it is deleted in time.

Nothing about the person is in an address: whoever is looked up is posted, each time.
"""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from services.events.access import (
    DEADLINES,
    ERASURE,
    ERASURE_ORDER,
    SUBJECT,
    Administrator,
    Overseer,
    SteppedUpAdministrator,
)
from services.events.identity.people.domain import LastAdministrator
from services.events.privacy import commands, store
from services.events.privacy.commands import AsksOthers
from services.events.privacy.domain import FoundOtherwise, NotAllAnswered, NothingHeld
from services.events.privacy.schemas import Confirmation, Search, WantsReport
from services.events.register import queries
from shared.http.dependencies import Db
from shared.http.policy import concerns
from shared.http.rate_limits import HEAVY, limited
from shared.http.refusals import problem_of
from shared.i18n.translations import current_language
from shared.i18n.translations import gettext as _
from shared.privacy.pdf import pdf
from shared.privacy.report import report
from shared.privacy.words import ACTIONS, REASONS, kept_for, pairs, shown, who_looked
from shared.product.services import SERVICES
from shared.ui.formats import date_text, local_date
from shared.ui.forms import Form, blank, read_form
from shared.ui.pages import render

if TYPE_CHECKING:
    from services.events.privacy.domain import Found
    from shared.db.database import Database
    from shared.http.auth import Principal
    from shared.refusals import Refusal

router = APIRouter(prefix="/personal-data", include_in_schema=False)


async def _others(request: Request) -> AsksOthers:
    others: AsksOthers = request.app.state.others
    return others


TheOthers = Annotated[AsksOthers, Depends(_others)]

_SHOWN_ORDERS: Final = 50
_WORDS: Final[dict[str, Any]] = {
    "services": SERVICES,
    "reasons": REASONS,
    "actions": ACTIONS,
    "kept_for": kept_for,
    "pairs": pairs,
    "shown": shown,
    "who_looked": who_looked,
}
"""How what is held is put into words, for the templates."""


@router.get("")
@concerns()
async def start(request: Request, principal: Overseer) -> Response:
    """Where one begins: an administrator searches, an auditor finds the lists."""
    return render(request, "personal_data.html", form=blank(purpose="subject_access"), **_WORDS)


@router.post("")
@concerns(SUBJECT)
@limited(HEAVY)
async def look_up(request: Request, principal: Administrator, db: Db, others: TheOthers) -> Response:
    """What is held about somebody, where, and who has looked at it."""
    form = await read_form(request, Search)
    if form.data is None:
        return _asked_again(request, form)
    found = await commands.look_up(db, others, form.data.inquiry(principal, "search", current_language()))
    return _found(request, form.data, found)


@router.post("/report")
@concerns(SUBJECT)
@limited(HEAVY)
async def download(request: Request, principal: Administrator, db: Db, others: TheOthers) -> Response:
    """The report as a file. That it was handed out is in the log of looks, with the reason."""
    form = await read_form(request, WantsReport)
    if (wanted := form.data) is None:
        return _asked_again(request, form)
    inquiry = wanted.inquiry(principal, "export", wanted.language)
    found = await commands.look_up(db, others, inquiry)
    if found.away:
        # Half a report is none: the person would take it for the whole.
        return _found(request, wanted, found, refusal=NotAllAnswered())
    async with db.read(principal.taskforce) as conn:
        taskforce = await queries.taskforce(conn, principal.taskforce)
    now = datetime.now(UTC)
    told = report(
        taskforce=taskforce.name,
        asked=inquiry.identifiers(),
        held=[group.told for _service, group in found.all_groups],
        done=found.done,
        looks=found.looks,
        made_at=now,
        language=wanted.language,
    )
    if wanted.format == "pdf":
        content, kind = await asyncio.to_thread(pdf, told), "application/pdf"
    else:
        content, kind = json.dumps(told, ensure_ascii=False, indent=2).encode(), "application/json"
    # Whose report it is, is in the file and not in its name.
    name = f"{'indsigt' if wanted.language == 'da' else 'report'}-{local_date(now):%Y-%m-%d}.{wanted.format}"
    return Response(content, media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"'})


@router.post("/erase")
@concerns(SUBJECT)
@limited(HEAVY)
async def ask_whether_to_erase(request: Request, principal: Administrator, db: Db, others: TheOthers) -> Response:
    """Exactly what would be erased, what stays and why; nothing is erased yet."""
    form = await read_form(request, Search)
    if form.data is None:
        return _asked_again(request, form)
    return await _confirm(request, principal, db, others, search=form.data, form=blank())


@router.post("/erasures")
@concerns(SUBJECT)
@limited(HEAVY)
async def erase(request: Request, principal: SteppedUpAdministrator, db: Db, others: TheOthers) -> Response:
    """Erase somebody in every service."""
    form = await read_form(request, Confirmation)
    if (confirmed := form.data) is None:
        return _asked_again(request, form)
    if not confirmed.is_meant:
        wrong = form.refused({"typed": _("That is not what you searched for. Nothing was erased.")})
        return await _confirm(request, principal, db, others, search=confirmed, form=wrong, status_code=422)
    inquiry = confirmed.inquiry(principal, "delete", current_language())
    try:
        order_id = await commands.order_erasure(db, others, inquiry, seen=confirmed.seen)
    except (NotAllAnswered, NothingHeld, FoundOtherwise, LastAdministrator) as refusal:
        told = blank().refused({"": problem_of(refusal).detail or ""})
        return await _confirm(
            request, principal, db, others, search=confirmed, form=told, status_code=problem_of(refusal).status
        )
    return RedirectResponse(f"/personal-data/erasures/{order_id}", 303)


@router.get("/erasures")
@concerns(ERASURE, ERASURE_ORDER)
async def show_ledger(request: Request, principal: Overseer, db: Db, others: TheOthers) -> Response:
    """What was erased, by key alone, and the orders with how far they have come."""
    async with db.read(principal.taskforce) as conn:
        orders = await store.latest_orders(conn, principal.taskforce, limit=_SHOWN_ORDERS)
    lines, away = await commands.ledgers(db, others, principal.taskforce)
    return render(request, "personal_data_erasures.html", orders=orders, lines=lines, away=away, **_WORDS)


@router.get("/erasures/{order_id:uuid}")
@concerns(ERASURE_ORDER)
async def show_order(request: Request, principal: Overseer, db: Db, order_id: UUID) -> Response:
    """How far an order has come."""
    async with db.read(principal.taskforce) as conn:
        order = await store.order(conn, principal.taskforce, order_id)
    return render(request, "personal_data_erasure.html", order=order, **_WORDS)


@router.post("/erasures/{order_id:uuid}")
@concerns(ERASURE_ORDER)
async def repeat_order(principal: Administrator, db: Db, others: TheOthers, order_id: UUID) -> Response:
    """Ask those services again that have not answered."""
    await commands.carry_out(db, others, principal.taskforce, order_id)
    return RedirectResponse(f"/personal-data/erasures/{order_id}", 303)


@router.get("/deadlines")
@concerns(DEADLINES)
async def show_deadlines(request: Request, principal: Overseer, db: Db, others: TheOthers) -> Response:
    """How long everything is kept, what would be deleted tonight, and what was deleted last."""
    lines, away = await commands.deadlines(db, others, principal.taskforce, current_language())
    return render(request, "personal_data_deadlines.html", lines=lines, away=away, date_text=date_text, **_WORDS)


def _asked_again(request: Request, form: Form[Any]) -> Response:
    return render(request, "personal_data.html", status_code=422, form=form, **_WORDS)


def _found(request: Request, search: Search, found: Found, *, refusal: Refusal | None = None) -> Response:
    problem = None if refusal is None else problem_of(refusal)
    return render(
        request,
        "personal_data_found.html",
        status_code=problem.status if problem else 200,
        search=search,
        found=found,
        problem=problem,
        **_WORDS,
    )


async def _confirm(
    request: Request,
    principal: Principal,
    db: Database,
    others: AsksOthers,
    *,
    search: Search,
    form: Form[Any],
    status_code: int = 200,
) -> Response:
    found = await commands.look_up(db, others, search.inquiry(principal, "search", current_language()))
    if found.away:
        return _found(request, search, found, refusal=NotAllAnswered())
    return render(
        request, "personal_data_erase.html", status_code=status_code, search=search, found=found, form=form, **_WORDS
    )
