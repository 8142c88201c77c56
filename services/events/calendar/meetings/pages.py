"""HTML pages of meetings: the agenda with its minutes and decisions, and parts of it for the pages of the dashboard.

Who is too late sees their own text below what was saved meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from services.events.access import EVENT, EventReader, Planner, is_planner
from services.events.calendar.meetings import commands, issue, queries
from services.events.calendar.meetings.decisions import commands as decision_commands
from services.events.calendar.meetings.decisions import queries as decisions
from services.events.calendar.meetings.decisions.schemas import DecisionForm
from services.events.calendar.meetings.domain import AgendaItemNotFound, StaleAgenda, StaleMinutes
from services.events.calendar.meetings.schemas import (
    FiguresForm,
    ItemForm,
    ItemStep,
    MinutesForm,
    VersionForm,
)
from services.events.calendar.meetings.standard import standard_agenda
from services.events.calendar.meetings.words import VIEWS
from shared.fields.copenhagen import COPENHAGEN
from shared.http.dependencies import Db
from shared.http.policy import concerns
from shared.http.refusals import problem_of
from shared.i18n.translations import gettext as _
from shared.refusals import Refusal
from shared.ui.forms import Form, blank, read_form
from shared.ui.pages import render

if TYPE_CHECKING:
    from shared.http.auth import Principal

router = APIRouter(prefix="/events/{event_id:uuid}", include_in_schema=False)

_MAX_PEOPLE: Final = 500


@router.get("/agenda")
@concerns(EVENT)
async def show_agenda(
    *,
    request: Request,
    principal: EventReader,
    db: Db,
    event_id: UUID,
    change: UUID | None = None,
    minutes: UUID | None = None,
    settled: UUID | None = None,
    told: Annotated[int | None, Query(ge=0, le=100_000)] = None,
) -> Response:
    """The agenda of a meeting with its minutes, its decisions, and those that come back at it.

    Args:
        change: the item whose form is shown.
        minutes: the item whose minutes are written.
        settled: a decision that has just been reported as done, for a message.
        told: how many people have just been told of the pack, for a message.
    """
    return await _page(request, db, principal, event_id, _Open(change, minutes), settled=settled, told=told)


@router.post("/agenda/items")
@concerns(EVENT)
async def put_item(request: Request, principal: Planner, db: Db, event_id: UUID) -> Response:
    """Add an item to the agenda, or change one."""
    form = await read_form(request, ItemForm)
    change = await _is_on_agenda(db, principal, event_id, form.value("id"))
    if form.data is None:
        return await _page(request, db, principal, event_id, _Open(change, item=form))
    try:
        await commands.put_item(
            db,
            principal.taskforce,
            event_id,
            form.data.item(),
            by=principal.subject,
            # A new item goes to the end, whatever the others are.
            expected_version=form.data.version if change else None,
        )
    except Refusal as refusal:
        return await _refused(request, db, principal, event_id, _Open(change, item=form), refusal=refusal)
    return _to_agenda(event_id, form.data.id)


@router.post("/agenda/items/{item_id:uuid}/{step}")
@concerns(EVENT)
async def step_item(
    *, request: Request, principal: Planner, db: Db, event_id: UUID, item_id: UUID, step: ItemStep
) -> Response:
    """Move an item up or down, or remove it."""
    version = await _version_of_page(request)
    where = (db, principal.taskforce, event_id, item_id)
    if step == "remove":
        await commands.remove_item(*where, by=principal.subject, expected_version=version)
        return _to_agenda(event_id)
    await commands.move_item(*where, step, by=principal.subject, expected_version=version)
    return _to_agenda(event_id, item_id)


@router.post("/agenda/standard")
@concerns(EVENT)
async def begin_with_standard(principal: Planner, db: Db, event_id: UUID) -> Response:
    """Give a meeting without an agenda the standard one."""
    await commands.arrange_agenda(
        db, principal.taskforce, event_id, standard_agenda(event_id), by=principal.subject, only_if_empty=True
    )
    return _to_agenda(event_id)


@router.post("/agenda/minutes/{item_id:uuid}")
@concerns(EVENT)
async def write_minutes(request: Request, principal: Planner, db: Db, event_id: UUID, item_id: UUID) -> Response:
    """Write the minutes of an item."""
    form = await read_form(request, MinutesForm)
    opened = _Open(minutes=item_id, notes=form)
    if form.data is None:
        return await _page(request, db, principal, event_id, opened)
    try:
        await commands.write_minutes(
            db,
            principal.taskforce,
            event_id,
            item_id,
            form.data.text or None,
            by=principal.subject,
            expected_version=form.data.version,
        )
    except Refusal as refusal:
        return await _refused(request, db, principal, event_id, opened, refusal=refusal)
    return _to_agenda(event_id, item_id)


@router.post("/agenda/figures")
@concerns(EVENT)
async def set_times(request: Request, principal: Planner, db: Db, event_id: UUID) -> Response:
    """Fix the times of the meeting's figures, release them, or choose the day they are for."""
    form = await read_form(request, FiguresForm)
    if form.data is None:
        return await _page(request, db, principal, event_id, _Open(figures=form))
    step = form.data.step
    try:
        await commands.set_times(
            db,
            principal.taskforce,
            event_id,
            fixed=None if step == "day" else step == "fix",
            as_of=form.data.as_of if step == "day" else None,
            by=principal.subject,
            expected_version=form.data.version,
        )
    except Refusal as refusal:
        return await _refused(request, db, principal, event_id, _Open(figures=form), refusal=refusal)
    return RedirectResponse(f"/events/{event_id}/agenda#figures", 303)


