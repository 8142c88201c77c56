"""The grid in which paper slips are typed in, and the receipts of a batch. Works without JavaScript."""

from __future__ import annotations

from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Final
from urllib.parse import urlencode
from uuid import UUID, uuid4

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from services.pledges.batch_grid import queries
from services.pledges.batch_grid.schemas import COLUMNS, MAX_SLIPS, BatchForm, SlipForm
from services.pledges.batch_grid.slips import in_order, read_slip
from services.pledges.batch_grid.totals import Totals, needs_confirmation
from services.pledges.catalogue.domain import Catalogue
from services.pledges.catalogue.store import load_catalogue
from services.pledges.pledges.access import Reader, logs_as
from services.pledges.pledges.commands import BatchRefused, NewPledge, log_all_or_none
from services.pledges.pledges.dependencies import limits
from services.pledges.pledges.forms import uuid_or_none
from services.pledges.pledges.refusals import IdTaken
from services.pledges.pledges.rendering import render
from services.pledges.pledges.words import FLAGS
from services.pledges.register import queries as register
from services.pledges.register.access import COMPANY, EVENT
from shared.db.database import TRANSIENT_ERRORS
from shared.db.idempotency import IdempotencyKeyReused
from shared.http.dependencies import Db
from shared.http.idempotency import sent_by_principal
from shared.http.policy import OWN, Resource, concerns
from shared.http.rate_limiter import rate_limit_problem
from shared.http.rate_limits import LOGGING, READING, limited
from shared.http.refusals import problem_of
from shared.i18n.translations import N_
from shared.i18n.translations import gettext as _
from shared.messaging import outbox
from shared.product.vocabulary import JOB_TYPES
from shared.ui.forms import Form, blank, read_form

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from services.pledges.batch_grid.slips import Slip, SlipEvent
    from services.pledges.pledges.domain import Pledge
    from services.pledges.register.queries import CompanyRow
    from shared.http.auth import Principal
    from shared.refusals import Refusal

_BUILT_IN: Final = Catalogue.of(UUID(int=0))
"""The tasks that are offered while the database cannot be reached."""

router = APIRouter(include_in_schema=False)

BATCH: Final = Resource("receipts of a batch", own="what the caller logged", reach=OWN)

_ROWS: Final = 10
"""Of an empty grid, and how many more a press of the button adds without JavaScript."""
_MOST_MOMENTS: Final = 5
"""Of which the receipts are shown together: slips that were saved before have the moment of that batch."""
_COLUMN_WORDS: Final = {
    "company": N_("Company"),
    "cvr": N_("CVR number"),
    "positions": N_("Positions"),
    "hours_from": N_("Hours from"),
    "hours_to": N_("Hours to"),
    "contact": N_("Contact"),
    "phone": N_("Telephone"),
    "email": N_("E-mail"),
    "tasks": N_("Tasks"),
    "job_type": N_("Job type"),
}


@router.get("/pledges/batch")
@concerns(EVENT, COMPANY)
async def show_grid(
    request: Request, db: Db, principal: Reader, event: Annotated[str, Query(max_length=60)] = ""
) -> Response:
    """Show an empty grid for an event's slips, or the events to choose from."""
    event_id = uuid_or_none(event)
    async with db.read(principal.taskforce) as conn:
        chosen = await queries.slip_event(conn, principal.taskforce, event_id) if event_id else None
        if chosen is None:
            events = await queries.slip_events(conn, principal.taskforce)
            return render(request, "slip_events.html", events=events)
        companies = await register.companies(conn, principal.taskforce)
        catalogue = await load_catalogue(conn, principal.taskforce)
    return _grid(request, blank(), event=chosen, companies=companies, catalogue=catalogue)


@router.post("/pledges/batch/check")
@concerns()
@limited(READING)
async def check_slip(request: Request, db: Db, principal: Reader) -> Response:
    """Return what is wrong with one row, and the words of its cells written out. Nothing is stored."""
    form = await read_form(request, SlipForm)
    row = SlipForm.model_validate({name: form.value(name) or None for name in COLUMNS})
    async with db.read(principal.taskforce) as conn:
        catalogue = await load_catalogue(conn, principal.taskforce)
    slip = read_slip(row, event_id=None, captured_at=datetime.now(UTC), limits=limits(request), catalogue=catalogue)
    flags = {cell: _(FLAGS[flag]) for cell, flag in slip.flags.items()}
    return JSONResponse({"errors": slip.errors, "flags": flags, "completed": slip.completed})


