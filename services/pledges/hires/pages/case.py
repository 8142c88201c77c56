"""The page of one hire, from the day it is confirmed until long after it has ended."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from services.pledges.case_notes.domain import Case, CaseNote
from services.pledges.case_notes.store import notes_of
from services.pledges.hires import queries
from services.pledges.hires import words as hire_words
from services.pledges.hires.access import HireRevoker, edits_hires_as, sees_person, visible_hire
from services.pledges.hires.domain import REVOCABLE_FOR
from services.pledges.hires.pages.case_view import CaseView, entries_of
from services.pledges.hires.pages.change_forms import Asked, ChangeForm, WrongFieldsError, blank_forms, by_field
from services.pledges.hires.pages.changes import CHANGES, DONE, SECTIONS, revoke
from services.pledges.hires.pages.citizens import citizens
from services.pledges.hires.pages.differences import differences
from services.pledges.hires.refusals import HireNotFound, OtherMunicipality, StaleHire
from services.pledges.hires.support_log.store import support_log
from services.pledges.participants.access import ParticipantsDb
from services.pledges.pledges.access import CONTACT, HIRE, Caseworker, ContactReader
from services.pledges.pledges.dependencies import limits
from services.pledges.pledges.handovers import handovers
from services.pledges.pledges.queries import pledge as find_pledge
from services.pledges.pledges.rendering import render
from services.pledges.register import queries as register
from shared.fields.copenhagen import COPENHAGEN
from shared.http.dependencies import Db
from shared.http.policy import concerns
from shared.http.problems import Problem
from shared.http.refusals import problem_of
from shared.i18n.translations import gettext as _
from shared.product.vocabulary import END_REASONS, JOB_TYPES
from shared.refusals import Refusal
from shared.ui.forms import Form, read_form

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from services.pledges.hires.change_schemas import HireChangeOut
    from services.pledges.hires.schemas import HireOut
    from services.pledges.hires.support_log.domain import SupportContact
    from services.pledges.participants.access import ParticipantsDatabase
    from services.pledges.participants.naming import NamedParticipant
    from services.pledges.pledges.handovers import Handover
    from services.pledges.pledges.history import Difference, HistoryEntry
    from services.pledges.pledges.schemas import PledgeOut
    from shared.db.database import Database
    from shared.http.auth import Principal

router = APIRouter(include_in_schema=False)

Text = Annotated[str, Query(max_length=60)]


@router.get("/hires/{hire_id:uuid}")
@concerns(HIRE, CONTACT)
async def show_hire(
    *,
    hire_id: UUID,
    request: Request,
    db: Db,
    participants: ParticipantsDb,
    principal: ContactReader,
    done: Text = "",
) -> Response:
    """Show a hire: where it stands, what comes next, and all that has become of it.

    Args:
        done: the change that was just made.
    """
    return _page(request, principal, await _load(db, participants, principal, hire_id), done=done)


@router.post("/hires/{hire_id:uuid}/revoke")
@concerns(HIRE)
async def revoke_hire(
    hire_id: UUID, request: Request, db: Db, participants: ParticipantsDb, principal: HireRevoker
) -> Response:
    """Undo the confirmation of the hire, within 15 minutes."""
    return await _change(request, db, participants, principal, hire_id, name="revoke", change=revoke)


@router.post("/hires/{hire_id:uuid}/{change}")
@concerns(HIRE)
async def change_hire(
    *, hire_id: UUID, change: str, request: Request, db: Db, participants: ParticipantsDb, principal: Caseworker
) -> Response:
    """Make one of the changes that the page offers, or show it again with what is wrong."""
    if change not in CHANGES:
        raise Problem(404)
    return await _change(request, db, participants, principal, hire_id, name=change, change=CHANGES[change])


async def _change(
    request: Request,
    db: Database,
    participants: ParticipantsDatabase,
    principal: Principal,
    hire_id: UUID,
    *,
    name: str,
    change: Callable[[Asked], Awaitable[object]],
) -> Response:
    form = await read_form(request, ChangeForm)
    if form.data is None:
        case = await _load(db, participants, principal, hire_id)
        return _page(request, principal, case, changed=name, form=form, status_code=422)
    asked = Asked(request, db, participants, principal, hire_id, edits_hires_as(principal), limits(request), form.data)
    try:
        await change(asked)
    except WrongFieldsError as wrong:
        case = await _load(db, participants, principal, hire_id)
        return _page(request, principal, case, changed=name, form=form.refused(wrong.errors), status_code=422)
    except StaleHire as refusal:
        case = await _load(db, participants, principal, hire_id)
        # Sent again, it replaces what is shown beside it.
        mine: Form[Any] = replace(form, values={**form.values, "version": case.hire.version})
        mine = mine.refused({"": _("Somebody has changed the hire while you were writing. Compare above.")})
        conflict = _Conflict(
            differences(name, case.view, form.data),
            [entry for entry in case.history if entry.version > (form.data.version or 0)],
        )
        status_code = problem_of(refusal).status
        return _page(request, principal, case, changed=name, form=mine, conflict=conflict, status_code=status_code)
    except (HireNotFound, OtherMunicipality):
        raise
    except Refusal as refusal:
        problem = problem_of(refusal)
        errors = by_field(problem.errors, name) or {"": f"{problem.title}. {problem.detail}"}
        case = await _load(db, participants, principal, hire_id)
        return _page(request, principal, case, changed=name, form=form.refused(errors), status_code=problem.status)
    section = f"#{SECTIONS[name]}" if name in SECTIONS else ""
    return RedirectResponse(f"/hires/{hire_id}?done={name}{section}", 303)


@dataclass(frozen=True, slots=True)
class _Case:
    """What the page of a hire shows.

    Attributes:
        undoes: the case reference that undoes the last change, as of `_undone`.
    """

    view: CaseView
    now: datetime
    pledge: PledgeOut | None
    event_title: str | None
    training: HireOut | None
    led_to: list[queries.TrainingRow]
    history: list[HistoryEntry]
    support: list[SupportContact]
    notes: list[CaseNote]
    handovers: list[Handover]
    undoes: str | None

    @property
    def hire(self) -> HireOut:
        return self.view.hire


@dataclass(frozen=True, slots=True)
class _Conflict:
    """Somebody has changed the hire: what is saved beside what was typed, and what has happened."""

    differences: list[Difference]
    since: list[HistoryEntry]


async def _load(db: Database, participants: ParticipantsDatabase, principal: Principal, hire_id: UUID) -> _Case:
    """Return what the page shows. Whom the hire names, or has named, is looked up for those who may see it only."""
    taskforce = principal.taskforce
    async with db.read(taskforce) as conn:
        hire = await queries.hire(conn, taskforce, hire_id)
        if hire is None:
            raise HireNotFound
        pledge = await find_pledge(conn, taskforce, hire.pledge_id) if hire.pledge_id else None
        event = await register.event(conn, taskforce, hire.event_id) if hire.event_id else None
        training = await queries.hire(conn, taskforce, hire.training_hire_id) if hire.training_hire_id else None
        own = sees_person(principal, hire.caseworker_municipality)
        changes = await queries.history(conn, taskforce, hire.id) or []
        led_to = await queries.led_to(conn, taskforce, hire.id)
        notes = await notes_of(conn, taskforce, Case(hire_id=hire.id)) if own else []
        handed_over = await handovers(conn, taskforce, hire_id=hire.id)
        support = await support_log(conn, taskforce, hire.id) if own else []
    shown = [hire.citizen_id, *(change.before.citizen_id for change in changes)] if own else []
    named = await citizens(participants, principal, [one for one in shown if one is not None])
    now = datetime.now(COPENHAGEN)
    return _Case(
        view=CaseView(
            visible_hire(principal, hire), now.date(), named.get(hire.citizen_id) if hire.citizen_id else None
        ),
        now=now,
        pledge=pledge,
        event_title=event.title if event else None,
        training=training and visible_hire(principal, training),
        led_to=led_to,
        history=entries_of(changes if own else [change.without_person() for change in changes], named),
        undoes=_undone(changes, named) if own else None,
        notes=notes,
        handovers=handed_over,
        support=support,
    )


def _undone(changes: list[HireChangeOut], named: Mapping[UUID, NamedParticipant]) -> str | None:
    """Return the case reference that undoes the last change, if that was another citizen: "" for nobody.

    None: it was another change, or somebody who has been erased cannot be named again.
    """
    if not changes or changes[0].kind != "citizen_changed":
        return None
    before = changes[0].before.citizen_id
    if before is None:
        return ""
    return named[before].case_reference if before in named else None


def _page(
    request: Request,
    principal: Principal,
    case: _Case,
    *,
    done: str = "",
    changed: str | None = None,
    form: Form[Any] | None = None,
    conflict: _Conflict | None = None,
    status_code: int = 200,
) -> Response:
    """Return the page. With a form it is that of the change, with what was typed and what is wrong."""
    hire = case.hire
    own = sees_person(principal, hire.caseworker_municipality)
    revocable_until = hire.confirmed_at + REVOCABLE_FOR
    may_revoke = hire.counted and revocable_until > case.now
    may_revoke = may_revoke and (principal.has("coordinator") or principal.person_id in {hire.confirmed_by} - {None})
    forms = blank_forms(hire, case.view.citizen, case.view.today)
    if changed is not None and form is not None:
        forms[changed] = form
    return render(
        request,
        "hire_case.html",
        status_code=status_code,
        case=case.view,
        hire_words=hire_words,
        end_reason_words=END_REASONS,
        event_title=case.event_title,
        company_contact=case.pledge.contact if case.pledge else None,
        training=case.training,
        led_to=case.led_to,
        history=case.history,
        support=case.support,
        notes=case.notes,
        handovers=case.handovers,
        undone_citizen=case.undoes if done == "citizen" else None,
        today=case.view.today,
        me=principal.person_id,
        may_change=own and hire.counted,
        sees_support=own,
        other_municipality=principal.has("caseworker") and not own,
        revocable_until=revocable_until if may_revoke else None,
        conflict=conflict,
        changed=changed,
        done=_(DONE[done]) if done in DONE else None,
        forms=forms,
        new_id=uuid4,
        job_types=[(code, _(label)) for code, label in JOB_TYPES.items()],
        end_reasons=[(code, _(label)) for code, label in END_REASONS.items()],
        contacted_by=[(code, _(label)) for code, label in hire_words.CONTACTED_BY.items()],
    )
