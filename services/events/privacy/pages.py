"""HTML pages of subject requests for administrators, and of deadlines and erasures for auditors, too.

No URL holds personal data: searches are POST requests.
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
from services.events.privacy.commands import OtherServices
from services.events.privacy.domain import FindingsChanged, NothingHeld, ServicesUnavailable
from services.events.privacy.schemas import ErasureConfirmation, ReportForm, SubjectSearch
from services.events.register import queries
from shared.http.dependencies import Db
from shared.http.policy import concerns
from shared.http.rate_limits import HEAVY, limited
from shared.http.refusals import problem_of
from shared.i18n.translations import current_language
from shared.i18n.translations import gettext as _
from shared.privacy.pdf import pdf
from shared.privacy.report import report
from shared.privacy.words import ACTIONS, REASONS, kept_for, pairs, shown, where_text, who_looked
from shared.product.services import SERVICES
from shared.ui.formats import date_text, local_date
from shared.ui.forms import Form, blank, read_form
from shared.ui.pages import render

if TYPE_CHECKING:
    from services.events.privacy.domain import SubjectFindings
    from shared.db.database import Database
    from shared.http.auth import Principal
    from shared.refusals import Refusal

router = APIRouter(prefix="/personal-data", include_in_schema=False)


async def _others(request: Request) -> OtherServices:
    others: OtherServices = request.app.state.others
    return others


Others = Annotated[OtherServices, Depends(_others)]

_SHOWN_ORDERS: Final = 50
_WORDS: Final[dict[str, Any]] = {
    "services": SERVICES,
    "reasons": REASONS,
    "actions": ACTIONS,
    "kept_for": kept_for,
    "pairs": pairs,
    "shown": shown,
    "where_text": where_text,
    "who_looked": who_looked,
}
"""Functions and labels for the templates."""


@router.get("")
@concerns()
async def start(request: Request, principal: Overseer) -> Response:
    """The search form, and links to the lists."""
    return render(request, "personal_data.html", form=blank(purpose="subject_access"), **_WORDS)


@router.post("")
@concerns(SUBJECT)
@limited(HEAVY)
async def look_up(request: Request, principal: Administrator, db: Db, others: Others) -> Response:
    """What is held about a person, where, and who has looked at it."""
    form = await read_form(request, SubjectSearch)
    if form.data is None:
        return _search_page(request, form)
    found = await commands.look_up(db, others, form.data.subject_request(principal, "search", current_language()))
    return _findings_page(request, form.data, found)


@router.post("/report")
@concerns(SUBJECT)
@limited(HEAVY)
async def download(request: Request, principal: Administrator, db: Db, others: Others) -> Response:
    """The report as a file. The access log records the download with its reason."""
    form = await read_form(request, ReportForm)
    if (data := form.data) is None:
        return _search_page(request, form)
    subject_request = data.subject_request(principal, "export", data.language)
    found = await commands.look_up(db, others, subject_request)
    if found.unavailable:
        # An incomplete report would look complete.
        return _findings_page(request, data, found, refusal=ServicesUnavailable())
    async with db.read(principal.taskforce) as conn:
        taskforce = await queries.taskforce(conn, principal.taskforce)
    now = datetime.now(UTC)
    document = report(
        taskforce=taskforce.name,
        identifiers=subject_request.identifiers(),
        held=[group.entry for _service, group in found.all_groups],
        done=found.done,
        looks=found.looks,
        made_at=now,
        language=data.language,
    )
    if data.format == "pdf":
        content, kind = await asyncio.to_thread(pdf, document), "application/pdf"
    else:
        content, kind = json.dumps(document, ensure_ascii=False, indent=2).encode(), "application/json"
    # No personal data in the file name.
    name = f"{'indsigt' if data.language == 'da' else 'report'}-{local_date(now):%Y-%m-%d}.{data.format}"
    return Response(content, media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"'})


@router.post("/erase")
@concerns(SUBJECT)
@limited(HEAVY)
async def confirm_erasure(request: Request, principal: Administrator, db: Db, others: Others) -> Response:
    """What would be erased, and what stays and why. Nothing is erased yet."""
    form = await read_form(request, SubjectSearch)
    if form.data is None:
        return _search_page(request, form)
    return await _confirmation_page(request, principal, db, others, search=form.data, form=blank())


@router.post("/erasures")
@concerns(SUBJECT)
@limited(HEAVY)
async def erase(request: Request, principal: SteppedUpAdministrator, db: Db, others: Others) -> Response:
    """Erase a person's data in every service."""
    form = await read_form(request, ErasureConfirmation)
    if (confirmed := form.data) is None:
        return _search_page(request, form)
    if not confirmed.is_confirmed:
        wrong = form.refused({"typed": _("That is not what you searched for. Nothing was erased.")})
        return await _confirmation_page(request, principal, db, others, search=confirmed, form=wrong, status_code=422)
    subject_request = confirmed.subject_request(principal, "delete", current_language())
    try:
        order_id = await commands.order_erasure(db, others, subject_request, seen=confirmed.seen)
    except (ServicesUnavailable, NothingHeld, FindingsChanged, LastAdministrator) as refusal:
        form_with_error = blank().refused({"": problem_of(refusal).detail or ""})
        return await _confirmation_page(
            request,
            principal,
            db,
            others,
            search=confirmed,
            form=form_with_error,
            status_code=problem_of(refusal).status,
        )
    return RedirectResponse(f"/personal-data/erasures/{order_id}", 303)


