"""Models of requests and responses about people, for the API and the pages of administrators."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from services.events.identity.people.domain import Language, Person
from services.events.identity.people.queries import PersonRow
from shared.contracts.message import MunicipalityCode
from shared.fields.email import Email
from shared.fields.text import Name
from shared.http.schemas import RequestModel, ResponseModel
from shared.product.roles import PersonRole
from shared.product.vocabulary import Programme

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


class PersonFacts(RequestModel):
    """The facts and roles of a person."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{name: fact for name, fact in _EXAMPLE.items() if name != "id"}]},
    )

    name: Name
    email: Email = Field(description="used to sign in; unique within the taskforce")
    roles: Annotated[list[PersonRole], Field(min_length=1, max_length=6)]
    municipality: MunicipalityCode | None = Field(None, description="whose participants a case worker sees")
    language: Language = "da"
    programme: Programme | None = Field(None, description="whose participants a facilitator sees")
    company_id: UUID | None = Field(None, description="the registered company that the person comes from")

    def person(self, id: UUID) -> Person:
        facts = self.model_dump(include=set(PersonFacts.model_fields) - {"roles"})
        return Person(id=id, roles=frozenset(self.roles), **facts)


class PersonIn(PersonFacts):
    """A person to add."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    id: UUID = Field(description="a UUID that the client makes; sending the same request again gives the same answer")
    invite: bool = Field(False, description="whether to mail an invitation")


class PersonOut(ResponseModel):
    """A person, active or not."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE | {"active": True, "invited_at": None}]})

    id: UUID
    name: str
    email: str
    roles: list[str]
    municipality: str | None
    language: Language
    programme: Programme | None
    company_id: UUID | None
    active: bool = Field(description="whether the person can sign in")
    invited_at: datetime | None = Field(description="when the last invitation was mailed")

    @classmethod
    def of(cls, row: PersonRow) -> Self:
        return cls(**row.model_dump(include=set(cls.model_fields)))


class PersonPage(ResponseModel):
    """One page of people, by name."""

    items: list[PersonOut]
    next_page_token: str | None = Field(description="None on the last page")
