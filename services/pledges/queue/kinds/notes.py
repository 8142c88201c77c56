"""Notes: what a colleague has asked the reader to see, and what is to be followed up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.pledges.queue.due import DueKind, Source
from services.pledges.queue.kinds.hires import SEES_PERSON
from shared.i18n.translations import N_
from shared.i18n.translations import gettext as _
from shared.ui.formats import date_text

if TYPE_CHECKING:
    from services.pledges.queue.due import Due

_MOST_LETTERS: Final = 100
_DETAIL: Final = f"jsonb_build_object('text', left(note.body, {_MOST_LETTERS + 1}))"


def _sources(kind: str) -> tuple[Source, ...]:
    """Return the notes about pledges, and those about hires."""
    about_pledges = Source(
        tables="""case_note_mentions as mention
  join case_notes as note
    on note.taskforce_id = mention.taskforce_id
   and note.id = mention.note_id
  join pledges as pledge
    on pledge.taskforce_id = note.taskforce_id
   and pledge.id = note.pledge_id""",
        where=f"""mention.taskforce_id = :taskforce
   and mention.done_at is null
   and note.kind = '{kind}'""",
        day="mention.due_on",
        id="mention.id",
        owner="mention.person_id",
        about="pledge",
        pledge_id="pledge.id",
        detail=_DETAIL,
    )
    about_hires = Source(
        tables="""case_note_mentions as mention
  join case_notes as note
    on note.taskforce_id = mention.taskforce_id
   and note.id = mention.note_id
  join hires as hire
    on hire.taskforce_id = note.taskforce_id
   and hire.id = note.hire_id""",
        where=f"""{about_pledges.where}
   and {SEES_PERSON}""",
        day="mention.due_on",
        id="mention.id",
        owner="mention.person_id",
        about="hire",
        hire_id="hire.id",
        detail=_DETAIL,
    )
    return about_pledges, about_hires


def _text(due: Due) -> str:
    text = due.detail.get("text") or "…"
    return text if len(text) <= _MOST_LETTERS else f"{text[:_MOST_LETTERS].rstrip()}…"


def _follow_up_reason(due: Due) -> str:
    company, day, text = due.company, date_text(due.day), _text(due)
    if due.day == due.today:
        return _("Follow up at %(company)s today: %(text)s", company=company, text=text)
    return _("Follow up at %(company)s on %(day)s: %(text)s", company=company, day=day, text=text)


MENTION: Final = DueKind(
    code="mention",
    label=N_("Note from a colleague"),
    button=lambda _due: _("See the note"),
    reason=lambda due: _(
        "A colleague has written to you about %(company)s: %(text)s", company=due.company, text=_text(due)
    ),
    next_step=lambda _due: _("Answer or act, and tick the note off."),
    url=lambda due: f"{due.case_url}#notes",
    sources=_sources("mention"),
)
FOLLOW_UP: Final = DueKind(
    code="follow_up",
    label=N_("Follow-up"),
    button=lambda _due: _("See the note"),
    reason=_follow_up_reason,
    next_step=lambda _due: _("Do what the note says, and tick it off."),
    url=lambda due: f"{due.case_url}#notes",
    sources=_sources("follow_up"),
)
