"""JSON routes of companies."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.events.access import COMPANY, CompanyReader, Planner
from services.events.register import commands, queries
from services.events.register.queries import ByName
from services.events.register.schemas import (
    CompanyIn,
    CompanyOut,
    CompanyPage,
)
from shared.fields.text import SearchText
from shared.http.dependencies import Db
from shared.http.idempotency import IdempotentDb
from shared.http.openapi import problems
from shared.http.paging import PageSize, PageToken, cut
from shared.http.policy import concerns

router = APIRouter(prefix="/api/events/v1/companies", tags=["companies"])


@router.post("", status_code=201, responses=problems(404, 409, 422))
@concerns(COMPANY)
async def register_company(principal: Planner, db: IdempotentDb, company: CompanyIn) -> CompanyOut:
    """Register a company."""
    await commands.register_company(db, principal.taskforce, company.company())
    return await _answer(db, principal.taskforce, company.id)


@router.get("", responses=problems(422))
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


@router.get("/{company_id}", responses=problems(404, 422))
@concerns(COMPANY)
async def read_company(principal: CompanyReader, db: Db, company_id: UUID) -> CompanyOut:
    """Read one company."""
    return await _answer(db, principal.taskforce, company_id)


async def _answer(db: Db, taskforce_id: UUID, company_id: UUID) -> CompanyOut:
    async with db.read(taskforce_id) as conn:
        return CompanyOut.of(await queries.company(conn, taskforce_id, company_id))
