"""The pack of a meeting: what is in it, in which order. In the current language, which is the pack's."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from services.dashboard.measures.selection import Times
from services.dashboard.meeting.words import times_in_words
from services.dashboard.pack.document import Document, Entry, Section
from services.dashboard.pack.sections import definitions, figure_sections, signs
from shared.i18n.translations import N_, ngettext
from shared.i18n.translations import gettext as _
from shared.ui.formats import date_text, long_date, time_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from services.dashboard.measures.figures import Figures
    from services.dashboard.meeting.queries import Meeting
    from services.dashboard.pack.agenda import Agenda, Decision
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
        before: the meeting before; None: it is the first one.
        agenda: None: the events service has none.
    """

    taskforce: str
    meeting: Meeting
    before: Meeting | None
    pack: Pack
    figures: Figures
    agenda: Agenda | None
    more: Sequence[Section] = field(default_factory=tuple)


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
            *facts.more,
            *figure_sections(facts.figures, JOB_TYPE, hides_small=hides_small),
            definitions(),
        ],
        notes,
    )


def _agenda_sections(facts: Facts) -> list[Section]:
    """Return the agenda and the decisions, for those who may see them."""
    return [] if facts.pack.audience == "readers" else [agenda_section(facts.agenda), decisions_section(facts.agenda)]


def agenda_section(agenda: Agenda | None) -> Section:
    """Return the agenda, with the minutes of each item."""
    items = agenda.items if agenda is not None else ()
    return Section(
        "agenda",
        _("Agenda"),
        _("Agenda"),
        entries=[
            Entry(
                f"{number}. {item.title}",
                item.notes,
                [
                    *([ngettext("%(num)s minute", "%(num)s minutes", item.minutes)] if item.minutes else []),
                    *([item.presenter] if item.presenter else []),
                ],
            )
            for number, item in enumerate(items, start=1)
        ],
        empty=_("There is no agenda yet."),
    )


def decisions_section(agenda: Agenda | None) -> Section:
    """Return the decisions that come back at the meeting, and those it has taken."""
    decisions = agenda.decisions if agenda is not None else ()
    return Section(
        "decisions",
        _("Decisions"),
        _("Decisions"),
        entries=[Entry(decision.text, facts=_facts_of(decision)) for decision in decisions],
        empty=_("No decisions are open."),
    )


def _facts_of(decision: Decision) -> list[str]:
    facts = [_(_STATUS[decision.status])]
    if decision.owner:
        facts.append(decision.owner)
    if decision.due_on:
        facts.append(_("due on %(day)s", day=date_text(decision.due_on)))
    if decision.here:
        facts.append(_("decided at this meeting"))
    elif decision.taken_on:
        facts.append(_("decided on %(day)s", day=date_text(decision.taken_on)))
    return facts
