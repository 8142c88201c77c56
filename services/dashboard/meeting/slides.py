"""The slides of a meeting: which steps the projector takes through the agenda."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from shared.i18n.translations import N_

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from uuid import UUID

    from services.dashboard.meeting_times import AgendaItem
    from shared.contracts.events import AgendaView

SlideView = Literal[
    "agenda",
    "title",
    "changes",
    "errata",
    "numbers",
    "funnel",
    "quarters",
    "events",
    "employed",
    "hours",
    "targets",
    "decisions",
]
"""What a slide shows: at most three numbers, one chart, or a list. `title`: the title of its item alone."""

_SHOWN: Final[Mapping[str, tuple[SlideView, ...]]] = MappingProxyType(
    {
        "changes": ("changes", "errata"),
        "figures": ("numbers", "funnel", "quarters"),
        "events": ("events",),
        "lasting": ("employed", "hours"),
        "targets": ("targets",),
        "decisions": ("decisions",),
    }
)
_WITHOUT_AGENDA: Final[tuple[AgendaView, ...]] = ("changes", "figures", "events", "lasting")

SLIDE_WORDS: Final[Mapping[SlideView, str]] = MappingProxyType(
    {
        "agenda": N_("Agenda"),
        "title": "",
        "changes": N_("What has changed"),
        "errata": N_("Figures corrected since"),
        "numbers": N_("The figures"),
        "funnel": N_("From pledge to job"),
        "quarters": N_("Quarter by quarter"),
        "events": N_("Event by event"),
        "employed": N_("Do the jobs last?"),
        "hours": N_("Paid hours a week"),
        "targets": N_("Targets"),
        "decisions": N_("Decisions"),
    }
)
"""The words of a slide, for the list of steps and as a heading where the item has no title here."""


@dataclass(frozen=True, slots=True)
class Slide:
    """A step of the projector.

    Attributes:
        step: its number in the URL, from 1.
        item: the item of the agenda that it belongs to; None: it belongs to none.
        item_number: the item's number on the agenda, from 1.
        first: whether it is the first slide of its item.
    """

    step: int
    view: SlideView
    item: AgendaItem | None = None
    item_number: int | None = None
    first: bool = True


def slides(agenda: Sequence[AgendaItem]) -> list[Slide]:
    """Return the slides of a meeting: the agenda, and for each item what it shows.

    A meeting without an agenda steps through the figures. A view that only a newer release knows is the title alone.
    The number of slides depends on the agenda alone, so a step stays the same while figures change.
    """
    return [
        Slide(step, view, item, number, first)
        for step, (view, item, number, first) in enumerate(_views(agenda), start=1)
    ]


def slide_at(deck: Sequence[Slide], step: int) -> Slide:
    """Return the slide of a step; the first or the last one for a step outside of the deck."""
    return deck[min(max(step, 1), len(deck)) - 1]


def slides_url(meeting_id: UUID, step: int, part: str = "") -> str:
    """Return the URL of a step."""
    return f"/meetings/{meeting_id}/projector{part}?step={step}"


def _views(agenda: Sequence[AgendaItem]) -> Iterator[tuple[SlideView, AgendaItem | None, int | None, bool]]:
    yield "agenda", None, None, True
    if not agenda:
        for shown in _WITHOUT_AGENDA:
            for place, view in enumerate(_SHOWN[shown]):
                yield view, None, None, place == 0
    for number, item in enumerate(agenda, start=1):
        for place, view in enumerate(_SHOWN.get(item.shows or "", ("title",))):
            yield view, item, number, place == 0
