"""The pack of a meeting: which file answers a request, and when one has to be made. Imports no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from shared.i18n.translations import Language

Audience = Literal["staff", "members", "readers"]
"""`staff` see small counts of hires and who has left for their health; from the others they are hidden. `readers`, such
as auditors and programs, do not see agendas and decisions either."""
Status = Literal["waiting", "making", "made", "failed"]

STEPS: Final = 4
"""The agenda is fetched, the figures are computed, the PDF is set, the workbook is written."""
FRESH_FOR: Final = timedelta(minutes=10)
"""So long a pack whose figures are not fixed is good, also if something has been recorded since."""
LEASE: Final = timedelta(minutes=2)
"""Whoever makes a pack has so long; then another worker takes it over."""
MOST_ATTEMPTS: Final = 8
_LONGEST_PAUSE: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a request for a pack asks for.

    Attributes:
        known_at: None: the figures are not fixed, and a new pack includes what is recorded now.
        edition: the versions of the meeting and of its event.
    """

    meeting_id: UUID
    language: Language
    audience: Audience
    as_of: date
    known_at: datetime | None
    edition: str


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack that was asked for, without its files.

    Attributes:
        step: how many of the `STEPS` are done.
        problem: the code of what prevented the last attempt; None: nothing has.
    """

    id: UUID
    meeting_id: UUID
    language: Language
    audience: Audience
    as_of: date
    known_at: datetime
    edition: str
    asked_at: datetime
    status: Status
    step: int
    attempts: int
    problem: str | None
    made_at: datetime | None

    def answers(self, wanted: Wanted, *, changed_at: datetime | None, now: datetime) -> bool:
        """Whether the pack is what is wanted, so that it need not be made again.

        Args:
            changed_at: when the latest change to the figures was recorded; None: there is none.
        """
        if self.status == "failed" or (self.as_of, self.edition) != (wanted.as_of, wanted.edition):
            return False
        if wanted.known_at is not None:
            return self.known_at == wanted.known_at
        nothing_since = changed_at is None or changed_at <= self.known_at
        return nothing_since or now - self.asked_at < FRESH_FOR


def pause_after(attempts: int) -> timedelta:
    """Return how long to wait after so many failed attempts."""
    return min(timedelta(seconds=2**attempts), _LONGEST_PAUSE)