@router.post("/agenda/pack")
@concerns(EVENT)
async def send_pack(principal: Planner, db: Db, event_id: UUID) -> Response:
    """Tell members and coordinators now that the pack is ready; whoever has been told is not told again."""
    told = await issue.issue_pack(db, principal.taskforce, event_id)
    return RedirectResponse(f"/events/{event_id}/agenda?told={told}", 303)


@router.post("/decisions")
@concerns(EVENT)
async def make_decision(request: Request, principal: Planner, db: Db, event_id: UUID) -> Response:
    """Write down a decision of the meeting."""
    form = await read_form(request, DecisionForm)
    if form.data is None:
        return await _page(request, db, principal, event_id, _Open(decision=form))
    terms = form.data.terms(form.data.item_id)
    try:
        await decision_commands.make_decision(
            db, principal.taskforce, form.data.id, event_id, terms, by=principal.subject
        )
    except Refusal as refusal:
        return await _refused(request, db, principal, event_id, _Open(decision=form), refusal=refusal)
    return RedirectResponse(f"/events/{event_id}/agenda#decisions", 303)


@router.get("/agenda/items/{item_id:uuid}")
@concerns(EVENT)
async def show_item(request: Request, principal: EventReader, db: Db, event_id: UUID, item_id: UUID) -> Response:
    """An item's title and presenter, as part of a page of the dashboard."""
    async with db.read(principal.taskforce) as conn:
        meeting = await queries.meeting(conn, principal.taskforce, event_id, drafts=is_planner(principal))
    item = next((item for item in meeting.items if item.id == item_id), None)
    if item is None:
        raise AgendaItemNotFound
    return render(request, "agenda_item.html", item=item)


@router.get("/agenda/list")
@concerns(EVENT)
async def show_list(request: Request, principal: EventReader, db: Db, event_id: UUID) -> Response:
    """The agenda as a list, as part of a page of the dashboard."""
    async with db.read(principal.taskforce) as conn:
        meeting = await queries.meeting(conn, principal.taskforce, event_id, drafts=is_planner(principal))
    return render(request, "agenda_list.html", meeting=meeting)


@router.get("/agenda/decisions")
@concerns(EVENT)
async def show_decisions(request: Request, principal: EventReader, db: Db, event_id: UUID) -> Response:
    """The decisions that come back at the meeting and those that it made, as part of a page of the dashboard."""
    taskforce = principal.taskforce
    async with db.read(taskforce) as conn:
        meeting = await queries.meeting(conn, taskforce, event_id, drafts=is_planner(principal))
        before = await decisions.decisions_before(conn, taskforce, event_id)
        made = await decisions.decisions_of(conn, taskforce, event_id)
    return render(
        request,
        "agenda_decisions.html",
        meeting=meeting,
        before=before,
        made=made,
        today=datetime.now(COPENHAGEN).date(),
    )


