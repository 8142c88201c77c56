"""The profile card and its links. Imports no I/O."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal

from services.pledges.participants.profile_cards.refusals import (
    CardWithdrawn,
    ConsentAhead,
    ConsentDayMissing,
    StaleCard,
    ValidityBackwards,
    ValidityOver,
    ValidityTooLong,
)
from shared.fields.copenhagen import COPENHAGEN
from shared.fields.dates import months_after

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from uuid import UUID

    from shared.i18n.translations import Language

Basis = Literal["consent", "public_task"]
"""What allows the card: the citizen's consent (GDPR article 6(1)(a)), or the municipality's task (6(1)(e))."""
LinkKind = Literal["card", "citizen"]
"""`card`: in the QR code, for companies; `citizen`: the citizen's own."""
USUAL_MONTHS: Final = 6
"""How long a card is valid unless the case worker says otherwise."""
LONGEST_MONTHS: Final = 12
"""A consent, and what somebody wants to do, is asked about again after a year."""


@dataclass(frozen=True, slots=True)
class CardContent:
    """What a card says, and what allows it.

    Attributes:
        preferred_name: what the citizen wants to be called; usually a first name.
        words: about the citizen, in the first person.
        tasks: codes of the task catalogue, in the order of the catalogue.
        consented_on: the day of the consent; None unless it is the basis.
        valid_from, valid_until: the first and the last day on which the card is shown.
    """

    preferred_name: str
    words: str
    tasks: tuple[str, ...]
    language: Language
    basis: Basis
    consented_on: date | None
    valid_from: date
    valid_until: date

    def check(self, today: date) -> None:
        """Check the basis and the validity.

        Raises:
            ConsentDayMissing, ConsentAhead, ValidityBackwards, ValidityTooLong, ValidityOver
        """
        if self.basis == "consent" and self.consented_on is None:
            raise ConsentDayMissing
        if self.consented_on is not None and self.consented_on > today:
            raise ConsentAhead
        if self.valid_until < self.valid_from:
            raise ValidityBackwards
        if self.valid_until > months_after(self.valid_from, LONGEST_MONTHS):
            raise ValidityTooLong
        if self.valid_until < today:
            raise ValidityOver


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture that was made anew from an uploaded one (`photos.reencode`).

    Attributes:
        alt: what it shows, for those who cannot see it.
    """

    content: bytes
    media_type: str
    alt: str


@dataclass(slots=True)
class ProfileCard:
    """A participant's card in its current state.

    Attributes:
        version: the number of changes, from 1.
        withdrawn_at: since when it is withdrawn and empty; None for one that is not.
        changed_by: the account of the case worker; None for the citizen.
        citizen_changed_at: when the citizen has last changed or withdrawn it; None where a case worker has seen that.
    """

    taskforce_id: UUID
    participant_id: UUID
    content: CardContent
    changed_by: UUID | None
    changed_at: datetime
    version: int = 1
    photo: Photo | None = None
    withdrawn_at: datetime | None = None
    citizen_changed_at: datetime | None = None

    @property
    def withdrawn(self) -> bool:
        """Whether it was withdrawn. A new one can be written in its place."""
        return self.withdrawn_at is not None

    def is_valid(self, day: date) -> bool:
        """Whether the card is shown on a day."""
        return not self.withdrawn and self.content.valid_from <= day <= self.content.valid_until

    def check_version(self, seen: int | None) -> None:
        """Raise `StaleCard` unless this is the version that was seen; None: any."""
        if seen is not None and seen != self.version:
            raise StaleCard

    def rewrite(self, content: CardContent, *, by: UUID, at: datetime) -> None:
        """Replace what the card says; the photo stays. A withdrawn card is a new one with that.

        Raises: see `CardContent.check`.
        """
        content.check(at.astimezone(COPENHAGEN).date())
        self.content, self.withdrawn_at = content, None
        self._changed(by, at)

    def correct(self, words: str, tasks: Sequence[str], *, at: datetime) -> bool:
        """Replace what the citizen says of themselves, by their link. Returns whether that changes anything.

        Raises:
            CardWithdrawn
        """
        self._check_not_withdrawn()
        corrected = (words, tuple(tasks))
        if corrected == (self.content.words, self.content.tasks):
            return False
        self.content = replace(self.content, words=words, tasks=tuple(tasks))
        self._changed(None, at)
        self.citizen_changed_at = at
        return True

    def show_photo(self, photo: Photo | None, *, by: UUID, at: datetime) -> None:
        """Put a photo on the card, or take it off. Raises `CardWithdrawn`."""
        self._check_not_withdrawn()
        self.photo = photo
        self._changed(by, at)

    def withdraw(self, *, by: UUID | None, at: datetime) -> bool:
        """Withdraw the card: name, words, tasks and photo are gone. Returns whether that changes anything.

        What allowed it stays, for as long as the withdrawal has to be shown.

        Args:
            by: the account of the case worker; None: the citizen, by their link.
        """
        if self.withdrawn:
            return False
        self.content = replace(self.content, preferred_name="", words="", tasks=())
        self.photo, self.withdrawn_at = None, at
        self._changed(by, at)
        self.citizen_changed_at = at if by is None else None
        return True

    def see_change(self) -> bool:
        """Note that a case worker has seen what the citizen changed. Returns whether that changes anything."""
        seen, self.citizen_changed_at = self.citizen_changed_at is None, None
        return not seen

    def _check_not_withdrawn(self) -> None:
        if self.withdrawn:
            raise CardWithdrawn

    def _changed(self, by: UUID | None, at: datetime) -> None:
        self.version += 1
        self.changed_by, self.changed_at = by, at


@dataclass(slots=True)
class CardLink:
    """A link that opens a card. The database knows the hash of its secret only.

    Attributes:
        made_by: the account of the case worker.
        expires_at: the end of the card's last day.
    """

    taskforce_id: UUID
    id: UUID
    participant_id: UUID
    kind: LinkKind
    secret_hash: bytes
    made_by: UUID | None
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None

    def works(self, at: datetime) -> bool:
        """Whether it opens the card, as far as the link is concerned."""
        return self.revoked_at is None and at < self.expires_at


def end_of(day: date) -> datetime:
    """Return the moment at which a day in Copenhagen is over."""
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), COPENHAGEN)
