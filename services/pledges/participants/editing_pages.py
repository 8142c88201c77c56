"""Forms that register and change participants. Two people who change one at once see both versions."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from services.pledges.catalogue.built_in import GROUPS
from services.pledges.catalogue.store import load_catalogue
from services.pledges.participants import commands, queries
from services.pledges.participants.access import (
    PARTICIPANT,
    ParticipantEditor,
    ParticipantsDb,
    case_worker,
    disclose_participants,
)
from services.pledges.participants.domain import FARTHEST_KM, Participant, ParticipantTerms, TargetGroup
from services.pledges.participants.pages import participant_page
from services.pledges.participants.refusals import StaleParticipant
from services.pledges.participants.schemas import (
    REFERENCE_LENGTH,
    ParticipantForm,
    StatusForm,
    TargetGroupForm,
    values_of,
)
from services.pledges.participants.words import TRANSPORTS, WEEKDAYS, facts_in_words
from services.pledges.pledges.history import Difference
from services.pledges.pledges.rendering import render
from shared.fields.copenhagen import COPENHAGEN
from shared.http.idempotency import sent_by_principal
from shared.http.policy import concerns
from shared.http.problems import Problem
from shared.http.refusals import problem_of
from shared.i18n.translations import gettext as _
from shared.privacy.access_log import CASEWORK
from shared.product.vocabulary import JOB_TYPES, PROGRAMMES
from shared.refusals import Refusal
from shared.ui.forms import Form, blank, read_form

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from services.pledges.catalogue.domain import Catalogue
    from services.pledges.participants.access import ParticipantsDatabase
    from services.pledges.participants.target_groups import TargetGroupCodes
    from shared.fields.validation import FieldError
    from shared.http.auth import Principal

router = APIRouter(prefix="/participants", include_in_schema=False)

_FIELDS = {
    "availability.weekly_hours": "hours_from",
    "tasks": "can",
    "tasks.cannot": "cannot",
    "target_groups": "target_group",
}
"""The form's names of fields at which refusals point."""


@router.get("/new")
@concerns()
async def show_registration(request: Request, db: ParticipantsDb, principal: ParticipantEditor) -> Response:
    """Show the form that registers a participant."""
    form = blank(id=str(uuid4()), caseworker_id=principal.person_id, target_group_from=_today().isoformat())
    return await _form_page(request, db, principal, form)


@router.post("/new")
@concerns()
async def register_participant(request: Request, db: ParticipantsDb, principal: ParticipantEditor) -> Response:
    """Register a participant, or show the form with what is wrong."""
    form = await read_form(request, ParticipantForm)
    if form.data is not None and form.data.case_reference is None:
        form = form.refused({"case_reference": _("Must be filled in.")})
    if form.data is None:
        return await _form_page(request, db, principal, form, status_code=422)
    sent = form.data
    if sent.id is None or sent.case_reference is None:
        raise Problem(422)
    terms = sent.merged(ParticipantTerms())
    if sent.target_group is not None:
        terms = replace(terms, target_groups=(TargetGroup(sent.target_group, sent.target_group_from or _today()),))
    try:
        one = await commands.register_participant(
            db,
            case_worker(principal),
            sent.case_reference,
            terms,
            by=principal.person_id,
            request=sent_by_principal(request, str(sent.id), sent.model_dump(mode="json")),
        )
    except Refusal as refusal:
        problem = problem_of(refusal)
        if not problem.errors:
            raise
        return await _form_page(request, db, principal, _refused(form, problem.errors), status_code=problem.status)
    return RedirectResponse(f"/participants/{one.id}?done=registered", 303)


@router.get("/{participant_id:uuid}/edit")
@concerns(PARTICIPANT)
async def show_edit(
    participant_id: UUID, request: Request, db: ParticipantsDb, principal: ParticipantEditor
) -> Response:
    """Show the form that changes what is known about a participant."""
    async with disclose_participants(db, case_worker(principal), purpose=CASEWORK) as disclosure:
        one = await queries.participant(disclosure, participant_id)
    return await _form_page(request, db, principal, blank(**values_of(one)), one)


