"""The queue as it is answered, and the requests and forms that hand cases over."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Final
from urllib.parse import parse_qsl
from uuid import UUID, uuid4

from pydantic import AfterValidator, Field, StringConstraints

from shared.fields.cpr import refuse_cpr
from shared.fields.text import FreeText, Line, NoneIfBlank
from shared.http.schemas import RequestModel, ResponseModel

if TYPE_CHECKING:
    from services.pledges.queue.due import Due

MOST_CASES: Final = 200
"""Handed over at once."""


class QueueItem(ResponseModel):
    """One piece of due work, in words of the caller's language."""

    kind: str = Field(description="code of the kind; more may be added", examples=["checkpoint"])
    reason: str = Field(description="why it is there", examples=["Still employed at B&O, 3 months after 01.09.2026?"])
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


class AssignIn(RequestModel):
    """Cases to hand over."""

    pledges: Annotated[list[UUID], Field(default_factory=list, max_length=MOST_CASES)]
    hires: Annotated[list[UUID], Field(default_factory=list, max_length=MOST_CASES)]
    person_id: UUID | None = Field(description="the colleague; null: nobody, and of a hire its contact person again")


class HandoverOut(ResponseModel):
    """What was handed over."""

    id: UUID = Field(description="to undo it with, for 15 minutes")
    cases: int = Field(description="how many cases it has changed")
    undone: bool


_UUID: Final = "[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
_Case = Annotated[str, StringConstraints(pattern=f"^(pledge|hire):{_UUID}$")]


class AssignForm(RequestModel):
    """Cases that were ticked in the queue, and the colleague to hand them over to. `take`: one for the reader.

    `back` is the query of the queue's address; with `to_case` the form is on the page of the case that is taken.
    """

    cases: Annotated[list[_Case], Field(default_factory=list, max_length=MOST_CASES)]
    take: Annotated[_Case | None, NoneIfBlank] = None
    person: Annotated[UUID | None, NoneIfBlank] = None
    to_case: bool = False
    back: Annotated[str, StringConstraints(max_length=1000)] = ""

    def ids(self, table: str) -> list[UUID]:
        """Return the ids of the chosen pledges (`pledge`) or hires (`hire`)."""
        chosen = [self.take] if self.take else self.cases
        return [UUID(case.partition(":")[2]) for case in dict.fromkeys(chosen) if case.startswith(table)]


def _without_cpr(query: str) -> str:
    """Refuse a CPR number among the words that a view searches for. Ids have digits, too, and are none."""
    for name, value in parse_qsl(query):
        if name == "q":
            refuse_cpr(value)
    return query


class ViewForm(RequestModel):
    """A view of the queue to save under a name, or one to delete.

    `query` is that of the queue's address. `id` is made with the page: a form that is sent twice makes one view.
    """

    id: UUID = Field(default_factory=uuid4)
    name: Annotated[Annotated[FreeText, StringConstraints(max_length=60)] | None, NoneIfBlank] = None
    query: Annotated[str, StringConstraints(max_length=1000), AfterValidator(_without_cpr)] = ""
    shared: bool = False
    remove: Annotated[UUID | None, NoneIfBlank] = None


class SearchForm(RequestModel):
    """What is looked for: it may be a citizen's case reference."""

    q: Annotated[Annotated[Line, StringConstraints(max_length=100)] | None, NoneIfBlank] = None


class UndoForm(RequestModel):
    """A handover to undo."""

    back: Annotated[str, StringConstraints(max_length=1000)] = ""
