"""Withdrawals in requests and in responses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.pledges.pledges.domain import WithdrawalReason
from services.pledges.pledges.schemas import TypedModel
from services.pledges.withdrawals.queries import PledgeRow
from shared.fields.text import FreeText, NoneIfBlank
from shared.http.schemas import ResponseModel

Note = Annotated[Annotated[FreeText, Field(max_length=500)] | None, NoneIfBlank]


class WithdrawalIn(TypedModel):
    """Why a pledge is withdrawn."""

    reason: WithdrawalReason = Field(
        description="company_withdrew: it has counted until today; the others: it has never counted",
        examples=["company_withdrew"],
    )
    note: Note = Field(None, description="why, in words; no names")


class RestorationIn(TypedModel):
    """Why a withdrawal is undone."""

    note: Note = Field(None, description="why, in words; no names")


class WithdrawalForm(WithdrawalIn):
    """The same on a page. `version` is the pledge's version that the page showed."""

    version: int | None = None


class RestorationForm(RestorationIn):
    """The same on a page. `version` is the pledge's version that the page showed."""

    version: int | None = None


class PledgeOfPass(ResponseModel):
    """A pledge that came with a pass and stays, because positions of it have become jobs."""

    id: UUID
    company: str
    positions_filled: int


class PassChanged(ResponseModel):
    """What came with an event's passes of one generation, after a change of all of it."""

    changed: int = Field(description="the pledges that this request has withdrawn or restored")
    pledges: int = Field(description="that are not withdrawn and can be")
    positions: int
    withdrawn: int = Field(description="that were withdrawn with everything of the pass, and can be restored")
    left_out: list[PledgeOfPass] = Field(description="positions of these have become jobs: they stay")

    @classmethod
    def of(cls, changed: int, rows: Sequence[PledgeRow]) -> PassChanged:
        """Return the rows as a response."""
        there = [row for row in rows if row.can_be_withdrawn]
        return cls(
            changed=changed,
            pledges=len(there),
            positions=sum(row.positions for row in there),
            withdrawn=sum(row.withdrawn for row in rows),
            left_out=[
                PledgeOfPass(id=row.id, company=row.company, positions_filled=row.filled) for row in rows if row.filled
            ],
        )
