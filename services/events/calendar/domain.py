"""Employer events and attendance, and the rules about them. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from shared.fields.dates import lies_between
from shared.i18n.translations import N_
from shared.product.vocabulary import PASS_GRACE
from shared.refusals import Refusal

if TYPE_CHECKING:
    from uuid import UUID

    from shared.contracts.events import EventKind, EventStatus


LONGEST_EVENT: Final = timedelta(days=14)


class EventNotFound(Refusal):
    """The taskforce has no such event."""

    code = "event-not-found"
    kind = "not_found"
    title = N_("There is no such event")
    detail = N_("Find it in the list of events.")
    next_step = ("/events", N_("Events"))


class StaleVersion(Refusal):
    """The event has another version than the client expected."""

    code = "stale-version"
    kind = "stale"
    title = N_("Somebody changed this before you")
    detail = N_("Load it again and compare. Nothing was changed.")


class EndsBeforeStart(Refusal):
    """An event has to end after its start."""

    code = "ends-before-start"
    kind = "invalid"
    title = N_("The event ends before it begins")
    detail = N_("Choose an end that is later than the start.")


class LastsTooLong(Refusal):
    """An event of weeks is a typing error, and guests could log pledges for it all that time."""

    code = "lasts-too-long"
    kind = "invalid"
    title = N_("The event lasts too long")
    detail = N_("An event lasts at most 14 days. Choose an earlier end.")


class IllegalTransition(Refusal):
    """The event's status does not allow the transition."""


class EventNotDraft(IllegalTransition):
    """Only a draft can be published."""

    code = "event-not-draft"
    kind = "conflict"
    title = N_("Only a draft can be published")
    detail = N_("Look at the event's status: it is past that point.")


class EventNotPublished(IllegalTransition):
    """Only a published event can be opened."""

    code = "event-not-published"
    kind = "conflict"
    title = N_("Only a published event can open its doors")
    detail = N_("Publish a draft first. What is over stays over.")


class EventNotOpen(IllegalTransition):
    """Only an open event can be closed, and only at an open event can companies check in."""

    code = "event-not-open"
    kind = "conflict"
    title = N_("The event is not open")
    detail = N_("Companies check in, and the event is closed, while its doors are open.")


class EventHasBegun(IllegalTransition):
    """An event that has been opened can be closed, not cancelled."""

    code = "event-has-begun"
    kind = "conflict"
    title = N_("The event can no longer be cancelled")
    detail = N_("Its doors have been opened: close it instead.")


class CheckInNotFound(Refusal):
    """The event has no such check-in."""

    code = "check-in-not-found"
    kind = "not_found"
    title = N_("The event has no such check-in")
    detail = N_("Find the company in the list of those who have checked in.")


class PassNotAvailable(Refusal):
    """No passes are issued for drafts, cancelled events, or more than `PASS_GRACE` after the event's end."""

    code = "pass-not-available"
    kind = "conflict"
    title = N_("The event hands out no passes")
    detail = N_("There are passes from the moment it is published until 14 days after its end.")


@dataclass(frozen=True, slots=True)
class EventPlan:
    """The plan of an event; it cannot change after drafting. Raises `EndsBeforeStart`."""

    kind: EventKind
    title: str
    place: str | None
    starts_at: datetime
    ends_at: datetime
    goal_positions: int | None

    def __post_init__(self) -> None:
        if self.ends_at <= self.starts_at:
            raise EndsBeforeStart

    def check_length(self) -> None:
        """Check that a new event lasts at most `LONGEST_EVENT`. Raises `LastsTooLong`."""
        if not lies_between(self.ends_at, self.starts_at, self.starts_at + LONGEST_EVENT):
            raise LastsTooLong


