"""HTML pages of people, for administrators."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from services.events.access import PERSON, Administrator, SteppedUpAdministrator
from services.events.identity.administration import commands
from services.events.identity.administration.schemas import PersonFacts, PersonIn
from services.events.identity.api_keys.domain import SCOPE_LABELS
from services.events.identity.api_keys.queries import api_keys
from services.events.identity.people import queries
from services.events.identity.people.domain import (
    AddressTaken,
    LastAdministrator,
    MunicipalityMissing,
    PersonNotFound,
    ProgrammeMissing,
)
from services.events.identity.people.queries import PeopleByName
from services.events.register.domain import CompanyNotFound
from shared.http.dependencies import Db
from shared.http.paging import PageToken, cut
from shared.http.policy import concerns
from shared.http.refusals import problem_of
from shared.product.roles import ROLE_LABELS
from shared.product.vocabulary import PROGRAMMES
from shared.refusals import Refusal
from shared.ui.forms import blank, read_form
from shared.ui.pages import render

if TYPE_CHECKING:
    from shared.db.database import Database
    from shared.http.auth import Principal

router = APIRouter(prefix="/people", include_in_schema=False)

_PER_PAGE = 50


@router.get("")
@concerns(PERSON)
async def show_people(
    *,
    request: Request,
    principal: Administrator,
    db: Db,
    added: UUID | None = None,
    changed: UUID | None = None,
    page_token: PageToken = None,
) -> Response:
    """The list of people.

    Args:
        added: a person who has just been added, for a message.
        changed: a person who has just been changed, for a message.
    """
    async with db.read(principal.taskforce) as conn:
        new = old = None
        with suppress(PersonNotFound):
            new = await queries.person(conn, principal.taskforce, added) if added else None
            old = await queries.person(conn, principal.taskforce, changed) if changed else None
        rows = await queries.people(conn, principal.taskforce, after=PeopleByName.read(page_token), limit=_PER_PAGE + 1)
    page, last = cut(rows, _PER_PAGE)
    further = f"/people?page_token={PeopleByName(id=last.id).token()}" if last else None
    return render(
        request,
        "people.html",
        people=page,
        further=further,
        labels=ROLE_LABELS,
        programmes=PROGRAMMES,
        added=new,
        changed=old,
    )


@router.get("/new")
@concerns()
async def new_person(request: Request, principal: Administrator, db: Db) -> Response:
    """The form for a new person."""
    form = blank(id=str(uuid4()), language="da", invite=True)
    return await _render_form(request, "person_new.html", principal, db, form=form)


@router.post("")
@concerns(PERSON)
async def add_person(request: Request, principal: SteppedUpAdministrator, db: Db) -> Response:
    """Add a person."""
    form = await read_form(request, PersonIn)
    if form.data is not None:
        try:
            new = form.data
            await commands.add_person(db, principal.taskforce, new.person(new.id), invite=new.invite)
            return RedirectResponse(f"/people?added={new.id}", 303)
        except _TYPED_WRONG as refusal:
            form = form.refused(_field_error(refusal))
    return await _render_form(request, "person_new.html", principal, db, status_code=422, form=form)


@router.get("/{person_id:uuid}")
@concerns(PERSON)
async def edit_person(request: Request, principal: Administrator, db: Db, person_id: UUID) -> Response:
    """The form that changes a person."""
    async with db.read(principal.taskforce) as conn:
        row = await queries.person(conn, principal.taskforce, person_id)
        keys = await api_keys(conn, principal.taskforce, datetime.now(UTC), owner=person_id)
    form = blank(**row.model_dump(include=set(PersonFacts.model_fields)))
    return await _render_form(request, "person.html", principal, db, form=form, person=row, keys=keys)


@router.post("/{person_id:uuid}")
@concerns(PERSON)
async def change_person(request: Request, principal: SteppedUpAdministrator, db: Db, person_id: UUID) -> Response:
    """Change a person's facts and roles."""
    form = await read_form(request, PersonFacts)
    async with db.read(principal.taskforce) as conn:
        row = await queries.person(conn, principal.taskforce, person_id)
        keys = await api_keys(conn, principal.taskforce, datetime.now(UTC), owner=person_id)
    if form.data is not None:
        try:
            await commands.change_person(db, principal.taskforce, form.data.person(person_id))
            return RedirectResponse(f"/people?changed={person_id}", 303)
        except _TYPED_WRONG as refusal:
            form = form.refused(_field_error(refusal))
    return await _render_form(request, "person.html", principal, db, status_code=422, form=form, person=row, keys=keys)


@router.post("/{person_id:uuid}/invitations")
@concerns(PERSON)
async def invite_person(principal: Administrator, db: Db, person_id: UUID) -> Response:
    """Mail an invitation to a person."""
    await commands.invite_person(db, principal.taskforce, person_id)
    return RedirectResponse(f"/people/{person_id}", 303)


@router.post("/{person_id:uuid}/deactivate")
@concerns(PERSON)
async def deactivate_person(principal: SteppedUpAdministrator, db: Db, person_id: UUID) -> Response:
    """Deactivate a person."""
    await commands.deactivate_person(db, principal.taskforce, person_id)
    return RedirectResponse(f"/people/{person_id}", 303)


@router.post("/{person_id:uuid}/reactivate")
@concerns(PERSON)
async def reactivate_person(principal: SteppedUpAdministrator, db: Db, person_id: UUID) -> Response:
    """Reactivate a person."""
    await commands.reactivate_person(db, principal.taskforce, person_id)
    return RedirectResponse(f"/people/{person_id}", 303)


_TYPED_WRONG = (AddressTaken, LastAdministrator, MunicipalityMissing, ProgrammeMissing, CompanyNotFound)
_FIELDS: Final[Mapping[type[Refusal], str]] = {
    AddressTaken: "email",
    LastAdministrator: "roles",
    MunicipalityMissing: "municipality",
    ProgrammeMissing: "programme",
    CompanyNotFound: "company_id",
}


def _field_error(refusal: Refusal) -> dict[str, str]:
    """Return the refusal as the error of the field at fault."""
    return {_FIELDS[type(refusal)]: problem_of(refusal).detail or ""}


async def _render_form(
    request: Request, template: str, principal: Principal, db: Database, *, status_code: int = 200, **context: Any
) -> Response:
    async with db.read(principal.taskforce) as conn:
        members = await queries.member_companies(conn, principal.taskforce)
    return render(
        request,
        template,
        status_code=status_code,
        labels=ROLE_LABELS,
        programmes=PROGRAMMES,
        members=members,
        scope_labels=SCOPE_LABELS,
        me=principal.person_id,
        **context,
    )