@dataclass(frozen=True, slots=True)
class _Open:
    """The forms that are open on the page, with what was typed and what is wrong with it; None: as it is saved."""

    change: UUID | None = None
    minutes: UUID | None = None
    item: Form[Any] | None = None
    notes: Form[Any] | None = None
    figures: Form[Any] | None = None
    decision: Form[Any] | None = None

    @property
    def refused(self) -> bool:
        return any((self.item, self.notes, self.figures, self.decision))


async def _refused(
    request: Request, db: Db, principal: Principal, event_id: UUID, opened: _Open, *, refusal: Refusal
) -> Response:
    """Show the form again, below what somebody else has saved meanwhile, or with what is wrong with it."""
    problem = problem_of(refusal)
    name, form = next(
        (name, form) for name in ("item", "notes", "figures", "decision") if (form := getattr(opened, name)) is not None
    )
    if isinstance(refusal, StaleAgenda | StaleMinutes):
        async with db.read(principal.taskforce) as conn:
            meeting = await queries.meeting(conn, principal.taskforce, event_id, drafts=True)
        written = next((item for item in meeting.items if item.id == opened.minutes), None)
        # Sent again, it replaces what is shown above it.
        version = written.notes_version if written else meeting.version
        words = _("Somebody has changed this meanwhile. Compare what is saved with what you have written.")
        form = replace(form, values={**form.values, "version": version}).refused({"": words})
    elif problem.status == 422:
        form = form.refused_by(problem.errors)
    else:
        raise refusal
    return await _page(request, db, principal, event_id, replace(opened, **{name: form}), status_code=problem.status)


async def _page(
    request: Request,
    db: Db,
    principal: Principal,
    event_id: UUID,
    opened: _Open,
    *,
    settled: UUID | None = None,
    told: int | None = None,
    status_code: int = 422,
) -> Response:
    taskforce, planner = principal.taskforce, is_planner(principal)
    async with db.read(taskforce) as conn:
        meeting = await queries.meeting(conn, taskforce, event_id, drafts=planner)
        before = await decisions.decisions_before(conn, taskforce, event_id)
        made = await decisions.decisions_of(conn, taskforce, event_id)
        people = await queries.people(conn, taskforce, limit=_MAX_PEOPLE) if planner else []
        latest = await decisions.decision(conn, taskforce, settled) if settled else None
    changed = next((item for item in meeting.items if item.id == opened.change), None)
    written = next((item for item in meeting.items if item.id == opened.minutes), None)
    return render(
        request,
        "agenda.html",
        status_code=status_code if opened.refused else 200,
        meeting=meeting,
        before=before,
        made=made,
        people=people,
        is_planner=planner,
        reader=principal.person,
        views=[(code, _(label)) for code, label in VIEWS.items()],
        view_words=VIEWS,
        changed=changed,
        written=written,
        item_form=opened.item or blank(**_values_of(changed, meeting.version)),
        notes_form=opened.notes or blank(text=written and written.notes, version=written and written.notes_version),
        figures_form=opened.figures or blank(as_of=meeting.as_of.isoformat()),
        decision_form=opened.decision or blank(id=str(uuid4())),
        told=told,
        settled=latest if latest and latest.status != "open" else None,
        today=datetime.now(COPENHAGEN).date(),
    )


def _values_of(item: queries.ItemRow | None, version: int) -> dict[str, Any]:
    if item is None:
        return {"id": str(uuid4())}
    return {
        "id": str(item.id),
        "title": item.title,
        "minutes": item.minutes,
        "presenter": item.presenter,
        "shows": item.shows,
        "version": version,
    }


async def _is_on_agenda(db: Db, principal: Principal, event_id: UUID, typed: object) -> UUID | None:
    """Return the id of the item that the form is about, if the agenda has it."""
    async with db.read(principal.taskforce) as conn:
        meeting = await queries.meeting(conn, principal.taskforce, event_id, drafts=True)
    return next((item.id for item in meeting.items if str(item.id) == str(typed)), None)


async def _version_of_page(request: Request) -> int | None:
    form = await read_form(request, VersionForm)
    return form.data.version if form.data else None


def _to_agenda(event_id: UUID, item_id: UUID | None = None) -> Response:
    return RedirectResponse(f"/events/{event_id}/agenda{f'#item-{item_id}' if item_id else ''}", 303)
