"""A taskforce meeting with its agenda and the times of its figures, and the rules about them. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from shared.i18n.translations import N_
from shared.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from uuid import UUID

    from shared.contracts.events import AgendaView, EventStatus

MOST_ITEMS: Final = 40
"""So many items fit on an agenda."""
LONGEST_ITEM: Final = 480
"""So many minutes may an item take: a whole day."""

Direction = Literal["up", "down"]


class NotAMeeting(Refusal):
    """Only taskforce meetings have an agenda, decisions and figures of their own."""

    code = "not-a-meeting"
    kind = "conflict"
    title = N_("The event is not a meeting of the taskforce")
    detail = N_("Only meetings of the taskforce have an agenda and decisions. Find the meeting in the list of events.")
    next_step = ("/events", N_("Events"))


class MeetingIsOver(Refusal):
    """The agenda of a closed or cancelled meeting, and the times of its figures, stay as they are."""

    code = "meeting-is-over"
    kind = "conflict"
    title = N_("The meeting is over")
    detail = N_("Its agenda and the times of its figures stay as they are. Minutes and decisions can still be written.")


class StaleAgenda(Refusal):
    """The meeting has another version than the client expected."""

    code = "stale-agenda"
    kind = "stale"
    title = N_("Somebody changed the meeting before you")
    detail = N_("Load it again and compare. Nothing was changed.")


class AgendaItemNotFound(Refusal):
    """The agenda has no such item."""

    code = "agenda-item-not-found"
    kind = "not_found"
    title = N_("The agenda has no such item")
    detail = N_("Somebody may have removed it. Find it on the agenda of the meeting.")


class AgendaIsFull(Refusal):
    """An agenda has at most `MOST_ITEMS` items."""

    code = "agenda-is-full"
    kind = "conflict"
    title = N_("The agenda is full")
    detail = N_("An agenda has at most 40 items. Remove one first.")


class AgendaIsNotEmpty(Refusal):
    """The standard agenda is for a meeting without an agenda."""

    code = "agenda-is-not-empty"
    kind = "conflict"
    title = N_("The meeting has an agenda already")
    detail = N_("Add the items that are missing.")


class ItemHasMinutes(Refusal):
    """What was written about an item would be lost with it."""

    code = "item-has-minutes"
    kind = "conflict"
    title = N_("The item has minutes or decisions")
    detail = N_("They would be lost with it. Delete the text of its minutes first; an item with decisions stays.")


class StaleMinutes(Refusal):
    """The minutes of the item have another version than the client expected."""

    code = "stale-minutes"
    kind = "stale"
    title = N_("Somebody wrote in these minutes before you")
    detail = N_("Load them again and compare. Nothing was changed.")


class MeetingIsADraft(Refusal):
    """Nobody but planners knows of a draft."""

    code = "meeting-is-a-draft"
    kind = "conflict"
    title = N_("The meeting is not published")
    detail = N_("Publish it first: then members can see its agenda and its decisions.")


class MeetingIsCancelled(Refusal):
    """Nobody is told of the pack of a meeting that is not held."""

    code = "meeting-is-cancelled"
    kind = "conflict"
    title = N_("The meeting is cancelled")
    detail = N_("Nobody is told of its pack.")


class AsOfAfterMeeting(Refusal):
    """A meeting looks at figures for a day up to its own."""

    code = "as-of-after-meeting"
    kind = "invalid"
    title = N_("The day is after the meeting")
    detail = N_("Choose the day of the meeting, or an earlier one.")
    field = "/as_of"


class PresenterNotFound(Refusal):
    """The person who is to present an item has no account that is open."""

    code = "presenter-not-found"
    kind = "invalid"
    title = N_("The person has no open account")
    detail = N_("Choose somebody of the list.")
    field = "/presenter"


@dataclass(frozen=True, slots=True)
class AgendaItem:
    """An item of an agenda.

    Attributes:
        minutes: how long it may take; None: not said.
        presenter: the id of a person; None: not said.
        shows: what the projector shows meanwhile; None: the title alone.
    """

    id: UUID
    title: str
    minutes: int | None = None
    presenter: UUID | None = None
    shows: AgendaView | None = None


@dataclass(slots=True)
class Meeting:
    """A taskforce meeting: its agenda, and the pair of times of its figures.

    Each transition returns whether it changed anything. A repeated transition changes nothing, so clients may retry.
    `expected_version` is the version on which the client decided; another one raises `StaleAgenda`. None: any version.

    Attributes:
        id: of its event.
        held_on: the day it begins, in Europe/Copenhagen.
        items: the agenda, in its order.
        chosen_day: the day that somebody has chosen for its figures; None: the day it is held.
        known_at: its figures include what was recorded by then; None: not fixed.
        decisions_open: how many decisions of earlier meetings come back at this one, as last counted.
        version: 0 for a meeting that an earlier release drafted and nobody has changed since.
    """

    id: UUID
    status: EventStatus
    starts_at: datetime
    held_on: date
    items: tuple[AgendaItem, ...] = ()
    chosen_day: date | None = None
    known_at: datetime | None = None
    decisions_open: int = 0
    version: int = 0

    @property
    def as_of(self) -> date:
        """The day its figures are for."""
        return self.chosen_day or self.held_on

    @property
    def is_over(self) -> bool:
        """Whether its agenda and its times stay as they are."""
        return self.status in {"closed", "cancelled"}

    @property
    def minutes(self) -> int:
        """How long the items take together, as far as that was said."""
        return sum(item.minutes or 0 for item in self.items)

    def item(self, item_id: UUID) -> AgendaItem:
        """Return an item of the agenda. Raises `AgendaItemNotFound`."""
        for item in self.items:
            if item.id == item_id:
                return item
        raise AgendaItemNotFound

    def put(self, item: AgendaItem, *, expected_version: int | None = None) -> bool:
        """Add an item at the end, or change the one with this id. Raises `AgendaIsFull`, `MeetingIsOver`."""
        if item in self.items:
            return False
        self._check(expected_version)
        if any(known.id == item.id for known in self.items):
            return self._set(tuple(item if known.id == item.id else known for known in self.items))
        if len(self.items) >= MOST_ITEMS:
            raise AgendaIsFull
        return self._set((*self.items, item))

    def begin_with(self, items: Sequence[AgendaItem], *, expected_version: int | None = None) -> bool:
        """Give a meeting without an agenda this one. Raises `AgendaIsNotEmpty`, `MeetingIsOver`."""
        if self.items and self.items != tuple(items):
            self._check(expected_version)
            raise AgendaIsNotEmpty
        return self.arrange(items, expected_version=expected_version)

    def arrange(self, items: Sequence[AgendaItem], *, expected_version: int | None = None) -> bool:
        """Replace the whole agenda. Raises `AgendaIsFull`, `MeetingIsOver`."""
        if self.items == tuple(items):
            return False
        self._check(expected_version)
        if len(items) > MOST_ITEMS:
            raise AgendaIsFull
        return self._set(tuple(items))

    def remove(self, item_id: UUID, *, expected_version: int | None = None) -> bool:
        """Remove an item. Raises `MeetingIsOver`."""
        left = tuple(item for item in self.items if item.id != item_id)
        if left == self.items:
            return False
        self._check(expected_version)
        return self._set(left)

    def move(self, item_id: UUID, direction: Direction, *, expected_version: int | None = None) -> bool:
        """Move an item by one place; the first one stays first. Raises `AgendaItemNotFound`, `MeetingIsOver`."""
        self._check(expected_version)
        before = self.items.index(self.item(item_id))
        after = before + (-1 if direction == "up" else 1)
        if not 0 <= after < len(self.items):
            return False
        moved = list(self.items)
        moved.insert(after, moved.pop(before))
        return self._set(tuple(moved))

    def set_times(
        self,
        at: datetime,
        *,
        fixed: bool | None = None,
        day: date | None = None,
        expected_version: int | None = None,
    ) -> bool:
        """Set the times of its figures. What is None stays as it is.

        Args:
            fixed: True: they include what was recorded by `at`, unless they are fixed already; False: they follow what
                is recorded.
            day: the day they are for.

        Raises:
            AsOfAfterMeeting, MeetingIsOver.
        """
        chosen_day, known_at = self.chosen_day, self.known_at
        if day is not None:
            chosen_day = None if day == self.held_on else day
        if fixed is not None:
            known_at = (known_at or at) if fixed else None
        if (chosen_day, known_at) == (self.chosen_day, self.known_at):
            return False
        self._check(expected_version)
        if chosen_day is not None and chosen_day > self.held_on:
            raise AsOfAfterMeeting
        self.chosen_day, self.known_at = chosen_day, known_at
        return self._changed()

    def recount(self, decisions_open: int) -> bool:
        """Take note of how many decisions come back at this meeting."""
        if decisions_open == self.decisions_open:
            return False
        self.decisions_open = decisions_open
        return self._changed()

    def _check(self, expected_version: int | None) -> None:
        if expected_version is not None and expected_version != self.version:
            raise StaleAgenda
        if self.is_over:
            raise MeetingIsOver

    def _set(self, items: tuple[AgendaItem, ...]) -> bool:
        self.items = items
        return self._changed()

    def _changed(self) -> bool:
        self.version += 1
        return True


@dataclass(slots=True)
class Minutes:
    """The minutes of one item. They can be written during the meeting and after it.

    Attributes:
        text: None: nothing was written, or it was deleted.
        version: 0 before the first text.
    """

    item_id: UUID
    text: str | None = None
    version: int = 0

    def write(self, text: str | None, *, expected_version: int | None = None) -> bool:
        """Replace the text. Returns whether that changed anything. Raises `StaleMinutes`."""
        if text == self.text:
            return False
        if expected_version is not None and expected_version != self.version:
            raise StaleMinutes
        self.text = text
        self.version += 1
        return True
