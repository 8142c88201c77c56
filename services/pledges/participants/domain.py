"""The participant: somebody who looks for a job, under the case reference of their municipality. Imports no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, Literal
from uuid import UUID, uuid4

from services.pledges.participants.refusals import (
    HoursInWrongOrder,
    LeavesWhileMatched,
    NoteKept,
    ParticipantHasLeft,
    StaleParticipant,
    TargetGroupsOverlap,
    TaskBothWays,
)
from shared.fields.dates import months_after

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime
    from decimal import Decimal

    from services.pledges.participants.target_groups import TargetGroupCodes
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
ChangeKind = Literal[
    "registered",
    "availability_changed",
    "tasks_changed",
    "programme_changed",
    "caseworker_changed",
    "target_groups_changed",
    "paused",
    "resumed",
    "left",
    "returned",
]
"""What was done with a participant."""
FARTHEST_KM: Final = 500
NOTE_MONTHS: Final = 12
"""How long a note is kept, unless its author says otherwise."""
MOST_NOTE_MONTHS: Final = 60


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


@dataclass(frozen=True, slots=True)
class ParticipantTerms:
    """What a case worker can change about a participant. The attributes are as of `Participant`."""

    programme: Programme | None = None
    caseworker_id: UUID | None = None
    status: Status = "active"
    availability: Availability = Availability()
    tasks: Tasks = Tasks()
    target_groups: tuple[TargetGroup, ...] = ()


@dataclass(frozen=True, slots=True)
class ParticipantChange:
    """What was done with a participant, and the fields as they were before."""

    kind: ChangeKind
    before: dict[str, Any] | None = None


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

    @classmethod
    def register(
        cls,
        taskforce_id: UUID,
        municipality: str,
        case_reference: str,
        terms: ParticipantTerms,
        *,
        by: UUID | None,
        at: datetime,
        codes: TargetGroupCodes,
    ) -> Participant:
        """Return a new participant. Their id is made here: one that a client makes would tell that somebody exists.

        Args:
            codes: the taskforce's target groups.

        Raises:
            HoursInWrongOrder, TaskBothWays, TargetGroupsOverlap: see `change`.
            TargetGroupUnknown, TargetGroupNotInForce: see `TargetGroupCodes.check`.
        """
        one = cls(taskforce_id, uuid4(), municipality, case_reference, uuid4(), by, at)
        one._check(terms, codes)
        one.programme, one.caseworker_id = terms.programme, terms.caseworker_id
        one.availability, one.tasks, one.target_groups = terms.availability, terms.tasks, terms.target_groups
        return one

    @property
    def terms(self) -> ParticipantTerms:
        """What is known now."""
        return ParticipantTerms(
            self.programme, self.caseworker_id, self.status, self.availability, self.tasks, self.target_groups
        )

    def change(
        self,
        terms: ParticipantTerms,
        *,
        today: date,
        codes: TargetGroupCodes,
        matched: bool = False,
        seen_version: int | None = None,
    ) -> list[ParticipantChange]:
        """Replace what is known about them. The same again changes nothing.

        Args:
            today: in Europe/Copenhagen.
            codes: the taskforce's target groups.
            matched: whether a position was found for them.
            seen_version: the version that the editor saw; None: any.

        Returns:
            What was changed, for the history; all of it is one version.

        Raises:
            StaleParticipant: they have another version.
            ParticipantHasLeft: they have left, and are not taken back.
            LeavesWhileMatched: they leave, and a position was found for them.
            HoursInWrongOrder: more hours at least than at most.
            TaskBothWays: they cannot do what they can or would like to do.
            TargetGroupsOverlap: two target groups hold on one day, or one ends before it begins.
            TargetGroupUnknown, TargetGroupNotInForce: see `TargetGroupCodes.check`. Only of what is new.
        """
        if terms == self.terms:
            return []
        if seen_version is not None and seen_version != self.version:
            raise StaleParticipant
        if self.status == "left" and terms.status != "active":
            raise ParticipantHasLeft
        if terms.status == "left" and matched:
            raise LeavesWhileMatched
        self._check(terms, codes)
        changes = list(self._changes_to(terms))
        if terms.status != self.status:
            self.status, self.left_on = terms.status, today if terms.status == "left" else None
        self.programme, self.caseworker_id = terms.programme, terms.caseworker_id
        self.availability, self.tasks, self.target_groups = terms.availability, terms.tasks, terms.target_groups
        self.version += 1
        return changes

    def with_target_group(self, code: str, valid_from: date) -> tuple[TargetGroup, ...]:
        """Return the target groups with one that holds from a day on; the one that held ends on that day.

        Raises:
            TargetGroupsOverlap: another one begins on that day or later.
        """
        before = list(self.target_groups)
        if before and before[-1].valid_until is None:
            if before[-1].valid_from >= valid_from:
                raise TargetGroupsOverlap
            before[-1] = TargetGroup(before[-1].code, before[-1].valid_from, valid_from)
        return (*before, TargetGroup(code, valid_from))

    def _check(self, terms: ParticipantTerms, codes: TargetGroupCodes) -> None:
        known = terms.availability
        fewest, most = known.weekly_hours_from, known.weekly_hours_to
        if fewest is not None and most is not None and fewest > most:
            raise HoursInWrongOrder
        if terms.tasks.cannot & (terms.tasks.can | terms.tasks.want):
            raise TaskBothWays
        for held in terms.target_groups:
            if held.valid_until is not None and held.valid_until <= held.valid_from:
                raise TargetGroupsOverlap
        for earlier, later in pairwise(terms.target_groups):
            if earlier.valid_until is None or earlier.valid_until > later.valid_from:
                raise TargetGroupsOverlap
        had = {(held.code, held.valid_from) for held in self.target_groups}
        for held in terms.target_groups:
            if (held.code, held.valid_from) not in had:
                codes.check(held.code, held.valid_from)

    def _changes_to(self, terms: ParticipantTerms) -> Iterator[ParticipantChange]:
        if terms.status != self.status:
            kinds: dict[Status, ChangeKind] = {"paused": "paused", "left": "left", "active": "resumed"}
            kind = "returned" if self.status == "left" else kinds[terms.status]
            yield ParticipantChange(kind, {"status": self.status})
        if terms.availability != self.availability:
            yield ParticipantChange("availability_changed", _availability_as_json(self.availability))
        if terms.tasks != self.tasks:
            tasks = {
                "can": sorted(self.tasks.can),
                "want": sorted(self.tasks.want),
                "cannot": sorted(self.tasks.cannot),
            }
            yield ParticipantChange("tasks_changed", tasks)
        if terms.programme != self.programme:
            yield ParticipantChange("programme_changed", {"programme": self.programme})
        if terms.caseworker_id != self.caseworker_id:
            before = {"caseworker_id": str(self.caseworker_id) if self.caseworker_id else None}
            yield ParticipantChange("caseworker_changed", before)
        if terms.target_groups != self.target_groups:
            groups = [
                {
                    "code": held.code,
                    "valid_from": held.valid_from.isoformat(),
                    "valid_until": held.valid_until.isoformat() if held.valid_until else None,
                }
                for held in self.target_groups
            ]
            yield ParticipantChange("target_groups_changed", {"target_groups": groups})

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


@dataclass(frozen=True, slots=True)
class ParticipantNote:
    """What a case worker has written down about a participant.

    Attributes:
        keep_until: the day on which it is deleted.
    """

    id: UUID
    participant_id: UUID
    body: str
    written_by: UUID | None
    written_at: datetime
    keep_until: date

    @classmethod
    def write(
        cls,
        id: UUID,
        participant_id: UUID,
        body: str,
        *,
        by: UUID | None,
        at: datetime,
        today: date,
        keep_until: date | None = None,
    ) -> ParticipantNote:
        """Return a new note, which is kept for a year unless its author says otherwise.

        Raises:
            NoteKept: the day is not after today, or more than five years ahead.
        """
        kept = keep_until or months_after(today, NOTE_MONTHS)
        if not today < kept <= months_after(today, MOST_NOTE_MONTHS):
            raise NoteKept
        return cls(id, participant_id, body, by, at, kept)


def _availability_as_json(known: Availability) -> dict[str, Any]:
    return {
        "available_from": known.available_from.isoformat() if known.available_from else None,
        "weekly_hours_from": str(known.weekly_hours_from) if known.weekly_hours_from else None,
        "weekly_hours_to": str(known.weekly_hours_to) if known.weekly_hours_to else None,
        "weekdays": sorted(known.weekdays) if known.weekdays else None,
        "max_distance_km": known.max_distance_km,
        "transport": known.transport,
        "job_types": sorted(known.job_types) if known.job_types else None,
    }
