"""Notes as the page of a case sends them."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID, uuid4

from pydantic import Field, StringConstraints

from shared.fields.dates import Day
from shared.fields.text import FreeText, NoneIfBlank
from shared.http.schemas import RequestModel

MOST_LETTERS = 1000
MOST_PEOPLE = 50
"""Mentioned in one note."""


class NoteForm(RequestModel):
    """A new note, or a note that is ticked off or not done after all.

    `id` is made with the page, so that a form that is sent twice makes one note. `done` and `undone` are the id of a
    mention.
    """

    id: UUID = Field(default_factory=uuid4)
    body: Annotated[Annotated[FreeText, StringConstraints(max_length=MOST_LETTERS)] | None, NoneIfBlank] = None
    person: Annotated[list[UUID], Field(default_factory=list, max_length=MOST_PEOPLE)]
    follow_up_on: Annotated[Day | None, NoneIfBlank] = None
    done: Annotated[UUID | None, NoneIfBlank] = None
    undone: Annotated[UUID | None, NoneIfBlank] = None
