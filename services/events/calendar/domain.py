"""Employer events and attendance, and the rules about them. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from shared.i18n.translations import N_
from shared.product.vocabulary import PASS_GRACE
from shared.refusals import Refusal

if TYPE_CHECKING:
    from uuid import UUID

    from shared.contracts.events import EventKind, EventStatus


class EventNotFound(Refusal):
    """The taskforce has no such event."""

    code = "event-not-found"
    kind = "not_found"
    title = N_("There is no such event")
    detail = N_("Find it in the list of events.")
    next_step = ("/events", N_("Events"))


class StaleVersion(Refusal):
    """Somebody has changed it since the asker last saw it."""

    code = "stale-version"
    kind = "stale"
    title = N_("Somebody changed this before you")
    detail = N_("Load it again and compare. Nothing was changed.")


class EndsBeforeStart(Refusal):
    """An event has to end after it has begun."""

    code = "ends-before-start"
    kind = "invalid"
    title = N_("The event ends before it begins")
    detail = N_("Choose an end that is later than the start.")


class IllegalTransition(Refusal):
    """The event cannot go from its present status to where it was told to go."""


class EventNotDraft(IllegalTransition):
    """Only a draft can be published."""

    code = "event-not-draft"
    kind = "conflict"
    title = N_("Only a draft can be published")
    detail = N_("Look at the event's status: it is past that point.")


class EventNotPublished(IllegalTransition):
    """Only a published event can open its doors."""

    code = "event-not-published"
    kind = "conflict"
    title = N_("Only a published event can open its doors")
    detail = N_("Publish a draft first. What is over stays over.")


class EventNotOpen(IllegalTransition):
    """Only an open event can be closed, and only there can a company check in."""

    code = "event-not-open"
    kind = "conflict"
    title = N_("The event is not open")
    detail = N_("Companies check in, and the event is closed, while its doors are open.")


class EventHasBegun(IllegalTransition):
    """An event that has opened its doors can be closed, not cancelled."""

    code = "event-has-begun"
    kind = "conflict"
    title = N_("The event can no longer be cancelled")
    detail = N_("Its doors have been opened: close it instead.")


class PassNotAvailable(Refusal):
    """A draft or a cancelled event hands out no passes, nor does one whose passes have all run out."""

    code = "pass-not-available"
    kind = "conflict"
    title = N_("The event hands out no passes")
    detail = N_("There are passes from the moment it is published until 14 days after its end.")


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
