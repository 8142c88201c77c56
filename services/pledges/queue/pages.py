"""The page of the queue: the work that is due, by whose it is and by when."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Final, Literal, get_args
from urllib.parse import parse_qsl
from uuid import UUID, uuid4

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from services.pledges.pledges.access import HIRE, PLEDGE, REVIEWERS
from services.pledges.pledges.forms import uuid_or_none
from services.pledges.pledges.queries import events_with_pledges
from services.pledges.pledges.rendering import address, render
from services.pledges.queue import assignments, queries
from services.pledges.queue.access import HANDOVER, QueueUser, reader
from services.pledges.queue.cursors import DueFirst
from services.pledges.queue.kinds.registry import BY_CODE, KINDS
from services.pledges.queue.kinds.words import duration
from services.pledges.queue.queries import MOST_COUNTED, DueBy, QueueFilter, View
from services.pledges.queue.saved_views import saved_views
from services.pledges.queue.schemas import AssignForm, UndoForm
from shared.fields.text import SearchText
from shared.http.dependencies import Db
from shared.http.paging import PageToken, cut
from shared.http.policy import concerns
from shared.http.problems import Problem
from shared.i18n.translations import gettext as _
from shared.product.vocabulary import JOB_TYPES
from shared.ui.forms import read_form

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from services.pledges.queue.due import Due

router = APIRouter(prefix="/queue", include_in_schema=False)

PATH: Final = "/queue"
_PAGE: Final = 30
_VIEWS: Final = get_args(View)
_DUE_BY: Final = get_args(DueBy)
_QUERY: Final = ("view", "due", "kind", "event", "job_type", "municipality", "q", "flagged", "page_token")

Text = Annotated[str, Query(max_length=60)]


@router.get("")
@concerns(PLEDGE, HIRE)
async def queue(
    *,
    request: Request,
    db: Db,
    principal: QueueUser,
    view: Text = "mine",
    due: Text = "today",
    kind: Text = "",
    event: Text = "",
    job_type: Text = "",
    municipality: Text = "",
    q: SearchText = "",
    flagged: bool = False,
    handover: Text = "",
    page_token: PageToken = None,
) -> Response:
    """Show what is due today for the reader, or another view.

    Args:
        handover: cases that were just handed over; `none`: it was tried, and no case changed hands.
    """
    chosen = {
        "view": view if view in _VIEWS else "mine",
        "due": due if due in _DUE_BY else "today",
        "kind": kind if kind in BY_CODE else "",
        "event": event,
        "job_type": job_type if job_type in JOB_TYPES else "",
        "municipality": municipality,
        "q": q,
        "flagged": "true" if flagged else "",
    }
    filters = QueueFilter(
        view=chosen["view"],  # type: ignore[arg-type]
        due=chosen["due"],  # type: ignore[arg-type]
        kind=chosen["kind"] or None,
        event_id=uuid_or_none(event),
        job_type=chosen["job_type"] or None,
        municipality=municipality or None,
        text=q or None,
        flagged=flagged,
    )
    me, after = reader(request, principal), DueFirst.read(page_token)
    handover_id = uuid_or_none(handover)
    async with db.read(principal.taskforce) as conn:
        found = await queries.due_work(conn, me, filters, after=after, limit=_PAGE + 1)
        counts = await queries.counts(conn, me, filters)
        events = await events_with_pledges(conn, principal.taskforce)
        saved = await saved_views(conn, principal.taskforce, principal.person)
        handed = await assignments.handover(conn, principal.taskforce, handover_id) if handover_id else None
    rows, last = cut(found, _PAGE)

    def href(**changes: str) -> str:
        return _address((chosen | changes).items())

    return render(
        request,
        "queue.html",
        rows=[row for row, _ in rows],
        views=[
            ("mine", _("Mine"), href(view="mine"), counts.mine),
            ("unassigned", _("Nobody's"), href(view="unassigned"), counts.unassigned),
            ("all", _("Everybody's"), href(view="all"), counts.all),
        ],
        due_by=[
            ("today", _("Today"), href(due="today")),
            ("week", _("7 days"), href(due="week")),
            ("all", _("Whenever"), href(due="all")),
        ],
        unassigned=counts.unassigned,
        most_counted=MOST_COUNTED,
        chosen=chosen,
        filtered=filters.about_cases or filters.kind is not None,
        clear_href=_address([("view", chosen["view"]), ("due", chosen["due"])]),
        href=href,
        back=_address([*chosen.items(), ("page_token", page_token or "")]).partition("?")[2],
        kinds=[(one.code, _(one.label)) for one in KINDS],
        events=events,
        job_types=[(code, _(label)) for code, label in JOB_TYPES.items()],
        handed=handed,
        none_handed=handover == "none",
        saved_views=saved,
        saved_query=_address(chosen.items()).partition("?")[2],
        new_view_id=uuid4(),
        me=principal.person,
        may_confirm=principal.has("caseworker"),
        when=_when,
        today=me.today,
        next_href=href(page_token=last[1].token()) if last else None,
    )


@router.post("/assign")
@concerns(PLEDGE, HIRE)
async def assign(request: Request, db: Db, principal: QueueUser) -> Response:
    """Hand the ticked cases over to a colleague, or take one over."""
    form = await read_form(request, AssignForm)
    if form.data is None:
        raise Problem(422)
    handed = await assignments.assign_cases(
        db,
        principal,
        pledges=form.data.ids("pledge"),
        hires=form.data.ids("hire"),
        person_id=principal.person if form.data.take else form.data.person,
    )
    if form.data.take and form.data.to_case:
        table, _colon, case_id = form.data.take.partition(":")
        return RedirectResponse(f"/{table}s/{UUID(case_id)}", 303)
    return RedirectResponse(_back(form.data.back, handover=handed.id if handed.cases else "none"), 303)


@router.post("/assign/{handover_id:uuid}/undo")
@concerns(HANDOVER)
async def undo_assignment(handover_id: UUID, request: Request, db: Db, principal: QueueUser) -> Response:
    """Give the cases back to whom they were assigned before."""
    form = await read_form(request, UndoForm)
    if form.data is None:
        raise Problem(422)
    await assignments.undo_handover(db, principal, handover_id, of_all=principal.has(*REVIEWERS))
    return RedirectResponse(_back(form.data.back, handover=handover_id), 303)


def _address(query: Iterable[tuple[str, str]]) -> str:
    """Return the address of a view, without what is so anyhow."""
    return address(PATH, [pair for pair in query if pair not in {("view", "mine"), ("due", "today")}])


def _back(query: str, *, handover: UUID | Literal["none"]) -> str:
    """Return the address that a form came from."""
    known = [(name, value) for name, value in parse_qsl(query) if name in _QUERY]
    return _address([*known, ("handover", str(handover))])


def _when(row: Due, today: date) -> str:
    """Return when a row is due, in words."""
    if row.due_on == today:
        return _("Today")
    if row.due_on < today:
        return _("%(time)s overdue", time=duration(row.due_on, today))
    if row.due_on == today + timedelta(days=1):
        return _("Tomorrow")
    return _("In %(time)s", time=duration(today, row.due_on))
