"""What a company sends from its page, and what other services get of its link."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel

from services.pledges.pledges.schemas import TypedId, TypedModel
from services.pledges.withdrawals.schemas import Note
from shared.fields.numbers import point_decimal
from shared.http.schemas import ResponseModel

NOT_SAID = "–"
"""The reason of a correction whose company has not written one. It is not saved."""


class AnswerForm(TypedModel):
    """The confirmation of an answer. `version` is that of the pledge or hire that the page showed."""

    id: UUID
    version: int | None = None
    note: Note = None


class CheckpointForm(AnswerForm):
    """The confirmation whether somebody is still employed."""

    answer: Literal["same_company", "elsewhere", "no", "unknown"]


class AdjustmentForm(BaseModel):
    """What the page that adjusts a pledge sends. `PledgePatch` validates it.

    `step` is what the pressed button asks for: to `check` the answers, to `edit` them, or to `confirm`.
    """

    id: TypedId | None = None
    version: int | None = None
    step: str | None = None
    positions: str | None = None
    hours_from: str | None = None
    hours_to: str | None = None
    tasks: list[str] = []
    earliest_start: str | None = None
    note: str | None = None

    def patch(self) -> dict[str, Any]:
        """Return the API's body of the correction."""
        return {
            "reason": self.note or NOT_SAID,
            "positions": self.positions or "",
            "weekly_hours": {
                "from": point_decimal(self.hours_from or self.hours_to or ""),
                "to": point_decimal(self.hours_to or self.hours_from or ""),
            },
            "tasks": self.tasks,
            "earliest_start": self.earliest_start or None,
        }


class CompanyLinkOut(ResponseModel):
    """The local path of a company's page, for a mail."""

    path: str
