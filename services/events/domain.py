"""The register's things and the rules about them: companies, employer events, attendance. No I/O."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, ClassVar, Final, Self, TypedDict, Unpack

from shared.fields.cvr import read_cvr

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from shared.contracts.events import EventKind, EventStatus

PASS_GRACE: Final = timedelta(days=14)
"""How long after an event's end its passes still deliver what a phone captured while it was open."""


class Refusal(Exception):
    """A rule of the register says no. Every refusal is a class of its own; `code` names it for programs."""

    code: ClassVar[str]


class TaskforceUnknown(Refusal):
    """Nobody has registered this taskforce."""

    code = "taskforce-unknown"


class SlugTaken(Refusal):
    """Another taskforce of this installation has the short name already."""

    code = "slug-taken"


class CompanyNotFound(Refusal):
    """The taskforce's register has no such company."""

    code = "company-not-found"


class EventNotFound(Refusal):
    """The taskforce has no such event."""

    code = "event-not-found"


class IdTaken(Refusal):
    """Something else was already made under this id; the same thing again would have been the same answer."""

    code = "id-taken"


class StaleVersion(Refusal):
    """Somebody has changed it since the asker last saw it."""

    code = "stale-version"


class EndsBeforeStart(Refusal):
    """An event has to end after it has begun."""

    code = "ends-before-start"


class IllegalTransition(Refusal):
    """The event cannot go from its present status to where it was told to go."""


class EventNotDraft(IllegalTransition):
    """Only a draft can be published."""

    code = "event-not-draft"


class EventNotPublished(IllegalTransition):
    """Only a published event can open its doors."""

    code = "event-not-published"


class EventNotOpen(IllegalTransition):
    """Only an open event can be closed, and only there can a company check in."""

    code = "event-not-open"


class EventHasBegun(IllegalTransition):
    """An event that has opened its doors can be closed, not cancelled."""

    code = "event-has-begun"


class PassNotAvailable(Refusal):
    """A draft or a cancelled event hands out no passes, nor does one whose passes have all run out."""

    code = "pass-not-available"


@dataclass(frozen=True, slots=True)
class Taskforce:
    """The tenant: who the register is kept for. `since` is the first day its figures count from."""

    id: UUID
    slug: str
    name: str
    municipality: str
    since: date


@dataclass(frozen=True, slots=True)
class Company:
    """A company of the register.

    Attributes:
        cvr: a number whose checksum holds, or None.
        cvr_as_typed: what was typed where it is no CVR number; kept until somebody corrects it, never published.
        personally_owned: its name is a person's name, or nobody has yet said that it is not; it stays within
            the service.
        industry: DB07 code, six digits.
        member: a member company of the taskforce.
    """

    id: UUID
    name: str
    cvr: str | None = None
    cvr_as_typed: str | None = None
    municipality: str | None = None
    industry: str | None = None
    member: bool = False
    personally_owned: bool = False

    @classmethod
    def as_typed(cls, *, id: UUID, name: str, cvr: str | None = None, **facts: Unpack[_CompanyFacts]) -> Self:
        """Make a company of what somebody typed: the CVR number is sorted by `sort_cvr`, the rest is taken."""
        number, wrong = sort_cvr(cvr)
        return cls(id, name, cvr=number, cvr_as_typed=wrong, **facts)

    def at_the_door(self) -> Self:
        """How it is registered when it walks in: without a CVR number nobody can tell a firm from its owner.

        Then it counts as personally owned until a coordinator says otherwise.
        """
        return self if self.cvr is not None else replace(self, personally_owned=True)


class _CompanyFacts(TypedDict, total=False):
    municipality: str | None
    industry: str | None
    member: bool
    personally_owned: bool


def sort_cvr(typed: str | None) -> tuple[str | None, str | None]:
    """Sort what was typed as a CVR number into `(cvr, cvr_as_typed)`, one of which is None.

    A wrong number is kept apart, not refused: it must not stop anybody at a door.
    """
    if not typed:
        return None, None
    cvr = read_cvr(typed)
    return (cvr, None) if cvr else (None, typed)


@dataclass(frozen=True, slots=True)
class EventPlan:
    """What is planned: fixed when the event is drafted. Raises `EndsBeforeStart`."""

    kind: EventKind
    title: str
    place: str | None
    starts_at: datetime
    ends_at: datetime
    goal_positions: int | None

    def __post_init__(self) -> None:
        if self.ends_at <= self.starts_at:
            raise EndsBeforeStart


@dataclass(slots=True)
class EmployerEvent:
    """An event and where it has got to: draft, published, open, closed; or cancelled before its doors open.

    Each transition returns whether it changed anything: taking it twice is taking it once, so that whoever
    did not hear the first answer may ask again. `seen` is the version the asker decided on, where they said:
    another one raises `StaleVersion` before anything else is looked at.
    """

    id: UUID
    plan: EventPlan
    status: EventStatus = "draft"
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    pass_generation: int = 1
    version: int = 1

    def publish(self, *, seen: int | None = None) -> bool:
        """Announce it. Raises `EventNotDraft`."""
        if self.status == "published":
            return False
        self._expect(seen)
        if self.status != "draft":
            raise EventNotDraft
        self._become("published")
        return True

    def open(self, at: datetime, *, seen: int | None = None) -> bool:
        """Open the doors. Raises `EventNotPublished`."""
        if self.status == "open":
            return False
        self._expect(seen)
        if self.status != "published":
            raise EventNotPublished
        self.opened_at = at
        self._become("open")
        return True

    def close(self, at: datetime, *, seen: int | None = None) -> bool:
        """End the evening. Raises `EventNotOpen`."""
        if self.status == "closed":
            return False
        self._expect(seen)
        if self.status != "open":
            raise EventNotOpen
        self.closed_at = at
        self._become("closed")
        return True

    def cancel(self, *, seen: int | None = None) -> bool:
        """Call it off. Raises `EventHasBegun`."""
        if self.status == "cancelled":
            return False
        self._expect(seen)
        if self.status not in {"draft", "published"}:
            raise EventHasBegun
        self._become("cancelled")
        return True

    def revoke_passes(self, *, generation: int | None = None, seen: int | None = None) -> bool:
        """Make every pass handed out so far worthless; the next ones are of a new generation.

        Args:
            generation: the generation to revoke, the present one if not said. One that has been revoked
                already is not revoked again; one that never was raises `StaleVersion`.
            seen: as above.
        """
        if generation is not None and generation < self.pass_generation:
            return False
        self._expect(seen)
        if generation is not None and generation > self.pass_generation:
            raise StaleVersion
        self.pass_generation += 1
        self.version += 1
        return True

    def admit(self) -> None:
        """Let a company in. Raises `EventNotOpen`."""
        if self.status != "open":
            raise EventNotOpen

    def pass_expires_at(self, now: datetime) -> datetime:
        """When a pass handed out now runs out. Raises `PassNotAvailable`."""
        expires_at = self.plan.ends_at.astimezone(UTC) + PASS_GRACE
        if self.status in {"draft", "cancelled"} or expires_at <= now:
            raise PassNotAvailable
        return expires_at

    def _expect(self, seen: int | None) -> None:
        if seen is not None and seen != self.version:
            raise StaleVersion

    def _become(self, status: EventStatus) -> None:
        self.status = status
        self.version += 1


@dataclass(frozen=True, slots=True)
class Attendance:
    """A company has turned up at an event, once."""

    id: UUID
    event_id: UUID
    company_id: UUID
    walk_in: bool
    checked_in_at: datetime
    checked_in_by: str
