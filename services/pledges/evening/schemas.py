"""The evening in responses."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from pydantic import Field

from shared.fields.text import Line
from shared.http.schemas import RequestModel, ResponseModel
from shared.i18n.translations import gettext as _

if TYPE_CHECKING:
    from services.pledges.evening.domain import Evening, Phone

_MISSING_SHOWN = 100


class SetAsideIn(RequestModel):
    """Why nobody waits for a phone any more."""

    reason: Annotated[Line, Field(min_length=1, max_length=200)] = Field(
        description="in words; no names", examples=["Glemt i bussen"]
    )


class SetAsideOut(ResponseModel):
    """The decision to wait no longer for a phone."""

    at: datetime
    by: UUID = Field(description="the account that decided")
    reason: str | None = Field(description="null once it has been deleted")


class EveningPhone(ResponseModel):
    """A phone that has had the event's intake open."""

    id: UUID
    name: str = Field(description="as its user typed it, or its place in the order of arrival", examples=["Telefon 7"])
    announced: int = Field(description="the highest running number that it has told of")
    arrived: int = Field(description="how many of its pledges have arrived, whoever brought them")
    missing: list[int] = Field(description="numbers that have neither arrived nor been deleted; the first 100")
    missing_since: datetime | None
    last_contact: datetime
    set_aside: SetAsideOut | None = Field(
        description="nobody waits for its missing numbers; null again when it has been in contact"
    )

    @classmethod
    def of(cls, phone: Phone) -> EveningPhone:
        """Return the phone as a response."""
        aside = phone.set_aside
        return cls(
            id=phone.id,
            name=phone_name(phone),
            announced=max([phone.announced, *phone.arrived]),
            arrived=len(phone.arrived),
            missing=phone.missing[:_MISSING_SHOWN],
            missing_since=phone.missing_since,
            last_contact=phone.last_contact,
            set_aside=SetAsideOut(at=aside.at, by=aside.by, reason=aside.reason) if aside else None,
        )


class EveningOut(ResponseModel):
    """An evening as it stands now."""

    pledges: int = Field(description="those that count now")
    positions: int = Field(description="of them, of all job types")
    positions_by_type: dict[str, int]
    held: int = Field(description="pledges that count when a coordinator has accepted them")
    goal: int | None = Field(description="the positions hoped for, of all job types")
    registered: int = Field(description="companies that were expected")
    checked_in: int = Field(description="companies that are there")
    phones: list[EveningPhone]
    captured: int = Field(description="the pledges that have arrived or are waited for, as the phones have told")
    safe: int = Field(description="those of them that have arrived")
    all_safe: bool = Field(description="whether no phone that is waited for holds a pledge")
    practice: bool

    @classmethod
    def of(cls, evening: Evening) -> EveningOut:
        """Return the evening as a response."""
        return cls(
            pledges=len(evening.counted),
            positions=evening.positions,
            positions_by_type={str(code): number for code, number in evening.positions_by_type.items()},
            held=evening.held,
            goal=evening.goal,
            registered=len(evening.registered),
            checked_in=len(evening.checked_in),
            phones=[EveningPhone.of(phone) for phone in evening.door.phones],
            captured=evening.door.captured,
            safe=evening.door.safe,
            all_safe=evening.door.all_safe,
            practice=evening.practice,
        )


def phone_name(phone: Phone) -> str:
    """Return what a phone is called: its name as it was typed, or `Telefon 7`."""
    return phone.name or _("Phone %(number)s", number=phone.place)