@router.post("/pledges/batch")
@concerns(EVENT)
@limited(LOGGING, answered_by_route=True)
async def save_slips(request: Request, db: Db, principal: Reader) -> Response:
    """Save every row of the grid, or none of them; or show the grid with more rows."""
    form = await read_form(request, BatchForm)
    refused = rate_limit_problem(request)
    event_id = uuid_or_none(str(form.value("event_id")))
    if refused is not None:
        words = _("So much came at once that this has to wait. Nothing you typed is lost: send it again in a moment.")
        page = _grid(request, form.refused({"": words}), event=None, status_code=refused.status)
        page.headers.update(refused.headers)
        return page
    try:
        async with db.read(principal.taskforce) as conn:
            event = await queries.slip_event(conn, principal.taskforce, event_id) if event_id else None
            companies = await register.companies(conn, principal.taskforce)
            catalogue = await load_catalogue(conn, principal.taskforce)
        if event is None:
            words = _("There is no such event, or it has not begun.")
            return _grid(
                request,
                form.refused({"": words}),
                event=None,
                companies=companies,
                catalogue=catalogue,
                status_code=422,
            )
        if form.data is None:
            if not form.errors.keys() <= {"expected_slips", "expected_positions"}:
                words = _("A batch has at most %(limit)s slips. Save these, and go on with the rest.", limit=MAX_SLIPS)
                form = form.refused({"": words})
            return _grid(request, form, event=event, companies=companies, catalogue=catalogue, status_code=422)
        if form.data.step == "more_rows":
            return _grid(request, form, event=event, companies=companies, catalogue=catalogue, more_rows=_ROWS)
        return await _save(
            request, db, principal, form, data=form.data, event=event, companies=companies, catalogue=catalogue
        )
    except TRANSIENT_ERRORS:
        words = _("It could not be saved just now. Nothing you typed is lost: send it again in a moment.")
        return _grid(request, form.refused({"": words}), event=None, status_code=503)


async def _save(
    request: Request,
    db: Db,
    principal: Principal,
    form: Form[BatchForm],
    *,
    data: BatchForm,
    event: SlipEvent,
    companies: Sequence[CompanyRow],
    catalogue: Catalogue,
) -> Response:
    now = datetime.now(UTC)
    rows = data.slips()
    moments = in_order(event.captured_at(now), len(rows))
    slips = {
        number: read_slip(row, event_id=event.id, captured_at=moment, limits=limits(request), catalogue=catalogue)
        for (number, row), moment in zip(rows.items(), moments, strict=True)
    }
    errors = {f"rows.{number}.{cell}": words for number, slip in slips.items() for cell, words in slip.errors.items()}
    expected, expected_errors = _expected(data)
    errors |= expected_errors
    if not rows:
        errors[""] = _("No slip has been typed yet.")
    terms = [slip.terms for slip in slips.values() if slip.terms is not None]
    typed = Totals(len(rows), sum(one.positions for one in terms))
    confirm: Totals | None = None
    if not errors and expected is not None and needs_confirmation(expected, typed, Totals.read(data.confirmed)):
        errors, confirm = _differences(expected, typed), typed
    flags = {
        f"rows.{number}.{cell}": _(FLAGS[flag]) for number, slip in slips.items() for cell, flag in slip.flags.items()
    }
    if errors:
        again = form.refused(errors)
        return _grid(
            request,
            again,
            event=event,
            companies=companies,
            catalogue=catalogue,
            flags=flags,
            confirm=confirm,
            status_code=422,
        )
    batch = [
        NewPledge(
            one,
            logs_as(principal),
            # Without the time, which the server adds and which differs when the form is sent again.
            sent_by_principal(request, str(slip.id), slip.body),
            limits(request),
            now,
            outbox.correlation_id(),
        )
        for slip, one in zip(slips.values(), terms, strict=True)
    ]
    try:
        pledges = await log_all_or_none(db, principal.taskforce, batch)
    except BatchRefused as refused:
        errors = _of_refusals(refused.refusals, slips)
        return _grid(
            request,
            form.refused(errors),
            event=event,
            companies=companies,
            catalogue=catalogue,
            flags=flags,
            status_code=422,
        )
    return RedirectResponse(_receipts([one.pledge for one in pledges]), 303)


def _expected(data: BatchForm) -> tuple[Totals | None, dict[str, str]]:
    """Return what was counted in the pile, or what is wrong with it."""
    numbers: dict[str, int] = {}
    errors: dict[str, str] = {}
    for name in ("expected_slips", "expected_positions"):
        typed = (getattr(data, name) or "").strip()
        if typed.isascii() and typed.isdecimal() and len(typed) < 7:
            numbers[name] = int(typed)
        else:
            errors[name] = _("Count it in the pile, and write the number.")
    return (None if errors else Totals(numbers["expected_slips"], numbers["expected_positions"])), errors


