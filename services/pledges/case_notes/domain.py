"""The rules of notes. Imports no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal
from uuid import UUID, uuid5

from services.pledges.case_notes.refusals import ImplausibleFollowUp, NoteNotFound, TickedByOthers

if TYPE_CHECKING:
    from collections.abc import Collection

NoteKind = Literal["note", "mention", "follow_up"]
_LATEST_FOLLOW_UP: Final = timedelta(days=2 * 366)


@dataclass(frozen=True, slots=True)
class Case:
    """What a note is about: a pledge or a hire."""

    pledge_id: UUID | None = None
    hire_id: UUID | None = None


@dataclass(slots=True)
class Mention:
    """That a note is somebody's work.

    Attributes:
        done_at, done_by: when and by whom it was ticked off.
    """

    id: UUID
    person_id: UUID
    done_at: datetime | None = None
    done_by: UUID | None = None


@dataclass(slots=True)
class CaseNote:
    """A note about a case.

    Attributes:
        body: None where it was emptied after its deadline.
        due_on: from when it is work: at once for a mention, later for a follow-up.
        mentions: whose work it is; none for a plain note.
    """

    id: UUID
    case: Case
    kind: NoteKind
    body: str | None
    due_on: date | None
    written_by: UUID
    written_at: datetime
    mentions: list[Mention]

    @classmethod
    def write(
        cls,
        note_id: UUID,
        case: Case,
        body: str,
        *,
        by: UUID,
        person_ids: Collection[UUID],
        follow_up_on: date | None,
        now: datetime,
        today: date,
    ) -> CaseNote:
        """Return a new note.

        Args:
            person_ids: the colleagues who are to see it, or to follow up; none: the author.
            follow_up_on: the day on which it is to be done; None: colleagues are to see it at once, and a note for
                nobody but its author is no work.
            today: in Europe/Copenhagen.

        Raises:
            ImplausibleFollowUp: the day is over, or more than two years ahead.
        """
        kind: NoteKind
        people = list(dict.fromkeys(person_ids))
        if follow_up_on is not None:
            if not today <= follow_up_on <= today + _LATEST_FOLLOW_UP:
                raise ImplausibleFollowUp
            kind, people = "follow_up", people or [by]
        else:
            people = [person for person in people if person != by]
            kind, follow_up_on = ("mention", today) if people else ("note", None)
        mentions = [Mention(mention_id(note_id, person), person) for person in people]
        return cls(note_id, case, kind, body, follow_up_on, by, now, mentions)

    @property
    def is_open(self) -> bool:
        """Whether it is still somebody's work."""
        return any(mention.done_at is None for mention in self.mentions)

    def may_tick(self, mention: Mention, by: UUID, *, of_all: bool) -> bool:
        """Whether they may tick a mention off: whoever is mentioned, and whoever has written it, or `of_all`."""
        return of_all or by in {mention.person_id, self.written_by}

    def tick(self, which: UUID, done: bool, *, by: UUID, of_all: bool, now: datetime) -> Mention | None:
        """Tick off that the note is somebody's work, or undo that.

        Args:
            which: the id of a mention.
            of_all: whether they may tick off what is others' work.

        Returns:
            The mention if it has changed. The same again changes nothing.

        Raises:
            NoteNotFound: it has no such mention.
            TickedByOthers: it is the work of somebody else, who has not written it for them either.
        """
        mention = next((one for one in self.mentions if one.id == which), None)
        if mention is None:
            raise NoteNotFound
        if not self.may_tick(mention, by, of_all=of_all):
            raise TickedByOthers
        if done == (mention.done_at is not None):
            return None
        mention.done_at, mention.done_by = (now, by) if done else (None, None)
        return mention


def mention_id(note_id: UUID, person_id: UUID) -> UUID:
    """Return the id of the mention of a person in a new note."""
    return uuid5(note_id, str(person_id))