@router.post("/{participant_id:uuid}/edit")
@concerns(PARTICIPANT)
async def edit_participant(
    participant_id: UUID, request: Request, db: ParticipantsDb, principal: ParticipantEditor
) -> Response:
    """Save the form, or show it again: with what is wrong, or beside what somebody else has saved."""
    form = await read_form(request, ParticipantForm)
    sent, error = form.data, None
    if sent is not None:
        try:
            await commands.change_participant(
                db,
                case_worker(principal),
                participant_id,
                lambda known: sent.merged(known.terms),
                by=principal.person_id,
                note=sent.note,
                seen_version=sent.version,
            )
            return RedirectResponse(f"/participants/{participant_id}?done=changed", 303)
        except Refusal as refusal:
            error = refusal
    async with disclose_participants(db, case_worker(principal), purpose=CASEWORK) as disclosure:
        one = await queries.participant(disclosure, participant_id)
    if sent is None or error is None:
        return await _form_page(request, db, principal, form, one, status_code=422)
    problem = problem_of(error)
    if isinstance(error, StaleParticipant):
        # Sent again, it replaces what is shown beside it.
        mine: Form[Any] = replace(form, values={**form.values, "version": one.version})
        mine = mine.refused({"": _("Somebody has changed this while you were writing. Compare below.")})
        wanted = sent.merged(one.terms)
        return await _form_page(request, db, principal, mine, one, wanted=wanted, status_code=problem.status)
    if not problem.errors:
        raise error
    return await _form_page(request, db, principal, _refused(form, problem.errors), one, status_code=problem.status)


@router.post("/{participant_id:uuid}/status")
@concerns(PARTICIPANT)
async def change_status(
    participant_id: UUID, request: Request, db: ParticipantsDb, principal: ParticipantEditor
) -> Response:
    """Pause a participant, let them leave, or take them back."""
    form = await read_form(request, StatusForm)
    if form.data is None:
        return await participant_page(request, db, principal, participant_id, forms={"status": form}, status_code=422)
    status, note, version = form.data.status, form.data.note, form.data.version
    await commands.change_participant(
        db,
        case_worker(principal),
        participant_id,
        lambda known: replace(known.terms, status=status),
        by=principal.person_id,
        note=note,
        seen_version=version,
    )
    return RedirectResponse(f"/participants/{participant_id}?done={status}", 303)


@router.post("/{participant_id:uuid}/target-group")
@concerns(PARTICIPANT)
async def change_target_group(
    participant_id: UUID, request: Request, db: ParticipantsDb, principal: ParticipantEditor
) -> Response:
    """Let another target group hold from a day on."""
    form = await read_form(request, TargetGroupForm)
    if form.data is not None:
        code, valid_from = form.data.target_group, form.data.target_group_from
        try:
            await commands.change_participant(
                db,
                case_worker(principal),
                participant_id,
                lambda known: replace(known.terms, target_groups=known.with_target_group(code, valid_from)),
                by=principal.person_id,
                seen_version=form.data.version,
            )
            return RedirectResponse(f"/participants/{participant_id}?done=target-group#target-group", 303)
        except Refusal as refusal:
            problem = problem_of(refusal)
            if problem.status != 422:
                raise
            form = _refused(form, problem.errors)
    forms = {"target_group": form}
    return await participant_page(request, db, principal, participant_id, forms=forms, status_code=422)


def _today() -> date:
    return datetime.now(COPENHAGEN).date()


def _refused(form: Form[Any], errors: Iterable[FieldError]) -> Form[Any]:
    """Return the form with the errors of a refusal at the form's own fields."""
    by_field = form.refused_by(errors).errors
    return form.refused({_FIELDS.get(name, name): message for name, message in by_field.items()})


def _differences(before: ParticipantTerms, after: ParticipantTerms, catalogue: Catalogue) -> list[Difference]:
    then, now = facts_in_words(before, catalogue.labels()), facts_in_words(after, catalogue.labels())
    return [Difference(label, then[label] or "–", now[label] or "–") for label in then if then[label] != now[label]]


async def _form_page(
    request: Request,
    db: ParticipantsDatabase,
    principal: Principal,
    form: Form[Any],
    one: Participant | None = None,
    *,
    wanted: ParticipantTerms | None = None,
    status_code: int = 200,
) -> Response:
    """Return the page of the form: of a participant, or without one that of a new participant.

    Args:
        wanted: what was typed, where somebody else has saved something since.
    """
    async with db.read(principal.taskforce) as conn:
        catalogue = await load_catalogue(conn, principal.taskforce)
        codes: TargetGroupCodes = await queries.target_group_codes(conn, principal.taskforce)
    offered = catalogue.by_group(catalogue.offered)
    return render(
        request,
        "participant_form.html",
        status_code=status_code,
        participant=one,
        form=form,
        differences=_differences(one.terms, wanted, catalogue) if one is not None and wanted is not None else None,
        tasks=[(_(GROUPS[group]), [(task.code, task.label) for task in some]) for group, some in offered.items()],
        programmes=[(code, _(label)) for code, label in PROGRAMMES.items()],
        transports=[(code, _(label)) for code, label in TRANSPORTS.items()],
        weekdays=[(code, _(label)) for code, label in WEEKDAYS.items()],
        job_types=[(code, _(label)) for code, label in JOB_TYPES.items()],
        target_groups=[(code.code, code.label) for code in codes.valid_on(_today())],
        me=principal.person_id,
        farthest=FARTHEST_KM,
        reference_length=REFERENCE_LENGTH,
    )