def _differences(expected: Totals, typed: Totals) -> dict[str, str]:
    """Return in words in what the grid differs from the pile, by field."""
    errors: dict[str, str] = {}
    if expected.slips != typed.slips:
        errors["expected_slips"] = _(
            "The pile has %(expected)s slips, but %(typed)s are typed in.", expected=expected.slips, typed=typed.slips
        )
    if expected.positions != typed.positions:
        errors["expected_positions"] = _(
            "The pile has %(expected)s positions, but %(typed)s are typed in.",
            expected=expected.positions,
            typed=typed.positions,
        )
    return errors


def _of_refusals(refusals: Mapping[int, Refusal], slips: Mapping[int, Slip]) -> dict[str, str]:
    """Return the refusals of a batch as errors of its rows."""
    errors: dict[str, str] = {}
    rows = list(slips)
    for place, refusal in refusals.items():
        if isinstance(refusal, IdTaken | IdempotencyKeyReused):
            words = _("This slip was saved before and has been changed since. Correct the pledge on its own page.")
        else:
            problem = problem_of(refusal)
            words = f"{problem.title}. {problem.detail}"
        errors[f"rows.{rows[place]}.company"] = words
    return errors


def _receipts(pledges: Sequence[Pledge]) -> str:
    """Return the address of the receipts."""
    moments = sorted({pledge.received_at for pledge in pledges}, reverse=True)[:_MOST_MOMENTS]
    return "/pledges/batch/saved?" + urlencode([("at", moment.isoformat()) for moment in moments])


@router.get("/pledges/batch/saved")
@concerns(BATCH)
async def show_receipts(
    request: Request,
    db: Db,
    principal: Reader,
    at: Annotated[list[datetime], Query(max_length=_MOST_MOMENTS, default_factory=list)],
) -> Response:
    """Show what the caller has saved at these moments, in the order of the pile."""
    async with db.read(principal.taskforce) as conn:
        pledges = await queries.batch(conn, principal.taskforce, principal.person_id, at)
    return render(
        request,
        "slip_receipts.html",
        pledges=pledges,
        event_id=pledges[0].event_id if pledges else None,
        event_title=pledges[0].event_title if pledges else None,
        positions=sum(pledge.positions for pledge in pledges),
        # Every slip is typed in later than it was filled in.
        flags={pledge.id: [flag for flag in pledge.flags if flag != "late"] for pledge in pledges},
    )


def _grid(
    request: Request,
    form: Form[Any],
    *,
    event: SlipEvent | None,
    companies: Sequence[CompanyRow] = (),
    catalogue: Catalogue | None = None,
    flags: Mapping[str, str] = MappingProxyType({}),
    confirm: Totals | None = None,
    more_rows: int = 0,
    status_code: int = 200,
) -> Response:
    """Show the grid with what was typed.

    Args:
        event: None while the database cannot be reached.
        flags: what is only pointed out, in words, by the cell's name.
        confirm: the totals that are saved although they differ, if the typist says so.
    """
    numbers = {int(name.split(".")[1]) for name in form.values if name.startswith("rows.") and name[5:6].isdigit()}
    count = min(max(_ROWS, max(numbers, default=0) + 1) + more_rows, MAX_SLIPS)
    ids = {f"rows.{number}.id": form.value(f"rows.{number}.id") or str(uuid4()) for number in range(count)}
    event_id = event.id if event else form.value("event_id")
    return render(
        request,
        "slips.html",
        status_code=status_code,
        form=Form({**form.values, **ids, "event_id": str(event_id)}, form.errors, labels=form.labels),
        event=event,
        count=count,
        flags=flags,
        max_slips=MAX_SLIPS,
        columns={column: _(words) for column, words in _COLUMN_WORDS.items()},
        companies=companies,
        tasks=[label for _code, label in (catalogue or _BUILT_IN).choices()],
        job_types=[_(label) for label in JOB_TYPES.values()],
        confirm=confirm,
        typed=_typed(form),
    )


def _typed(form: Form[Any]) -> Totals:
    """Return how many slips and positions were typed, as far as they can be read."""
    if form.data is None and not form.values:
        return Totals(0, 0)
    rows: dict[str, dict[str, str]] = {}
    for name, value in form.values.items():
        if name.startswith("rows.") and not name.endswith(".id"):
            rows.setdefault(name.split(".")[1], {})[name.split(".")[2]] = str(value)
    positions = (row.get("positions", "") for row in rows.values())
    return Totals(len(rows), sum(int(one) for one in positions if one.isascii() and one.isdecimal() and len(one) < 7))
