"""The hire: a position that became a real job, confirmed by a case worker. Imports no I/O.

Its hours ladder is in `ladder`, its checkpoints are in `checkpoints`; how it is confirmed and corrected is in
`confirmation` and `correction`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Literal

from services.pledges.hires.checkpoints import Checkpoint, checkpoints_of
from services.pledges.hires.ladder import (
    MOST_STEPS,
    Step,
    TypedStep,
    check_hours,
    step_of,
)
from services.pledges.hires.refusals import (
    AlreadyEnded,
    CheckpointNotDue,
    EndedBeforeCheckpoint,
    EndsBeforeAnswer,
    EndsBeforeLastStep,
    EndsBeforeStart,
    EndTooFarAhead,
    FirstStepStays,
    HireRevoked,
    NotEnded,
    NotLastStep,
    OtherMunicipality,
    RevokedByOther,
    RevokeTooLate,
    StaleHire,
    StepAfterEnd,
    StepBeforeStart,
    StepNotLater,
    StepTooFarAhead,
    TooManySteps,
    UnknownStep,
)
from shared.contracts.pledges import CheckpointAnswer, CheckpointMonths, EndReason
from shared.fields.copenhagen import COPENHAGEN
from shared.fields.dates import months_after
from shared.ui.formats import date_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from services.pledges.hires.checkpoints import AnsweredFrom
    from services.pledges.pledges.domain import Contact, Limits, Position
    from services.pledges.register.domain import TypedCompany
    from shared.contracts.pledges import JobType

EARLIEST_START: Final = date(2000, 1, 1)
LATEST_START: Final = timedelta(days=2 * 366)
"""After today."""
_END_AHEAD_MONTHS: Final = 3
REVOCABLE_FOR: Final = timedelta(minutes=15)
"""How long a confirmation can be undone."""


@dataclass(frozen=True, slots=True)
class HireEditor:
    """Somebody who changes hires.

    Attributes:
        municipality: the case worker's, four-digit code as text.
        coordinator: whether they may undo what others have confirmed.
    """

    id: UUID | None
    municipality: str | None = None
    coordinator: bool = False


Afterwards = Literal["reopen", "cancel"]
"""What becomes of the position of a hire that ends."""
HireChangeKind = Literal[
    "hours_changed",
    "ended",
    "resumed",
    "corrected",
    "contact_person_changed",
    "citizen_changed",
    "checkpoint_answered",
    "moved",
    "revoked",
]


def public_reason(reason: EndReason | None) -> EndReason | None:
    """Return why a hire has ended, as everybody may know it who reads hires.

    Of one person at one company `health` is a fact about their health, which only those who follow them need.
    """
    return "other" if reason == "health" else reason


@dataclass(frozen=True, slots=True)
class HireChange:
    """Who has changed a hire after it was confirmed, when and why.

    Attributes:
        before: the state before, as `Hire.snapshot` returns it.
        by: the account; None: the company by its link, or a correction of the pledge that an import made.
        reason: why it has ended; of a correction only if that was corrected.
        note: why, in words.
    """

    kind: HireChangeKind
    before: dict[str, Any]
    by: UUID | None
    at: datetime
    reason: EndReason | None = None
    note: str | None = None


@dataclass(slots=True)
class Hire:
    """A position that became a real job, in its current state.

    Attributes:
        steps: the hours ladder, the earliest first; the first step starts on the first day.
        pledge_id, position: the pledge it came from, and the position it filled; both None for a hire without a
            pledge, which is counted separately.
        contact_person: the municipality's fixed contact, whom employer and employee can call.
        contact_person_id: their account, where they have one.
        assigned_to: the colleague whose case it is; None: see `owner`.
        caseworker_municipality: of the case worker who confirmed it; None: no municipality restricts it.
        citizen_id: whose job it is, as `Participant.citizen_id`; None: nobody is named, and it counts as one citizen.
        training_hire_id: the training, perhaps at another company, that led to this hire.
        logged_by: the person who logged the pledge; they are notified of the hire.
        ended_on: the first day without the job.
        counted: False where the confirmation was undone: the hire has never been.
        version: the number of messages published about it, from 1.
    """

    taskforce_id: UUID
    id: UUID
    company: TypedCompany
    company_id: UUID | None
    municipality: str | None
    steps: tuple[Step, ...]
    contact_person: Contact | None
    confirmed_by: UUID | None
    confirmed_at: datetime
    flags: tuple[str, ...] = ()
    pledge_id: UUID | None = None
    position: Position | None = None
    event_id: UUID | None = None
    logged_by: UUID | None = None
    checkpoints: tuple[Checkpoint, ...] = ()
    contact_person_id: UUID | None = None
    assigned_to: UUID | None = None
    caseworker_municipality: str | None = None
    citizen_id: UUID | None = None
    training_hire_id: UUID | None = None
    ended_on: date | None = None
    end_reason: EndReason | None = None
    counted: bool = True
    version: int = 1

    @property
    def start_date(self) -> date:
        """The first day."""
        return self.steps[0].starts_on

    @property
    def weekly_hours(self) -> Decimal:
        """Hours a week from the first day: paid hours, or praktik hours where none is paid."""
        return self.steps[0].weekly_hours

    @property
    def job_type(self) -> JobType:
        """The job type from the first day."""
        return self.steps[0].job_type

    @property
    def confirmed_on(self) -> date:
        """The day of the confirmation, in Europe/Copenhagen."""
        return self.confirmed_at.astimezone(COPENHAGEN).date()

    @property
    def owner(self) -> UUID | None:
        """The colleague whose case it is: who it is assigned to, else the contact person, else who confirmed it."""
        return self.assigned_to or self.contact_person_id or self.confirmed_by

    def check_editor(self, by: HireEditor) -> None:
        """Raise `OtherMunicipality` unless the editor may see and change what concerns the person."""
        if self.caseworker_municipality not in {None, by.municipality}:
            raise OtherMunicipality

    def add_step(self, typed: TypedStep, *, today: date, limits: Limits, seen_version: int | None = None) -> bool:
        """Add a step after the last one. Without a job type the step has that of the last one: see `step_of`.

        Args:
            today: in Europe/Copenhagen.
            seen_version: the version that the case worker saw; None: any version is accepted.

        Returns:
            Whether it changed anything. A step that is there already changes nothing.

        Raises:
            HireRevoked, StaleHire
            StepBeforeStart, StepNotLater, StepAfterEnd, StepTooFarAhead, TooManySteps: its first day cannot be right.
            NoHours, TooManyStepHours: its hours cannot be right.
        """
        last = self.steps[-1]
        step = step_of(typed, last.job_type)
        if self.counted and step in self.steps:
            return False
        self.check_version(seen_version)
        if step.starts_on < self.start_date:
            raise StepBeforeStart(start_date=date_text(self.start_date))
        if step.starts_on <= last.starts_on:
            raise StepNotLater(starts_on=date_text(last.starts_on))
        if self.ended_on is not None and step.starts_on >= self.ended_on:
            raise StepAfterEnd(ended_on=date_text(self.ended_on))
        if step.starts_on > today + LATEST_START:
            raise StepTooFarAhead
        if len(self.steps) >= MOST_STEPS:
            raise TooManySteps(steps=MOST_STEPS)
        check_hours(step, limits)
        self.steps = (*self.steps, step)
        self.version += 1
        return True

    def remove_step(self, starts_on: date, *, seen_version: int | None = None) -> None:
        """Remove the last step.

        Raises:
            HireRevoked, StaleHire
            UnknownStep, FirstStepStays, NotLastStep
        """
        self.check_version(seen_version)
        if starts_on not in {step.starts_on for step in self.steps}:
            raise UnknownStep
        if starts_on == self.start_date:
            raise FirstStepStays
        if starts_on != self.steps[-1].starts_on:
            raise NotLastStep
        self.steps = self.steps[:-1]
        self.version += 1

    def end(self, ended_on: date, reason: EndReason, *, today: date, seen_version: int | None = None) -> bool:
        """End the hire. Checkpoints on or after the end that nobody has answered are dropped.

        Args:
            ended_on: the first day without the job, at most three months ahead.
            today: in Europe/Copenhagen.

        Returns:
            Whether it changed anything. The same end again changes nothing.

        Raises:
            HireRevoked, StaleHire, AlreadyEnded
            EndsBeforeStart, EndsBeforeLastStep, EndsBeforeAnswer, EndTooFarAhead: the day cannot be right.
        """
        if self.counted and (self.ended_on, self.end_reason) == (ended_on, reason):
            return False
        self.check_version(seen_version)
        if self.ended_on is not None:
            raise AlreadyEnded(ended_on=date_text(self.ended_on))
        self._check_end(self.steps, ended_on)
        _check_end_ahead(ended_on, today)
        self.ended_on, self.end_reason = ended_on, reason
        self._renew_checkpoints(today)
        self.version += 1
        return True

    def resume(self, *, today: date, seen_version: int | None = None) -> None:
        """Let the hire go on: it has not ended after all. Its later checkpoints are made again.

        Raises:
            HireRevoked, StaleHire, NotEnded
        """
        self.check_version(seen_version)
        if self.ended_on is None:
            raise NotEnded
        self.ended_on = self.end_reason = None
        self._renew_checkpoints(today)
        self.version += 1

    def revoke(self, *, by: HireEditor, at: datetime, seen_version: int | None = None) -> bool:
        """Undo the confirmation: the hire has never been.

        Args:
            by: whoever has confirmed it, or a coordinator.
            at: now.

        Returns:
            Whether it changed anything. A hire that was revoked already does not change.

        Raises:
            StaleHire, RevokedByOther, RevokeTooLate
        """
        if not self.counted:
            return False
        self.check_version(seen_version)
        if not by.coordinator and by.id != self.confirmed_by:
            raise RevokedByOther
        if at > self.confirmed_at + REVOCABLE_FOR:
            raise RevokeTooLate
        self.counted = False
        self.checkpoints = ()
        self.version += 1
        return True

    def change_contact_person(
        self, contact: Contact, person_id: UUID | None, *, seen_version: int | None = None
    ) -> bool:
        """Give the hire another contact person.

        Returns:
            Whether it changed anything.

        Raises:
            HireRevoked, StaleHire
        """
        if self.counted and (self.contact_person, self.contact_person_id) == (contact, person_id):
            return False
        self.check_version(seen_version)
        self.contact_person, self.contact_person_id = contact, person_id
        self.version += 1
        return True

    def change_citizen(self, citizen_id: UUID | None, *, seen_version: int | None = None) -> bool:
        """Name another citizen, or nobody.

        Returns:
            Whether it changed anything.

        Raises:
            HireRevoked, StaleHire
        """
        if self.counted and self.citizen_id == citizen_id:
            return False
        self.check_version(seen_version)
        self.citizen_id = citizen_id
        self.version += 1
        return True

    def answer_checkpoint(
        self,
        months: CheckpointMonths,
        answer: CheckpointAnswer | None,
        *,
        answered_from: AnsweredFrom,
        by: UUID | None,
        today: date,
        seen_version: int | None = None,
    ) -> bool:
        """Answer whether the person is still employed. A later answer replaces an earlier one; None takes it back.

        Args:
            by: the account of the case worker; None for the company.
            today: in Europe/Copenhagen.

        Returns:
            Whether it changed anything.

        Raises:
            HireRevoked, StaleHire
            EndedBeforeCheckpoint: the hire has no such checkpoint, as it ended before.
            CheckpointNotDue
        """
        found = next((one for one in self.checkpoints if one.months == months), None)
        if self.counted and found is not None and (found.answer if found.was_asked else None) == answer:
            return False
        self.check_version(seen_version)
        if found is None:
            raise EndedBeforeCheckpoint(ended_on=date_text(self.ended_on) if self.ended_on else "")
        if found.due_on > today:
            raise CheckpointNotDue(due_on=date_text(found.due_on))
        if answer is None:
            changed = replace(found, answer=None, answered_on=None, answered_from=None, answered_by=None)
        else:
            changed = replace(found, answer=answer, answered_on=today, answered_from=answered_from, answered_by=by)
        self.checkpoints = tuple(changed if one is found else one for one in self.checkpoints)
        if answer is None:
            self._renew_checkpoints(today)
        self.version += 1
        return True

    def snapshot(self) -> dict[str, Any]:
        """Return the state as JSON, for the history: without the company's name and without people, except by
        `citizen_id`.

        The reason of an end is beside the change that ended the hire, where it is deleted on time.
        """
        return {
            "company_id": str(self.company_id) if self.company_id else None,
            "municipality": self.municipality,
            "event_id": str(self.event_id) if self.event_id else None,
            "steps": [
                {
                    "from": step.starts_on.isoformat(),
                    "paid_weekly_hours": str(step.paid_weekly_hours),
                    "praktik_weekly_hours": str(step.praktik_weekly_hours),
                    "job_type": step.job_type,
                }
                for step in self.steps
            ],
            "checkpoints": [
                {
                    "months": one.months,
                    "due_on": one.due_on.isoformat(),
                    "answer": one.answer,
                    "answered_on": one.answered_on.isoformat() if one.answered_on else None,
                    "answered_from": one.answered_from,
                }
                for one in self.checkpoints
            ],
            "citizen_id": str(self.citizen_id) if self.citizen_id else None,
            "training_hire_id": str(self.training_hire_id) if self.training_hire_id else None,
            "ended_on": self.ended_on.isoformat() if self.ended_on else None,
            "counted": self.counted,
        }

    def check_version(self, seen_version: int | None) -> None:
        """Raise `StaleHire` for another version than the one that was seen; `HireRevoked` if there is no hire."""
        if seen_version is not None and seen_version != self.version:
            raise StaleHire
        if not self.counted:
            raise HireRevoked

    def replace_dates(self, steps: tuple[Step, ...], ended_on: date | None, *, today: date) -> None:
        """Set the whole ladder, which `check_ladder` has accepted, and the end; the checkpoints follow them.

        Raises:
            EndsBeforeStart, EndsBeforeLastStep, EndsBeforeAnswer: it goes on after the end.
            EndTooFarAhead: the end is another one, and more than three months ahead.
        """
        if ended_on is not None:
            self._check_end(steps, ended_on)
            if ended_on != self.ended_on:
                _check_end_ahead(ended_on, today)
        self.steps, self.ended_on = steps, ended_on
        self._renew_checkpoints(today)

    def _check_end(self, steps: Sequence[Step], ended_on: date) -> None:
        """Raise `EndsBeforeStart`, `EndsBeforeLastStep` or `EndsBeforeAnswer`."""
        if ended_on <= steps[0].starts_on:
            raise EndsBeforeStart
        if ended_on <= steps[-1].starts_on:
            raise EndsBeforeLastStep(starts_on=date_text(steps[-1].starts_on))
        for one in self.checkpoints:
            if one.was_asked and one.answer == "same_company" and one.due_on >= ended_on:
                raise EndsBeforeAnswer(months=one.months)

    def _renew_checkpoints(self, today: date) -> None:
        self.checkpoints = checkpoints_of(
            self.start_date,
            ended_on=self.ended_on,
            confirmed_on=self.confirmed_on,
            on=today,
            answered=self.checkpoints,
        )


def _check_end_ahead(ended_on: date, today: date) -> None:
    """Raise `EndTooFarAhead` for an end that nobody knows yet."""
    if ended_on > months_after(today, _END_AHEAD_MONTHS):
        raise EndTooFarAhead
