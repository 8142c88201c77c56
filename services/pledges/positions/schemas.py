"""The steps of positions and pledges in requests."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from services.pledges.pledges.position import CancelReason, ReopenReason
from services.pledges.pledges.schemas import TypedModel
from shared.fields.dates import Day
from shared.fields.text import FreeText, NoneIfBlank

NOTE_LENGTH = 500
Note = Annotated[Annotated[FreeText, Field(max_length=NOTE_LENGTH)] | None, NoneIfBlank]
RequiredNote = Annotated[FreeText, Field(min_length=1, max_length=NOTE_LENGTH)]
_IN_WORDS = "why, in words; no names"


class NoteIn(TypedModel):
    """A step that needs no reason."""

    note: Note = Field(None, description=_IN_WORDS)


class TrialIn(NoteIn):
    """The days on which a person tries the job. For a trial that has begun: its new last day."""

    start: Day = Field(alias="from", description="the first day; that of a trial that has begun stays")
    ends_on: Day = Field(description="the last day")


class CancellationIn(NoteIn):
    """Why one position is no longer offered."""

    reason: CancelReason = Field(examples=["company_found_somebody"])


class ReopeningIn(NoteIn):
    """Why a position is vacant again."""

    reason: ReopenReason = Field(examples=["not_suitable"])


class DeferralIn(TypedModel):
    """Until when a lapse is put off, and why."""

    until: Day = Field(description="the first day on which it may lapse, within a year", examples=["2027-06-01"])
    note: RequiredNote = Field(description=_IN_WORDS, examples=["De ansætter, når hallen er bygget"])


class StepForm(TypedModel):
    """What the page of a pledge sends: one step. The model of the step validates the rest.

    `version` is the pledge's version that the page showed.
    """

    step: str
    position: int | None = None
    version: int | None = None
    start: date | None = Field(None, alias="from")
    ends_on: date | None = None
    until: date | None = None
    reason: str | None = None
    note: Note = None
