"""JSON routes of people, for administrators."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from services.events.access import PERSON, Administrator, SteppedUpAdministrator
from services.events.identity.administration import commands
from services.events.identity.administration.schemas import PersonFacts, PersonIn, PersonOut, PersonPage
from services.events.identity.people import queries
from services.events.identity.people.queries import PeopleByName
from shared.db.database import Database
from shared.http.dependencies import Db
from shared.http.idempotency import IdempotentDb
from shared.http.openapi import problems
from shared.http.paging import PageSize, PageToken, cut
from shared.http.policy import concerns

router = APIRouter(prefix="/api/events/v1/people", tags=["people"])


@router.post("", status_code=201, responses=problems(404, 409, 422))
@concerns(PERSON)
async def add_person(principal: SteppedUpAdministrator, db: IdempotentDb, person: PersonIn) -> PersonOut:
    """Add a person."""
    await commands.add_person(db, principal.taskforce, person.person(person.id), invite=person.invite)
    return await _shown(principal, db, person.id)


@router.put("/{person_id}", responses=problems(404, 409, 422))
@concerns(PERSON)
async def change_person(
    principal: SteppedUpAdministrator, db: IdempotentDb, person_id: UUID, person: PersonFacts
) -> PersonOut:
    """Change a person's facts and roles. New roles apply to existing sessions within a minute."""
    await commands.change_person(db, principal.taskforce, person.person(person_id))
    return await _shown(principal, db, person_id)


@router.post("/{person_id}/invitations", status_code=202, responses=problems(404, 409, 422))
@concerns(PERSON)
async def invite_person(principal: Administrator, db: IdempotentDb, person_id: UUID) -> PersonOut:
    """Mail an invitation to a person, at most every ten minutes."""
    await commands.invite_person(db, principal.taskforce, person_id)
    return await _shown(principal, db, person_id)


@router.post("/{person_id}/deactivate", responses=problems(404, 409, 422))
@concerns(PERSON)
async def deactivate_person(principal: SteppedUpAdministrator, db: IdempotentDb, person_id: UUID) -> PersonOut:
    """Deactivate a person: all their sessions end within a minute."""
    await commands.deactivate_person(db, principal.taskforce, person_id)
    return await _shown(principal, db, person_id)


@router.post("/{person_id}/reactivate", responses=problems(404, 422))
@concerns(PERSON)
async def reactivate_person(principal: SteppedUpAdministrator, db: IdempotentDb, person_id: UUID) -> PersonOut:
    """Reactivate a person."""
    await commands.reactivate_person(db, principal.taskforce, person_id)
    return await _shown(principal, db, person_id)


@router.get("/{person_id}", responses=problems(404, 422))
@concerns(PERSON)
async def read_person(principal: Administrator, db: Db, person_id: UUID) -> PersonOut:
    """Read one person."""
    return await _shown(principal, db, person_id)


async def _shown(principal: Administrator, db: Database, person_id: UUID) -> PersonOut:
    async with db.read(principal.taskforce) as conn:
        return PersonOut.of(await queries.person(conn, principal.taskforce, person_id))


@router.get("", responses=problems(422))
@concerns(PERSON)
async def list_people(
    principal: Administrator, db: Db, page_size: PageSize = 50, page_token: PageToken = None
) -> PersonPage:
    """List the people, by name in Danish order."""
    async with db.read(principal.taskforce) as conn:
        rows = await queries.people(conn, principal.taskforce, after=PeopleByName.read(page_token), limit=page_size + 1)
    page, last = cut(rows, page_size)
    token = PeopleByName(id=last.id).token() if last else None
    return PersonPage(items=[PersonOut.of(row) for row in page], next_page_token=token)
