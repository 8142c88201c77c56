"""The rules of notes. Imports no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from services.pledges.case_notes.refusals import ImplausibleFollowUp, NothingToTick, TickedByOthers

NoteKind = Literal["note", "mention", "follow_up"]
_LATEST_FOLLOW_UP: Final = timedelta(days=2 * 366)


@dataclass(frozen=True, slots=True)
class Case:
    """What a note is about: a pledge or a hire."""

    pledge_id: UUID | None = None
    hire_id: UUID | None = None


@dataclass(slots=True)
class CaseNote:
    """A note about a case.

    Attributes:
        body: None where it was emptied after its deadline.
        person_id: whose work it is; None for a plain note.
        due_on: from when it is work: at once for a mention, later for a follow-up.
        done_at, done_by: when and by whom it was ticked off.
    """

    id: UUID
    case: Case
    kind: NoteKind
    body: str | None
    person_id: UUID | None
    due_on: date | None
    written_by: UUID
    written_at: datetime
    done_at: datetime | None = None
    done_by: UUID | None = None

    @classmethod
    def write(
        cls,
        note_id: UUID,
        case: Case,
        body: str,
        *,
        by: UUID,
        person_id: UUID | None,
        follow_up_on: date | None,
        now: datetime,
        today: date,
    ) -> CaseNote:
        """Return a new note.

        Args:
            person_id: the colleague who is to see it, or to follow up; None: the author.
            follow_up_on: the day on which it is to be done; None: a colleague is to see it at once, and a note for
                nobody but its author is no work.
            today: in Europe/Copenhagen.

        Raises:
            ImplausibleFollowUp: the day is over, or more than two years ahead.
        """
        kind: NoteKind
        if follow_up_on is not None:
            if not today <= follow_up_on <= today + _LATEST_FOLLOW_UP:
                raise ImplausibleFollowUp
            kind, person_id = "follow_up", person_id or by
        elif person_id is not None and person_id != by:
            kind, follow_up_on = "mention", today
        else:
            kind, person_id = "note", None
        return cls(note_id, case, kind, body, person_id, follow_up_on, by, now)

    def tick(self, done: bool, *, by: UUID, of_all: bool, now: datetime) -> bool:
        """Tick the note off, or undo that.

        Args:
            of_all: whether they may tick off what is others' work.

        Returns:
            Whether it changed anything. The same again changes nothing.

        Raises:
            NothingToTick: it is nobody's work.
            TickedByOthers: it is the work of somebody else, who has not written it for them either.
        """
        if self.person_id is None:
            raise NothingToTick
        if not of_all and by not in {self.person_id, self.written_by}:
            raise TickedByOthers
        if done == (self.done_at is not None):
            return False
        self.done_at, self.done_by = (now, by) if done else (None, None)
        return True
