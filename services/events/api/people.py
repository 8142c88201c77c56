"""People and their roles, for administrators."""

from __future__ import annotations

from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.events.access import PERSON, Administrator, Db
from services.events.api.answers import PREFIX, refusals
from services.events.fields import Email, Name
from services.events.people import commands, queries
from services.events.people.domain import Language, Person
from services.events.people.queries import PeopleByName, PersonRow
from shared.contracts.message import MunicipalityCode
from shared.policy import about
from shared.web.paging import PageSize, PageToken, cut

router = APIRouter(prefix=PREFIX + "/people", tags=["people"])

PersonRole = Literal["member", "coordinator", "caseworker", "facilitator", "admin", "auditor"]

_EXAMPLE: JsonDict = {
    "id": "c4a760a8-dbcf-4e14-9f39-8b4d5d3f3c11",
    "name": "Karen Kjær",
    "email": "koordinator@struer.example",
    "roles": ["coordinator"],
    "municipality": None,
    "language": "da",
}


class PersonIn(BaseModel):
    """Somebody who is to take part."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    id: UUID = Field(description="made by whoever asks; sending the same again is answered the same again")
    name: Name
    email: Email
    roles: Annotated[list[PersonRole], Field(min_length=1, max_length=6)]
    municipality: MunicipalityCode | None = Field(None, description="whose participants a case worker sees")
    language: Language = "da"

    def person(self) -> Person:
        return Person(self.id, self.name, self.email, frozenset(self.roles), self.municipality, self.language)


class PersonOut(BaseModel):
    """Somebody who takes part."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    id: UUID
    name: str
    email: str
    roles: list[str]
    municipality: str | None
    language: Language

    @classmethod
    def of(cls, row: PersonRow) -> Self:
        return cls(**row.model_dump(include=set(cls.model_fields)))


class PersonPage(BaseModel):
    """One page of people, by name."""

    items: list[PersonOut]
    next_page_token: str | None = Field(description="None on the last page")


@router.post("", status_code=201, responses=refusals(404, 409, 413))
@about(PERSON)
async def add_person(principal: Administrator, db: Db, person: PersonIn) -> PersonOut:
    """Let somebody take part."""
    await commands.add_person(db, principal.taskforce, person.person())
    return PersonOut(**person.model_dump(exclude={"roles"}), roles=sorted(set(person.roles)))


@router.get("", responses=refusals())
@about(PERSON)
async def list_people(
    principal: Administrator, db: Db, page_size: PageSize = 50, page_token: PageToken = None
) -> PersonPage:
    """List the people, by name in Danish order."""
    async with db.read(principal.taskforce) as conn:
        rows = await queries.people(conn, principal.taskforce, after=PeopleByName.read(page_token), limit=page_size + 1)
    page, last = cut(rows, page_size)
    token = PeopleByName(sort_name=last.sort_name, id=last.id).token() if last else None
    return PersonPage(items=[PersonOut.of(row) for row in page], next_page_token=token)
