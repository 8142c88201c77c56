"""The pack of a meeting: what is in it, in which order. In the current language, which is the pack's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from services.dashboard.measures.selection import Times
from services.dashboard.meeting.words import times_in_words
from services.dashboard.pack.agenda import Agenda
from services.dashboard.pack.document import Document, Entry, Section
from services.dashboard.pack.sections import definitions, figure_sections, signs
from shared.i18n.translations import N_, ngettext
from shared.i18n.translations import gettext as _
from shared.ui.formats import date_text, long_date, time_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from services.dashboard.measures.figures import Figures
    from services.dashboard.meeting_times import Meeting
    from services.dashboard.pack.agenda import Decision
    from services.dashboard.pack.domain import Pack
    from shared.contracts.pledges import JobType

JOB_TYPE: Final[JobType] = "smaajob"
"""The job type whose figures the pack shows in detail, as the dashboard does at first. All are in its tables."""
_STATUS: Final[Mapping[str, str]] = {"open": N_("open"), "done": N_("done"), "dropped": N_("dropped")}


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that a pack is made from.

    Attributes:
        meeting: the meeting; `pack` says for which times.
        agenda: None: the events service has none.
    """

    taskforce: str
    meeting: Meeting
    pack: Pack
    figures: Figures
    agenda: Agenda | None
    changes: Section
    errata: Section
    targets: Section


def pack_document(facts: Facts) -> Document:
    """Return the pack as a document, in the current language."""
    meeting, pack = facts.meeting, facts.pack
    place = f", {meeting.place}" if meeting.place else ""
    hides_small = pack.audience != "staff"
    notes = [signs()]
    if meeting.known_at is None:
        notes.insert(0, _("An early pack: the figures are not fixed yet, and the meeting may see others."))
    return Document(
        pack.language,
        facts.taskforce,
        meeting.title,
        f"{long_date(meeting.starts_at)}, {time_text(meeting.starts_at)}{place}",
        times_in_words(Times(pack.as_of, pack.known_at)),
        pack.known_at,
        [
            *_agenda_sections(facts),
            facts.changes,
            facts.errata,
            *figure_sections(facts.figures, JOB_TYPE, hides_small=hides_small),
            facts.targets,
            definitions(),
        ],
        notes,
    )


def _agenda_sections(facts: Facts) -> list[Section]:
    """Return the agenda and the decisions, for those who may see them."""
    if facts.pack.audience == "readers":
        return []
    agenda = facts.agenda or Agenda()
    made = decisions_section("decisions", _("Decided at this meeting"), agenda.decisions_made, here=True)
    return [
        agenda_section(agenda),
        decisions_section("decisions-before", _("Decisions of earlier meetings"), agenda.decisions_before, here=False),
        *([] if made.is_empty else [made]),
    ]


def agenda_section(agenda: Agenda) -> Section:
    """Return the agenda, with the minutes of each item."""
    return Section(
        "agenda",
        _("Agenda"),
        _("Agenda"),
        entries=[
            Entry(
                f"{number}. {item.title}",
                item.notes or "",
                [
                    *([ngettext("%(num)s minute", "%(num)s minutes", item.minutes)] if item.minutes else []),
                    *([item.presenter] if item.presenter else []),
                ],
            )
            for number, item in enumerate(agenda.items, start=1)
        ],
        empty=_("There is no agenda yet."),
    )


def decisions_section(code: str, title: str, decisions: Sequence[Decision], *, here: bool) -> Section:
    """Return decisions with their owners and days.

    Args:
        here: whether this meeting has made them.
    """
    return Section(
        code,
        title,
        title,
        entries=[Entry(decision.text, decision.reason or "", _facts_of(decision, here=here)) for decision in decisions],
        empty=_("No decisions are open."),
    )


def _facts_of(decision: Decision, *, here: bool) -> list[str]:
    facts = [_(_STATUS[decision.status])] if decision.status in _STATUS else []
    if decision.owner:
        facts.append(decision.owner)
    if decision.due_on:
        facts.append(_("due on %(day)s", day=date_text(decision.due_on)))
    if not here and decision.meeting_starts_at:
        facts.append(
            _("%(meeting)s, %(day)s", meeting=decision.meeting_title, day=date_text(decision.meeting_starts_at))
        )
    return facts
