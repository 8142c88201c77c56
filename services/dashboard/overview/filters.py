"""The filters of the page: what can be chosen, and a chip for each one that is, with a link that removes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from services.dashboard.overview.views.events import event_name
from shared.i18n.translations import gettext as _
from shared.product.industries import SECTIONS
from shared.product.municipalities import municipality_name
from shared.product.vocabulary import JOB_TYPES
from shared.ui.formats import date_text, local_time, moment_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from uuid import UUID

    from services.dashboard.measures.figures import EventFigures
    from services.dashboard.overview.queries import Company
    from services.dashboard.selection import Selection

_EVENTS_OFFERED: Final = 40


def typed_moment(moment: datetime | None) -> str:
    """Return a moment as the browser's field for one takes it, in Danish time: to the millisecond, rounded up.

    A form that is sent with another filter keeps the moment: what was recorded just before it does not go missing.
    """
    if moment is None:
        return ""
    microseconds = -moment.microsecond % 1000
    local = local_time(moment + timedelta(microseconds=microseconds)).replace(tzinfo=None)
    return local.isoformat(timespec="milliseconds" if local.second or local.microsecond else "minutes")


@dataclass(frozen=True, slots=True)
class Chip:
    """A choice that is made: its words, and the URL of the page without it."""

    name: str
    words: str
    without: str

    @property
    def text(self) -> str:
        """`Municipality: Struer`."""
        return f"{self.name}: {self.words}"


@dataclass(frozen=True, slots=True)
class Choice:
    """A select of the form: its name in the URL, its label, the options (value and words), and the chosen value."""

    name: str
    label: str
    options: Sequence[tuple[str, str]]
    chosen: str = ""


def company_name(company_id: UUID, companies: Iterable[Company]) -> str:
    """Return a company's name, or words for one whose name is not published or not known here."""
    name = next((company.name for company in companies if company.company_id == company_id), None)
    return name or _("A company without a published name")


def in_words(selection: Selection, companies: Sequence[Company], events: Sequence[EventFigures]) -> dict[str, str]:
    """Return the words of each filter that is set, by its name in the URL."""
    filters, words = selection.filters, {}
    if filters.event_id is not None:
        held = next((event for event in events if event.event_id == filters.event_id), None)
        words["event"] = event_name(held) if held else _("An event not yet known here")
    if filters.company_id is not None:
        words["company"] = company_name(filters.company_id, companies)
    if filters.municipality is not None:
        words["municipality"] = municipality_name(filters.municipality)
    if filters.industry is not None:
        words["industry"] = _(SECTIONS[filters.industry].label)
    return words


def chips(selection: Selection, words: dict[str, str]) -> list[Chip]:
    """Return a chip for each filter and each time that is chosen.

    Args:
        words: what `in_words` has returned.
    """
    names = _names()
    found = [Chip(names[name], text, _without(selection, name)) for name, text in words.items()]
    if selection.as_of:
        found.append(Chip(names["as_of"], date_text(selection.as_of), selection.url(as_of=None)))
    if selection.known_at:
        found.append(Chip(names["known_at"], moment_text(selection.known_at), selection.url(known_at=None)))
    return found


def choices(selection: Selection, companies: Sequence[Company], events: Sequence[EventFigures]) -> list[Choice]:
    """Return the selects of the form. What is chosen is always among the options."""
    names, filters = _names(), selection.filters
    municipalities = {company.municipality for company in companies if company.municipality}
    offered: dict[str, list[tuple[str, str]]] = {
        "job_type": [(code, _(label)) for code, label in JOB_TYPES.items()],
        "municipality": sorted(((code, municipality_name(code)) for code in municipalities), key=_by_words),
        "industry": [(code, _(section.label)) for code, section in SECTIONS.items()],
        "company": [(str(one.company_id), one.name) for one in companies if one.member and one.name],
        "event": [(str(event.event_id), event_name(event)) for event in events[:_EVENTS_OFFERED] if event.title],
    }
    chosen = {name: str(value) for name, value in filters.query().items()} | {"job_type": selection.job_type}
    words = in_words(selection, companies, events)
    for name, value in chosen.items():
        if value not in dict(offered[name]):
            offered[name].insert(0, (value, words[name]))
    return [Choice(name, names[name], options, chosen.get(name, "")) for name, options in offered.items()]


def _without(selection: Selection, name: str) -> str:
    replaced: dict[str, object] = {name: None}
    return selection.url("/", **replaced)


def _by_words(option: tuple[str, str]) -> str:
    return option[1].casefold()


def _names() -> dict[str, str]:
    return {
        "job_type": _("Job type"),
        "municipality": _("Municipality"),
        "industry": _("Industry"),
        "company": _("Member company"),
        "event": _("Event"),
        "as_of": _("As it stood on"),
        "known_at": _("As it was known on"),
    }
