"""Models of requests and responses about meetings, for the API and the pages."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from services.events.calendar.meetings.decisions.queries import DecisionRow
from services.events.calendar.meetings.decisions.schemas import PackedDecision
from services.events.calendar.meetings.domain import LONGEST_ITEM, AgendaItem
from services.events.calendar.meetings.queries import MeetingRow
from shared.contracts.events import AgendaView
from shared.fields.dates import Day
from shared.fields.numbers import TypedNumber
from shared.fields.text import FreeText, Name, NoneIfBlank
from shared.http.schemas import RequestModel, ResponseModel

Length = Annotated[int, Field(ge=1, le=LONGEST_ITEM), TypedNumber]
MinutesText = Annotated[FreeText, Field(max_length=10_000)]
ItemStep = Literal["up", "down", "remove"]

_ITEM: JsonDict = {
    "id": "77d3f3a0-52c4-4c9b-a7b5-9d5f0f6f2f10",
    "title": "Hvad er ændret siden sidst",
    "minutes": 10,
    "presenter": "3f1f7a52-1d0e-4d4a-8c8e-0c8b6f0f4a77",
    "shows": "changes",
}


class ItemIn(RequestModel):
    """An item of an agenda."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ITEM]})

    id: UUID = Field(description="a UUID that the client generates")
    title: Name
    minutes: Annotated[Length | None, NoneIfBlank] = Field(None, description="how long it may take")
    presenter: Annotated[UUID | None, NoneIfBlank] = Field(None, description="the person who presents it")
    shows: Annotated[AgendaView | None, NoneIfBlank] = Field(
        None, description="what the projector shows meanwhile; by default its title alone"
    )

    def item(self) -> AgendaItem:
        """Return the domain's value."""
        return AgendaItem(self.id, self.title, self.minutes, self.presenter, self.shows)


class AgendaIn(RequestModel):
    """A whole agenda, in its order."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_ITEM]}]})

    items: Annotated[list[ItemIn], Field(max_length=40)]


class FiguresIn(RequestModel):
    """The times of a meeting's figures. What is left out stays as it is."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"fixed": True}]})

    fixed: bool | None = Field(None, description="whether they include only what was recorded until now")
    as_of: Day | None = Field(None, description="the day they are for, at the latest the day of the meeting")


class MinutesIn(RequestModel):
    """The minutes of an item; an empty text deletes them."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"text": "Tallene blev taget til efterretning."}]})

    text: MinutesText


class MeetingOut(MeetingRow):
    """A meeting with its agenda. The version in its ETag is that of the agenda and of the times of its figures."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "5f0b8a52-6d0e-4d4a-8c8e-0c8b6f0f4a11",
                    "status": "published",
                    "title": "Taskforcemøde",
                    "place": "Rådhuset, Struer",
                    "starts_at": "2026-12-01T15:00:00Z",
                    "ends_at": "2026-12-01T17:00:00Z",
                    "held_on": "2026-12-01",
                    "as_of": "2026-12-01",
                    "known_at": None,
                    "is_over": False,
                    "minutes": 10,
                    "decisions_open": 2,
                    "version": 2,
                    "items": [
                        _ITEM
                        | {
                            "presenter_name": "Mette Kirk",
                            "notes": "Tallene blev taget til efterretning.",
                            "notes_version": 1,
                            "notes_at": "2026-12-01T15:12:00Z",
                        },
                    ],
                }
            ]
        }
    )

    @classmethod
    def of(cls, row: MeetingRow) -> Self:
        """Return the row as a response."""
        return cls(**row.model_dump())


class PackedItem(ResponseModel):
    """An item of the agenda in the pack of a meeting."""

    id: UUID
    title: str
    minutes: int | None
    presenter: str | None = Field(description="the name of the person who presents it")
    presenter_id: UUID | None
    shows: AgendaView | None
    notes: str | None


class PackedMeeting(ResponseModel):
    """What the pack of a meeting prints of it. Only the dashboard's worker gets it, when it makes the pack."""

    id: UUID
    title: str
    place: str | None
    starts_at: datetime
    ends_at: datetime
    as_of: date
    known_at: datetime | None
    agenda: list[PackedItem]
    decisions_before: list[PackedDecision] = Field(description="those of earlier meetings that come back at this one")
    decisions_made: list[PackedDecision]

    @classmethod
    def of(cls, meeting: MeetingRow, before: list[DecisionRow], made: list[DecisionRow]) -> Self:
        """Return what is printed."""
        return cls(
            **meeting.model_dump(include=set(cls.model_fields)),
            agenda=[
                PackedItem(
                    presenter=item.presenter_name,
                    presenter_id=item.presenter,
                    **item.model_dump(include={"id", "title", "minutes", "shows", "notes"}),
                )
                for item in meeting.items
            ],
            decisions_before=[PackedDecision.of(row) for row in before],
            decisions_made=[PackedDecision.of(row) for row in made],
        )


class ItemForm(ItemIn):
    """The form of an item. `version` is the meeting's version that the page showed."""

    version: int | None = None


class VersionForm(RequestModel):
    """A form that changes a meeting. `version` is the meeting's version that the page showed."""

    version: int | None = None


class FiguresForm(VersionForm):
    """The form of the times of a meeting's figures. An empty day is that of the meeting."""

    step: Literal["fix", "release", "day"]
    as_of: Annotated[Day | None, NoneIfBlank] = None


class MinutesForm(RequestModel):
    """The form of the minutes of an item. `version` is their version that the page showed."""

    text: MinutesText = ""
    version: int | None = None
