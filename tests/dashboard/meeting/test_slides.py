"""The steps of the projector through the agenda of a meeting."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from services.dashboard.meeting.slides import SLIDE_WORDS, slide_at, slides, slides_url
from services.dashboard.meeting_times import AgendaItem


def item(shows: Any = None, minutes: int | None = None) -> AgendaItem:
    return AgendaItem(uuid4(), minutes, shows)


@pytest.mark.parametrize(
    ("shown", "views"),
    [
        ([None], ["title"]),
        (["changes"], ["changes", "errata"]),
        (["figures"], ["numbers", "funnel", "quarters"]),
        (["lasting"], ["employed", "hours"]),
        (["events", "targets", "decisions"], ["events", "targets", "decisions"]),
        (["something_newer"], ["title"]),
        (
            [],
            ["changes", "errata", "numbers", "funnel", "quarters", "events", "employed", "hours"],
        ),
    ],
)
def test_the_agenda_decides_what_is_stepped_through(shown: list[str | None], views: list[str]) -> None:
    deck = slides([item(one) for one in shown])
    assert [slide.view for slide in deck] == ["agenda", *views]
    assert [slide.step for slide in deck] == list(range(1, len(views) + 2))
    assert all(slide.view in SLIDE_WORDS for slide in deck)


def test_a_slide_knows_its_item() -> None:
    agenda = [item("figures", 20), item()]
    deck = slides(agenda)
    assert [(slide.item, slide.item_number, slide.first) for slide in deck] == [
        (None, None, True),
        (agenda[0], 1, True),
        (agenda[0], 1, False),
        (agenda[0], 1, False),
        (agenda[1], 2, True),
    ]


@pytest.mark.parametrize(("asked", "shown"), [(-3, 1), (0, 1), (1, 1), (3, 3), (4, 3), (10**30, 3)])
def test_a_step_outside_of_the_deck_is_its_first_or_its_last(asked: int, shown: int) -> None:
    deck = slides([item(), item()])
    assert slide_at(deck, asked).step == shown


def test_a_step_has_a_url() -> None:
    assert slides_url(UUID(int=1), 3) == "/meetings/00000000-0000-0000-0000-000000000001/projector?step=3"
