"""Confirming a hire, of a pledge or without one: fill in, check the answers, confirm."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from services.pledges.hires import commands, queries
from services.pledges.hires.access import edits_hires_as, unknown_participants_recorded
from services.pledges.hires.pages import draft
from services.pledges.hires.pages.choices import training_choices
from services.pledges.hires.pages.citizens import citizen_called, citizen_of_position
from services.pledges.hires.pages.hire_form import (
    HireForm,
    by_field,
    form_of,
    form_without_pledge,
    from_draft,
)
from services.pledges.hires.prefill import position_to_fill, prefilled
from services.pledges.hires.queries import HireFilter
from services.pledges.participants.access import ParticipantsDb, case_worker
from services.pledges.pledges.access import HIRE, PLEDGE, Caseworker
from services.pledges.pledges.dependencies import limits
from services.pledges.pledges.forms import uuid_or_none
from services.pledges.pledges.queries import pledge as find_pledge
from services.pledges.pledges.refusals import IdTaken, NoPositionOpen, PledgeEnded, PositionTaken, StaleVersion
from services.pledges.pledges.rendering import render
from services.pledges.register import queries as register
from services.pledges.register.access import COMPANY
from shared.db.idempotency import IdempotencyKeyReused
from shared.fields.copenhagen import COPENHAGEN
from shared.http.dependencies import Db
from shared.http.idempotency import sent_by_principal
from shared.http.policy import concerns
from shared.http.problems import Problem
from shared.http.refusals import problem_of
from shared.i18n.translations import gettext as _
from shared.product.vocabulary import JOB_TYPES
from shared.refusals import Refusal
from shared.ui.forms import Form, read_form

if TYPE_CHECKING:
    from datetime import date

    from services.pledges.hires.prefill import ContactPerson
    from services.pledges.hires.schemas import HireOut
    from services.pledges.participants.access import ParticipantsDatabase
    from services.pledges.participants.naming import NamedParticipant
    from services.pledges.pledges.schemas import PledgeOut
    from shared.db.database import Database
    from shared.http.auth import Principal

router = APIRouter(include_in_schema=False)

_MAX_POSITIONS: Final = 500
_EDITED: Final = frozenset(
    f"field-{name}"
    for name in (
        "position",
        "citizen",
        "company-name",
        "start-date",
        "weekly-hours",
        "job-type",
        "contact-person-name",
        "training-hire-id",
    )
)
"""The fields that the page with the answers leads to, by their ids in the form."""
_CHANGED_MEANWHILE = (StaleVersion, PositionTaken, NoPositionOpen, PledgeEnded)

Text = Annotated[str, Query(max_length=60)]


@router.get("/queue/{pledge_id:uuid}/hire")
@concerns(PLEDGE)
async def new_hire(
    *,
    pledge_id: UUID,
    request: Request,
    db: Db,
    participants: ParticipantsDb,
    principal: Caseworker,
    position: Annotated[int | None, Query(ge=1, le=_MAX_POSITIONS)] = None,
    step: Text = "",
) -> Response:
    """Show the answers to check at once if somebody has been found for the position and nothing is missing, and
    otherwise a form that is almost filled in."""
    pledge = await _pledge(db, principal, pledge_id)
    visit = _Visit(request, db, participants, principal, pledge)
    drafted = visit.drafted()
    if step == "check" and drafted is not None:
        return await visit.check(drafted)
    if not pledge.vacant:
        return RedirectResponse(f"/pledges/{pledge_id}", 303)
    if drafted is not None and position is None and drafted.value("version") == str(pledge.version):
        return await visit.form_page(drafted)
    async with db.read(principal.taskforce) as conn:
        former = await queries.last_hire_at(
            conn, principal.taskforce, pledge.company, municipality=principal.municipality
        )
    to_fill = position_to_fill(pledge, position)
    answers = prefilled(
        pledge,
        to_fill,
        former=former,
        own_contact_person=await _own_contact_person(db, principal),
        today=_today(),
    )
    citizen = await citizen_of_position(participants, principal, to_fill.id) if answers.expected else None
    form = form_of(pledge, answers, citizen)
    if position not in {None, answers.position}:
        return await visit.changed_meanwhile(form, PositionTaken())
    return await (visit.check(form) if answers.may_be_confirmed else visit.form_page(form))


@router.post("/queue/{pledge_id:uuid}/hire")
@concerns(PLEDGE)
async def confirm_hire(
    pledge_id: UUID, request: Request, db: Db, participants: ParticipantsDb, principal: Caseworker
) -> Response:
    """Go on to the answers to check, go back to the form, or confirm the hire."""
    form = await read_form(request, HireForm)
    visit = _Visit(request, db, participants, principal, await _pledge(db, principal, pledge_id))
    return await visit.go_on(form)


@router.get("/hires/new")
@concerns(COMPANY, HIRE)
async def new_hire_without_pledge(
    *,
    request: Request,
    db: Db,
    participants: ParticipantsDb,
    principal: Caseworker,
    company: Text = "",
    step: Text = "",
) -> Response:
    """Show the form of a hire that no pledge led to.

    Args:
        company: where it is: the id of a registered company.
    """
    visit = _Visit(request, db, participants, principal)
    drafted = visit.drafted()
    if drafted is not None and not company:
        return await (visit.check(drafted) if step == "check" else visit.form_page(drafted))
    company_id = uuid_or_none(company)
    async with db.read(principal.taskforce) as conn:
        known = await register.company(conn, principal.taskforce, company_id) if company_id else None
    person = await _own_contact_person(db, principal)
    return await visit.form_page(form_without_pledge(known, person, _today()))


@router.post("/hires/new")
@concerns(HIRE)
async def confirm_hire_without_pledge(
    request: Request, db: Db, participants: ParticipantsDb, principal: Caseworker
) -> Response:
    """Go on to the answers to check, go back to the form, or confirm the hire."""
    return await _Visit(request, db, participants, principal).go_on(await read_form(request, HireForm))


def _today() -> date:
    return datetime.now(COPENHAGEN).date()


async def _pledge(db: Database, principal: Principal, pledge_id: UUID) -> PledgeOut:
    async with db.read(principal.taskforce) as conn:
        pledge = await find_pledge(conn, principal.taskforce, pledge_id)
    if pledge is None:
        raise Problem(404)
    return pledge


async def _own_contact_person(db: Database, principal: Principal) -> ContactPerson | None:
    if principal.person_id is None:
        return None
    async with db.read(principal.taskforce) as conn:
        return await queries.last_contact_person(conn, principal.taskforce, principal.person_id)


@dataclass(frozen=True, slots=True)
class _Visit:
    """A request to one of the two forms: of a hire that fills a position of `pledge`, or of one without a pledge."""

    request: Request
    db: Database
    participants: ParticipantsDatabase
    principal: Principal
    pledge: PledgeOut | None = None

    @property
    def path(self) -> str:
        """Where the form is."""
        return f"/queue/{self.pledge.id}/hire" if self.pledge else "/hires/new"

    def drafted(self) -> Form[HireForm] | None:
        """Return what was filled in before and is not confirmed yet."""
        return from_draft(draft.load(self.request, self.principal))

    async def go_on(self, form: Form[HireForm]) -> Response:
        """Do what the pressed button asks for."""
        if form.data is None:
            return await self.form_page(form, status_code=422)
        asked, _colon, field = (form.data.step or "").partition(":")
        step = "edit" if asked == "edit" else "check"
        if step == "edit":
            page = await self.form_page(form)
        else:
            page = await (self.confirm(form) if asked == "confirm" else self.check(form))
        if isinstance(page, RedirectResponse):
            return page
        # Redirect to a GET that shows the saved draft, because a browser cannot go back to a page that answered a
        # POST. The GET checks the answers again, so after a refused confirmation it shows the same refusal.
        place = "?step=check" if step == "check" else f"#{field}" if field in _EDITED else ""
        there = RedirectResponse(f"{self.path}{place}", 303)
        answers = form.data.model_dump(exclude_none=True)
        return there if draft.save(there, self.principal, self.path, answers) else page

    async def citizen(self, answers: HireForm) -> NamedParticipant | None:
        """Return whose case reference was typed; None: nobody's of the municipality."""
        return await citizen_called(self.participants, self.request, self.principal, answers.citizen)

    async def found_for(self, asked: int | UUID | None) -> NamedParticipant | None:
        """Return for whom a vacant position of the pledge was found; None: nobody whom the case worker may see.

        Args:
            asked: the number or the id of the position.
        """
        position = (
            next((one for one in self.pledge.vacant if asked in {one.number, one.id}), None) if self.pledge else None
        )
        return await citizen_of_position(self.participants, self.principal, position.id) if position else None

    async def check(self, form: Form[HireForm]) -> Response:
        """Show the answers to check, under the same rules as the confirmation; or the form with what is wrong."""
        assert form.data is not None
        citizen = await self.citizen(form.data)
        _body, hire = form.data.read(self.pledge, citizen)
        if isinstance(hire, dict):
            return await self.form_page(form.refused(hire), status_code=422)
        try:
            await commands.check_hire(
                self.db,
                self.principal.taskforce,
                hire.confirmation(),
                limits=limits(self.request),
                seen_version=_seen_version(form),
            )
        except Refusal as refusal:
            return await self.refused(form, refusal)
        training = None
        if hire.training_hire_id is not None:
            async with self.db.read(self.principal.taskforce) as conn:
                training = await queries.hire(conn, self.principal.taskforce, hire.training_hire_id)
        found_for = await self.found_for(hire.position)
        return render(
            self.request,
            "hire_check.html",
            found_for=None if found_for == citizen else found_for,
            pledge=self.pledge,
            form=form,
            hire=hire,
            path=self.path,
            training=training,
            citizen=citizen,
            me=self.principal.person_id,
        )

    async def confirm(self, form: Form[HireForm]) -> Response:
        """Confirm the hire, and lead to its case; or show what is wrong."""
        assert form.data is not None
        citizen = await self.citizen(form.data)
        body, hire = form.data.read(self.pledge, citizen)
        if isinstance(hire, dict):
            return await self.form_page(form.refused(hire), status_code=422)
        try:
            with unknown_participants_recorded(self.request):
                confirmed = await commands.confirm_hire(
                    self.db if citizen is None else self.participants,
                    self.principal.taskforce,
                    hire.confirmation(),
                    by=edits_hires_as(self.principal),
                    reader=case_worker(self.principal),
                    request=sent_by_principal(self.request, str(hire.id), body),
                    limits=limits(self.request),
                    seen_version=_seen_version(form),
                )
        except Refusal as refusal:
            return await self.refused(form, refusal)
        done = RedirectResponse(f"/hires/{confirmed.id}", 303)
        draft.delete(done, self.path)
        return done

    async def refused(self, form: Form[HireForm], refusal: Refusal) -> Response:
        """Show the form with the reason."""
        if self.pledge is not None and isinstance(refusal, _CHANGED_MEANWHILE):
            return await self.changed_meanwhile(form, refusal)
        if isinstance(refusal, (IdempotencyKeyReused, IdTaken)):
            # This form was confirmed before, perhaps in another tab: show the result.
            hire_id = uuid_or_none(str(form.value("id")))
            return RedirectResponse(f"/hires/{hire_id}" if hire_id else "/queue", 303)
        problem = problem_of(refusal)
        errors = by_field(problem.errors) or {"": f"{problem.title}. {problem.detail}"}
        return await self.form_page(form.refused(errors), status_code=problem.status)

    async def changed_meanwhile(self, form: Form[HireForm], refusal: Refusal) -> Response:
        """Show the case worker's answers beside the pledge as it is now; nothing is overwritten."""
        assert self.pledge is not None
        pledge = await _pledge(self.db, self.principal, self.pledge.id)
        async with self.db.read(self.principal.taskforce) as conn:
            hires = await queries.hires(
                conn, self.principal.taskforce, HireFilter(pledge_id=pledge.id), limit=_MAX_POSITIONS
            )
        problem = problem_of(refusal)
        vacant = [str(one.number) for one in pledge.vacant]
        values = {**form.values, "version": pledge.version}
        said = f"{problem.title}. {problem.detail}"
        taken = str(form.value("position"))
        if taken not in vacant:
            # Another position is chosen by hand: the answers may be about the citizen who has just been confirmed.
            values["position"] = ""
            if vacant and taken:
                said += " " + _(
                    "Position %(number)s is taken. Choose another one if it is another citizen.", number=taken
                )
        again: Form[HireForm] = Form(values, {"": said})
        visit = _Visit(self.request, self.db, self.participants, self.principal, pledge)
        return await visit.form_page(again, status_code=problem.status, hires=hires)

    async def form_page(
        self, form: Form[Any], *, status_code: int = 200, hires: list[HireOut] | None = None
    ) -> Response:
        """Return the form. With the hires of the pledge it shows the pledge as it is now."""
        pledge, taskforce = self.pledge, self.principal.taskforce
        async with self.db.read(taskforce) as conn:
            companies = await register.companies(conn, taskforce) if pledge is None else []
        return render(
            self.request,
            "hire.html",
            status_code=status_code,
            pledge=pledge,
            form=form,
            path=self.path,
            hires={hire.id: hire for hire in hires} if hires is not None else None,
            positions=[(str(one.number), _("Position %(number)s", number=one.number)) for one in pledge.vacant]
            if pledge
            else [],
            job_types=[(code, _(label)) for code, label in JOB_TYPES.items()],
            trainings=await training_choices(self.db, self.principal),
            companies=companies,
            me=self.principal.person_id,
        )


def _seen_version(form: Form[HireForm]) -> int | None:
    version = str(form.value("version"))
    return int(version) if version.isdecimal() else None
