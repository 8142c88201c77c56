"""The queue as the API answers it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from pydantic import Field

from shared.http.schemas import ResponseModel

if TYPE_CHECKING:
    from services.pledges.queue.due import Due


class QueueItem(ResponseModel):
    """One piece of due work, in words of the caller's language."""

    kind: str = Field(description="code of the kind; more may be added", examples=["checkpoint"])
    reason: str = Field(description="why it is there", examples=["The hire at B&O began 3 months ago, on 01.09.2026"])
    next_step: str = Field(description="what to do", examples=["Ask whether the person is still employed."])
    due_on: date
    pledge_id: UUID | None
    hire_id: UUID | None
    url: str = Field(description="the page of the next step")
    assigned_to: UUID | None = Field(description="the person whose work it is; null: nobody's")

    @classmethod
    def of(cls, due: Due) -> QueueItem:
        """Return a row that a query has found."""
        return cls.model_construct(
            kind=due.kind.code,
            reason=due.reason,
            next_step=due.next_step,
            due_on=due.due_on,
            pledge_id=due.pledge.id if due.pledge else None,
            hire_id=due.hire.id if due.hire else None,
            url=due.url,
            assigned_to=due.owner,
        )


class QueuePage(ResponseModel):
    """A page of the queue."""

    items: list[QueueItem]
    next_page_token: str | None
