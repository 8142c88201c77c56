"""The participant: somebody who looks for a job, under the case reference of their municipality. Imports no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from datetime import date, datetime
    from decimal import Decimal
    from uuid import UUID

    from shared.contracts.pledges import JobType
    from shared.product.vocabulary import Programme

Status = Literal["active", "paused", "left"]
"""`paused`: not matched for now; `left`: no longer looked after here."""
Transport = Literal["walk", "bicycle", "public", "car", "lift"]
"""How somebody gets to work; `lift`: somebody drives them."""
Weekday = Literal[1, 2, 3, 4, 5, 6, 7]
"""1 for Monday to 7 for Sunday."""
Unknown = Literal[
    "job_types",
    "weekly_hours",
    "weekdays",
    "available_from",
    "max_distance_km",
    "transport",
    "tasks",
    "target_group",
    "caseworker",
]
"""Something that may not be known about a participant."""
FARTHEST_KM: Final = 500


@dataclass(frozen=True, slots=True)
class Availability:
    """When, how much and how far away somebody can work. None: it is not known.

    Attributes:
        weekly_hours_from, weekly_hours_to: paid hours a week; both or neither are known.
        weekdays: the days on which they can work.
        max_distance_km: from the main town of their municipality; 0: only within the municipality.
        job_types: those that they look for.
    """

    available_from: date | None = None
    weekly_hours_from: Decimal | None = None
    weekly_hours_to: Decimal | None = None
    weekdays: frozenset[Weekday] | None = None
    max_distance_km: int | None = None
    transport: Transport | None = None
    job_types: frozenset[JobType] | None = None


@dataclass(frozen=True, slots=True)
class Tasks:
    """Codes of the task catalogue. What is in none of the sets is not known."""

    can: frozenset[str] = frozenset()
    want: frozenset[str] = frozenset()
    cannot: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class TargetGroup:
    """The code of a target group, and from and until when it holds.

    Attributes:
        valid_until: the first day on which it no longer holds; None: it still does.
    """

    code: str
    valid_from: date
    valid_until: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether it holds on a day."""
        return self.valid_from <= day and (self.valid_until is None or day < self.valid_until)


@dataclass(slots=True)
class Participant:
    """Somebody who looks for a job, in their current state.

    Attributes:
        municipality: four-digit code as text: only its case workers see the participant.
        case_reference: the municipality's own; never a CPR number.
        citizen_id: what hires and messages call them: a random number.
        programme: what they are enrolled in; its facilitators see them.
        caseworker_id: the account of the case worker; None: nobody yet.
        left_on: the day on which they left.
        target_groups: the earliest first.
        version: the number of changes, from 1.
    """

    taskforce_id: UUID
    id: UUID
    municipality: str
    case_reference: str
    citizen_id: UUID
    registered_by: UUID | None
    registered_at: datetime
    programme: Programme | None = None
    caseworker_id: UUID | None = None
    status: Status = "active"
    left_on: date | None = None
    availability: Availability = Availability()
    tasks: Tasks = Tasks()
    target_groups: tuple[TargetGroup, ...] = ()
    version: int = 1

    def target_group_on(self, day: date) -> TargetGroup | None:
        """Return the target group that holds on a day; None if it is not known."""
        return next((held for held in self.target_groups if held.holds_on(day)), None)

    def unknown_on(self, day: date) -> tuple[Unknown, ...]:
        """Return what is not known on a day, in the order in which it is asked."""
        known = self.availability
        found: dict[Unknown, bool] = {
            "job_types": known.job_types is None,
            "weekly_hours": known.weekly_hours_from is None,
            "weekdays": known.weekdays is None,
            "available_from": known.available_from is None,
            "max_distance_km": known.max_distance_km is None,
            "transport": known.transport is None,
            "tasks": not (self.tasks.can or self.tasks.want),
            "target_group": self.target_group_on(day) is None,
            "caseworker": self.caseworker_id is None,
        }
        return tuple(what for what, missing in found.items() if missing)
