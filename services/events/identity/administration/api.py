"""People and their roles, for administrators."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.events.access import PERSON, Administrator, Db, ProvenAdministrator
from services.events.identity.administration import commands
from services.events.identity.people import queries
from services.events.identity.people.domain import Language, Person
from services.events.identity.people.queries import PeopleByName, PersonRow
from services.events.register.answers import PREFIX, refusals
from services.events.register.fields import Email, Name
from shared.contracts.message import MunicipalityCode
from shared.db.database import Database
from shared.http.paging import PageSize, PageToken, cut
from shared.http.policy import about
from shared.product.vocabulary import PersonRole, Programme

router = APIRouter(prefix=PREFIX + "/people", tags=["people"])

_EXAMPLE: JsonDict = {
    "id": "c4a760a8-dbcf-4e14-9f39-8b4d5d3f3c11",
    "name": "Karen Kjær",
    "email": "koordinator@struer.example",
    "roles": ["coordinator"],
    "municipality": None,
    "language": "da",
    "programme": None,
    "company_id": None,
}


class PersonFacts(BaseModel):
    """What is known of somebody who takes part."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{name: fact for name, fact in _EXAMPLE.items() if name != "id"}]},
    )

    name: Name
    email: Email = Field(description="what they sign in with; nobody else of the taskforce has it")
    roles: Annotated[list[PersonRole], Field(min_length=1, max_length=6)]
    municipality: MunicipalityCode | None = Field(None, description="whose participants a case worker sees")
    language: Language = "da"
    programme: Programme | None = Field(None, description="whose participants a facilitator sees")
    company_id: UUID | None = Field(None, description="the registered company they come from")

    def person(self, id: UUID) -> Person:
        facts = self.model_dump(include=set(PersonFacts.model_fields) - {"roles"})
        return Person(id=id, roles=frozenset(self.roles), **facts)


class PersonIn(PersonFacts):
    """Somebody who is to take part."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    id: UUID = Field(description="made by whoever asks; sending the same again is answered the same again")
    invite: bool = Field(False, description="whether they are written to that they have an account")


class PersonOut(BaseModel):
    """Somebody who takes part, or did."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE | {"active": True, "invited_at": None}]})

    id: UUID
    name: str
    email: str
    roles: list[str]
    municipality: str | None
    language: Language
    programme: Programme | None
    company_id: UUID | None
    active: bool = Field(description="whether they take part; who does not cannot sign in")
    invited_at: datetime | None = Field(description="when they were last written to that they have an account")

    @classmethod
    def of(cls, row: PersonRow) -> Self:
        return cls(**row.model_dump(include=set(cls.model_fields)))


class PersonPage(BaseModel):
    """One page of people, by name."""

    items: list[PersonOut]
    next_page_token: str | None = Field(description="None on the last page")


@router.post("", status_code=201, responses=refusals(404, 409, 413))
@about(PERSON)
async def add_person(principal: ProvenAdministrator, db: Db, person: PersonIn) -> PersonOut:
    """Let somebody take part."""
    await commands.add_person(db, principal.taskforce, person.person(person.id), invite=person.invite)
    return await _shown(principal, db, person.id)


@router.put("/{person_id}", responses=refusals(404, 409, 413))
@about(PERSON)
async def change_person(principal: ProvenAdministrator, db: Db, person_id: UUID, person: PersonFacts) -> PersonOut:
    """Change somebody's facts and roles. Where they are signed in, the new roles hold within a minute."""
    await commands.change_person(db, principal.taskforce, person.person(person_id))
    return await _shown(principal, db, person_id)


@router.post("/{person_id}/invitations", status_code=202, responses=refusals(404, 409))
@about(PERSON)
async def invite_person(principal: Administrator, db: Db, person_id: UUID) -> PersonOut:
    """Write to somebody (again) that they have an account, and how they sign in: every ten minutes at most."""
    await commands.invite_person(db, principal.taskforce, person_id)
    return await _shown(principal, db, person_id)


@router.post("/{person_id}/deactivate", responses=refusals(404, 409))
@about(PERSON)
async def deactivate_person(principal: ProvenAdministrator, db: Db, person_id: UUID) -> PersonOut:
    """Let somebody no longer take part: they are signed out everywhere within a minute."""
    await commands.deactivate_person(db, principal.taskforce, person_id)
    return await _shown(principal, db, person_id)


@router.post("/{person_id}/reactivate", responses=refusals(404))
@about(PERSON)
async def reactivate_person(principal: ProvenAdministrator, db: Db, person_id: UUID) -> PersonOut:
    """Let somebody take part again."""
    await commands.reactivate_person(db, principal.taskforce, person_id)
    return await _shown(principal, db, person_id)


@router.get("/{person_id}", responses=refusals(404))
@about(PERSON)
async def read_person(principal: Administrator, db: Db, person_id: UUID) -> PersonOut:
    """Read one person."""
    return await _shown(principal, db, person_id)


async def _shown(principal: Administrator, db: Database, person_id: UUID) -> PersonOut:
    async with db.read(principal.taskforce) as conn:
        return PersonOut.of(await queries.person(conn, principal.taskforce, person_id))


@router.get("", responses=refusals())
@about(PERSON)
async def list_people(
    principal: Administrator, db: Db, page_size: PageSize = 50, page_token: PageToken = None
) -> PersonPage:
    """List the people, by name in Danish order."""
    async with db.read(principal.taskforce) as conn:
        rows = await queries.people(conn, principal.taskforce, after=PeopleByName.read(page_token), limit=page_size + 1)
    page, last = cut(rows, page_size)
    token = PeopleByName(id=last.id).token() if last else None
    return PersonPage(items=[PersonOut.of(row) for row in page], next_page_token=token)