@router.get("/erasures")
@concerns(ERASURE, ERASURE_ORDER)
async def show_ledger(request: Request, principal: Overseer, db: Db, others: Others) -> Response:
    """The ledger of erasures, which holds keys only, and the orders with their progress."""
    async with db.read(principal.taskforce) as conn:
        orders = await store.latest_orders(conn, principal.taskforce, limit=_SHOWN_ORDERS)
    lines, unavailable = await commands.ledgers(db, others, principal.taskforce)
    return render(request, "personal_data_erasures.html", orders=orders, lines=lines, unavailable=unavailable, **_WORDS)


@router.get("/erasures/{order_id:uuid}")
@concerns(ERASURE_ORDER)
async def show_order(request: Request, principal: Overseer, db: Db, order_id: UUID) -> Response:
    """The progress of an order."""
    async with db.read(principal.taskforce) as conn:
        order = await store.order(conn, principal.taskforce, order_id)
    return render(request, "personal_data_erasure.html", order=order, **_WORDS)


@router.post("/erasures/{order_id:uuid}")
@concerns(ERASURE_ORDER)
async def repeat_order(principal: Administrator, db: Db, others: Others, order_id: UUID) -> Response:
    """Send an order again to services that have not answered."""
    await commands.carry_out(db, others, principal.taskforce, order_id)
    return RedirectResponse(f"/personal-data/erasures/{order_id}", 303)


@router.get("/deadlines")
@concerns(DEADLINES)
async def show_deadlines(request: Request, principal: Overseer, db: Db, others: Others) -> Response:
    """How long data is kept, what is overdue, and the last deletions."""
    lines, unavailable = await commands.deadlines(db, others, principal.taskforce, current_language())
    return render(
        request, "personal_data_deadlines.html", lines=lines, unavailable=unavailable, date_text=date_text, **_WORDS
    )


def _search_page(request: Request, form: Form[Any]) -> Response:
    return render(request, "personal_data.html", status_code=422, form=form, **_WORDS)


def _findings_page(
    request: Request, search: SubjectSearch, found: SubjectFindings, *, refusal: Refusal | None = None
) -> Response:
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


async def _confirmation_page(
    request: Request,
    principal: Principal,
    db: Database,
    others: OtherServices,
    *,
    search: SubjectSearch,
    form: Form[Any],
    status_code: int = 200,
) -> Response:
    found = await commands.look_up(db, others, search.subject_request(principal, "search", current_language()))
    if found.unavailable:
        return _findings_page(request, search, found, refusal=ServicesUnavailable())
    return render(
        request, "personal_data_erase.html", status_code=status_code, search=search, found=found, form=form, **_WORDS
    )
