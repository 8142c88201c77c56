"""What the form of a hire is filled in with: from the pledge, and from what was confirmed before. Imports no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal
    from uuid import UUID

    from services.pledges.pledges.domain import Contact, Position
    from services.pledges.pledges.schemas import PledgeOut
    from shared.contracts.pledges import JobType

_EXPECTED: Final = frozenset({"matched", "trial"})
"""A person has been found for the position."""


@dataclass(frozen=True, slots=True)
class ContactPerson:
    """The municipality's contact person of a hire.

    Attributes:
        account: their account, where they have one.
    """

    person: Contact
    account: UUID | None = None


@dataclass(frozen=True, slots=True)
class FormerHire:
    """The hire at a company that was confirmed last, as far as the next one may resemble it."""

    job_type: JobType
    weekly_hours: Decimal
    contact_person: ContactPerson | None


@dataclass(frozen=True, slots=True)
class Prefilled:
    """The answers that a form of a hire begins with.

    Attributes:
        position: the number of the position to fill.
        expected: whether somebody has been found for it, so that a hire is what everybody waits for.
    """

    position: int
    expected: bool
    start_date: date
    weekly_hours: Decimal
    job_type: JobType
    contact_person: ContactPerson | None

    @property
    def may_be_confirmed(self) -> bool:
        """Whether the answers can be shown to be checked at once, without a form to fill in."""
        return self.expected and self.contact_person is not None and self.contact_person.person.phone is not None


def prefilled(
    pledge: PledgeOut,
    position: Position,
    *,
    former: FormerHire | None,
    own_contact_person: ContactPerson | None,
    today: date,
) -> Prefilled:
    """Return the likeliest answers about the hire that fills a position.

    The first day is today, or later: when the company can start, or after the trial. The hours are those of the
    company's last hire, if what was pledged allows them. The contact person is the company's from last time, or else
    the one whom the case worker named last; somebody who can be rung comes first.
    """
    hours = pledge.weekly_hours.start
    if former is not None and former.job_type == pledge.job_type:
        hours = min(max(former.weekly_hours, hours), pledge.weekly_hours.to)
    people = [one for one in (former.contact_person if former else None, own_contact_person) if one is not None]
    within_reach = [one for one in people if one.person.phone]
    return Prefilled(
        position=position.number,
        expected=position.status in _EXPECTED,
        start_date=max(today, pledge.earliest_start or today, _after_trial(position) or today),
        weekly_hours=hours,
        job_type=pledge.job_type,
        contact_person=next(iter(within_reach or people), None),
    )


def _after_trial(position: Position) -> date | None:
    if position.status != "trial" or position.trial_ends_on is None:
        return None
    return position.trial_ends_on + timedelta(days=1)


def position_to_fill(pledge: PledgeOut, number: int | None) -> Position:
    """Return the vacant position with a number; where it has none, the first for which somebody has been found, or else
    the first. The pledge has a vacant position."""
    vacant = pledge.vacant
    asked = [position for position in vacant if position.number == number]
    expected = [position for position in vacant if position.status in _EXPECTED]
    return (asked or expected or vacant)[0]
