"""Messages of `dashboard`: what has come of the figures. It publishes no figure that not everybody may see."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts.message import Message

TargetStatus = Literal["on_track", "at_risk", "out_of_reach", "reached", "missed"]
"""`at_risk`: at the present pace it is missed. `out_of_reach`: not even the best pace so far would do."""


class BoardReleased(Message):
    """The public board shows a new number."""

    aggregate: ClassVar[str] = "dashboard.board"

    count: int | None = Field(description="citizens who have got a småjob; null: too few to be shown")
    as_of: date = Field(description="the day of the figure, in Europe/Copenhagen")
    released_at: AwareDatetime
    sign_due: bool = Field(
        False, description="whether the number has moved so far that the signs by the road are to be changed"
    )

    @property
    def aggregate_id(self) -> UUID:
        return self.taskforce_id


class TargetJudged(Message):
    """Whether a target will be reached has changed."""

    aggregate: ClassVar[str] = "dashboard.target"

    target_id: UUID
    status: TargetStatus
    as_of: date = Field(description="the day it was judged for, in Europe/Copenhagen")
    reachable_until: date | None = Field(
        None, description="the last day on which it can still be reached at the best pace so far; null: no such day"
    )

    @property
    def aggregate_id(self) -> UUID:
        return self.target_id


MESSAGES: tuple[type[Message], ...] = (BoardReleased, TargetJudged)
"""Every message of the dashboard service."""