@dataclass(slots=True)
class EmployerEvent:
    """An event with its status: draft, published, open, closed; or cancelled before it is opened.

    Each transition returns whether it changed anything. A repeated transition changes nothing, so clients may retry.
    `expected_version` is the version on which the client decided; another one raises `StaleVersion` before the status
    is checked. None: any version.
    """

    id: UUID
    plan: EventPlan
    status: EventStatus = "draft"
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    pass_generation: int = 1
    version: int = 1

    def publish(self, *, expected_version: int | None = None) -> bool:
        """Publish it. Raises `EventNotDraft`, `StaleVersion`."""
        if self.status == "published":
            return False
        self._check_version(expected_version)
        if self.status != "draft":
            raise EventNotDraft
        self._set_status("published")
        return True

    def open(self, at: datetime, *, expected_version: int | None = None) -> bool:
        """Open it. Raises `EventNotPublished`, `StaleVersion`."""
        if self.status == "open":
            return False
        self._check_version(expected_version)
        if self.status != "published":
            raise EventNotPublished
        self.opened_at = at
        self._set_status("open")
        return True

    def close(self, at: datetime, *, expected_version: int | None = None) -> bool:
        """Close it. Raises `EventNotOpen`, `StaleVersion`."""
        if self.status == "closed":
            return False
        self._check_version(expected_version)
        if self.status != "open":
            raise EventNotOpen
        self.closed_at = at
        self._set_status("closed")
        return True

    def cancel(self, *, expected_version: int | None = None) -> bool:
        """Cancel it. Raises `EventHasBegun`, `StaleVersion`."""
        if self.status == "cancelled":
            return False
        self._check_version(expected_version)
        if self.status not in {"draft", "published"}:
            raise EventHasBegun
        self._set_status("cancelled")
        return True

    def revoke_passes(self, *, generation: int | None = None, expected_version: int | None = None) -> bool:
        """Revoke the passes issued so far: the next ones belong to a new generation.

        Args:
            generation: the generation to revoke, by default the current one. An older one has been revoked already, so
                nothing changes; a newer one raises `StaleVersion`.
            expected_version: as for the other transitions.
        """
        if generation is not None and generation < self.pass_generation:
            return False
        self._check_version(expected_version)
        if generation is not None and generation > self.pass_generation:
            raise StaleVersion
        self.pass_generation += 1
        self.version += 1
        return True

    def admit(self) -> None:
        """Check that companies can check in. Raises `EventNotOpen`."""
        if self.status != "open":
            raise EventNotOpen

    def pass_expires_at(self, now: datetime) -> datetime:
        """Return when a pass that is issued now expires. Raises `PassNotAvailable`."""
        expires_at = self.plan.ends_at.astimezone(UTC) + PASS_GRACE
        if self.status in {"draft", "cancelled"} or expires_at <= now:
            raise PassNotAvailable
        return expires_at

    def _check_version(self, expected_version: int | None) -> None:
        if expected_version is not None and expected_version != self.version:
            raise StaleVersion

    def _set_status(self, status: EventStatus) -> None:
        self.status = status
        self.version += 1


@dataclass(slots=True)
class Attendance:
    """A company's attendance at an event: its check-in, which may be undone and made again. There is one for both.

    Each transition returns whether it changed anything, so clients may retry.
    """

    id: UUID
    event_id: UUID
    company_id: UUID
    walk_in: bool
    checked_in_at: datetime
    checked_in_by: str
    undone_at: datetime | None = None
    version: int = 1

    def check_in_again(self, at: datetime, *, by: str) -> bool:
        """Check the company in after its check-in was undone."""
        if self.undone_at is None:
            return False
        self.checked_in_at, self.checked_in_by, self.undone_at = at, by, None
        self.version += 1
        return True

    def undo(self, at: datetime, *, expected_version: int | None = None) -> bool:
        """Undo the check-in, also after the event was closed. Raises `StaleVersion`."""
        if self.undone_at is not None:
            return False
        if expected_version is not None and expected_version != self.version:
            raise StaleVersion
        self.undone_at = at
        self.version += 1
        return True

    def become(self, checked_in_at: datetime, undone_at: datetime | None, *, by: str) -> bool:
        """Become what the records of all doors amount to (`door.domain.merge`). `by` is who checked the company in."""
        if (self.checked_in_at, self.undone_at) == (checked_in_at, undone_at):
            return False
        self.checked_in_at, self.checked_in_by, self.undone_at = checked_in_at, by, undone_at
        self.version += 1
        return True
