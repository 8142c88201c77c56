"""Proposals in responses, and decisions in requests."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import Field, computed_field

from services.pledges.duplicates.domain import Proposal, ProposalDecision, ProposalStatus, suggested
from services.pledges.pledges.schemas import PledgeOut
from shared.http.schemas import RequestModel, ResponseModel

COMPARED: Final = (
    "company.name",
    "company.cvr",
    "company.p_number",
    "job_type",
    "positions",
    "weekly_hours",
    "tasks",
    "earliest_start",
    "contact.name",
    "contact.phone",
    "contact.email",
)
"""The fields of two pledges that a coordinator compares."""


class DecisionOut(ResponseModel):
    """The last decision on a proposal."""

    decision: ProposalDecision
    decided_by: UUID | None
    decided_at: datetime


class ProposalOut(ResponseModel):
    """Two pledges that may be the same promise, and what was decided."""

    id: UUID
    status: ProposalStatus
    version: int
    proposed_at: datetime
    first: PledgeOut = Field(description="the pledge that was received first")
    second: PledgeOut
    stays: UUID | None = Field(description="the pledge that counts for both while they are merged")
    suggested: UUID = Field(description="the pledge that stays unless the request says otherwise")
    decided: DecisionOut | None = Field(description="the last decision")

    @computed_field(description="the fields in which the two differ")
    def differences(self) -> list[str]:
        """The fields in which the two differ."""
        return [field for field in COMPARED if _value(self.first, field) != _value(self.second, field)]

    @property
    def stays_in_vain(self) -> bool:
        """Whether the pledge that stays has ended since, or was rejected: the other one may be a promise after all."""
        stays = self.first if self.stays == self.first.id else self.second
        return self.stays is not None and (stays.ended or stays.review == "rejected")

    @classmethod
    def of(cls, proposal: Proposal, first: PledgeOut, second: PledgeOut, decided: DecisionOut | None) -> ProposalOut:
        """Return the aggregate as a response."""
        return cls.model_construct(
            id=proposal.id,
            status=proposal.status,
            version=proposal.version,
            proposed_at=proposal.proposed_at,
            first=first,
            second=second,
            stays=proposal.stays_id,
            suggested=suggested(first, second),
            decided=decided,
        )


def _value(pledge: PledgeOut, field: str) -> Any:
    value: Any = pledge
    for name in field.split("."):
        value = getattr(value, name, None)
    return sorted(value) if field == "tasks" else value


class ProposalPage(ResponseModel):
    """A page of proposals."""

    items: list[ProposalOut]
    next_page_token: str | None


class MergeIn(RequestModel):
    """Which of two pledges stays."""

    stays: UUID | None = Field(
        None, description="the pledge that stays and counts for both; without it, the one that is `suggested`"
    )


class DecisionForm(MergeIn):
    """A decision on a page. `version` is the version of the proposal that the page showed."""

    version: int | None = None
