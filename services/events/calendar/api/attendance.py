"""Who has turned up at an event."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.events.access import CHECK_IN, COMPANY, EVENT, Db, DoorKeeper, plans
from services.events.calendar import commands, queries
from services.events.calendar.queries import ByTime, CheckInRow
from services.events.register.answers import PREFIX, Warned, cvr_warnings, refusals
from services.events.register.api import CompanyIn
from shared.http.paging import PageSize, PageToken, cut
from shared.http.policy import concerns
from shared.http.rate_limits import LOGGING, limited
from shared.i18n.translations import N_

if TYPE_CHECKING:
    from shared.http.auth import Principal

router = APIRouter(prefix=PREFIX + "/events/{event_id}/check-ins", tags=["attendance"])


class CheckInIn(BaseModel):
    """A company at the door: one of the register by its id, or a walk-in with what is known about it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "oneOf": [
                {"required": ["company_id"], "properties": {"company_id": {"type": "string"}}},
                {"required": ["company"], "properties": {"company": {"type": "object"}}},
            ],
            "examples": [
                {"company_id": "0b9a5a4e-6a0f-4c3b-9b1d-2f6a5d1c7e10"},
                {"company": {"id": "9c0b1d9e-3c3f-4a4f-8d6e-0e8a4d0f9b22", "name": "Limfjordens Smedje"}},
            ],
        },
    )

    company_id: UUID | None = None
    company: CompanyIn | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.company_id is None) == (self.company is None):
            raise ValueError(N_("Send either company_id or company."))
        return self


class CheckInOut(BaseModel):
    """A company has turned up."""

    id: UUID = Field(description="the same for the same company at the same event")
    event_id: UUID
    company_id: UUID
    company_name: str
    member: bool
    walk_in: bool = Field(description="it came into the register at the door")
    checked_in_at: datetime
    warnings: list[Warned]

    @classmethod
    def of(cls, row: CheckInRow) -> Self:
        warnings = cvr_warnings(as_typed=row.cvr_as_typed, shared=row.cvr_shared)
        return cls(**row.model_dump(include=set(cls.model_fields)), warnings=warnings)


class CheckInPage(BaseModel):
    """One page of check-ins, the latest first."""

    items: list[CheckInOut]
    next_page_token: str | None = Field(description="None on the last page")


@router.post("", status_code=201, responses=refusals(404, 409, 413))
@concerns(EVENT, COMPANY)
@limited(LOGGING)
async def check_in(principal: DoorKeeper, db: Db, event_id: UUID, arrival: CheckInIn) -> CheckInOut:
    """Check a company in. Once is enough: the same again is answered the same again."""
    company_id = await arrive(db, principal, event_id, arrival)
    async with db.read(principal.taskforce) as conn:
        row = await queries.check_in(conn, principal.taskforce, event_id, company_id)
    return CheckInOut.of(row)


async def arrive(db: Db, principal: Principal, event_id: UUID, arrival: CheckInIn) -> UUID:
    """Send the arrival to its use case; returns the company's id."""
    if arrival.company is not None:
        company = arrival.company.company()
        await commands.check_in_walk_in(
            db, principal.taskforce, event_id, company, by=principal.subject, drafts=plans(principal)
        )
        return company.id
    assert arrival.company_id is not None
    await commands.check_in(
        db, principal.taskforce, event_id, arrival.company_id, by=principal.subject, drafts=plans(principal)
    )
    return arrival.company_id


@router.get("", responses=refusals(404))
@concerns(EVENT, CHECK_IN)
async def list_check_ins(
    principal: DoorKeeper, db: Db, event_id: UUID, page_size: PageSize = 50, page_token: PageToken = None
) -> CheckInPage:
    """Who has come, the latest first."""
    async with db.read(principal.taskforce) as conn:
        await queries.event(conn, principal.taskforce, event_id, drafts=plans(principal))
        rows = await queries.check_ins(
            conn, principal.taskforce, event_id, after=ByTime.read(page_token), limit=page_size + 1
        )
    page, last = cut(rows, page_size)
    token = ByTime(at=last.checked_in_at, id=last.id).token() if last else None
    return CheckInPage(items=[CheckInOut.of(row) for row in page], next_page_token=token)
