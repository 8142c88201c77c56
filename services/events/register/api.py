"""The register of companies."""

from __future__ import annotations

from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.events.access import COMPANY, CompanyReader, Db, Planner
from services.events.register import commands, queries
from services.events.register.answers import PREFIX, Warned, cvr_warnings, refusals
from services.events.register.domain import Company
from services.events.register.fields import Industry, Name, SearchText, TypedCvr
from services.events.register.queries import ByName, CompanyRow
from shared.contracts.message import MunicipalityCode
from shared.http.paging import PageSize, PageToken, cut
from shared.http.policy import concerns

router = APIRouter(prefix=PREFIX + "/companies", tags=["companies"])

_EXAMPLE: JsonDict = {
    "id": "0b9a5a4e-6a0f-4c3b-9b1d-2f6a5d1c7e10",
    "name": "Bang & Olufsen A/S",
    "cvr": "41257911",
    "municipality": "0671",
    "member": True,
}


class CompanyIn(BaseModel):
    """A company to be registered."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    id: UUID = Field(description="made by whoever asks; sending the same again is answered the same again")
    name: Name
    cvr: TypedCvr | None = Field(None, description="as typed; a wrong one is accepted with a warning and kept apart")
    municipality: MunicipalityCode | None = Field(None, description="four-digit code as text")
    industry: Industry | None = Field(None, description="DB07 code, six digits")
    member: bool = Field(False, description="a member company of the taskforce")
    personally_owned: bool = Field(False, description="its name is a person's name and stays in the register")

    def company(self) -> Company:
        return Company.as_typed(**self.model_dump())


class CompanyOut(BaseModel):
    """A company of the register."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE | {"warnings": []}]})

    id: UUID
    name: str
    cvr: str | None = Field(description="only a number whose checksum holds")
    cvr_as_typed: str | None = Field(description="what was typed where it is no CVR number")
    municipality: str | None
    industry: str | None
    member: bool
    personally_owned: bool
    warnings: list[Warned]

    @classmethod
    def of(cls, row: CompanyRow) -> Self:
        warnings = cvr_warnings(as_typed=row.cvr_as_typed, shared=row.cvr_shared)
        return cls(**row.model_dump(include=set(cls.model_fields)), warnings=warnings)


class CompanyPage(BaseModel):
    """One page of companies, by name."""

    items: list[CompanyOut]
    next_page_token: str | None = Field(description="None on the last page")


@router.post("", status_code=201, responses=refusals(404, 409, 413))
@concerns(COMPANY)
async def register_company(principal: Planner, db: Db, company: CompanyIn) -> CompanyOut:
    """Put a company into the register."""
    await commands.register_company(db, principal.taskforce, company.company())
    return await _answer(db, principal.taskforce, company.id)


@router.get("", responses=refusals())
@concerns(COMPANY)
async def list_companies(
    *,
    principal: CompanyReader,
    db: Db,
    q: Annotated[SearchText | None, Query(description="part of the name, or the beginning of the CVR number")] = None,
    member: Annotated[bool | None, Query(description="only member companies, or only others")] = None,
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> CompanyPage:
    """List or search the companies, by name in Danish order."""
    async with db.read(principal.taskforce) as conn:
        rows = await queries.companies(
            conn, principal.taskforce, text=q, member=member, after=ByName.read(page_token), limit=page_size + 1
        )
    page, last = cut(rows, page_size)
    token = ByName(id=last.id).token() if last else None
    return CompanyPage(items=[CompanyOut.of(row) for row in page], next_page_token=token)


@router.get("/{company_id}", responses=refusals(404))
@concerns(COMPANY)
async def read_company(principal: CompanyReader, db: Db, company_id: UUID) -> CompanyOut:
    """One company."""
    return await _answer(db, principal.taskforce, company_id)


async def _answer(db: Db, taskforce_id: UUID, company_id: UUID) -> CompanyOut:
    async with db.read(taskforce_id) as conn:
        return CompanyOut.of(await queries.company(conn, taskforce_id, company_id))
