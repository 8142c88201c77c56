"""The chart of a hire's hours ladder: lengths, words, and room for 1 to 8 steps."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations
from typing import Literal
from xml.etree import ElementTree

import pytest

from shared.i18n.translations import use_language
from shared.ui.charts import LadderStep, draw_ladder, ladder_chart
from shared.ui.charts.drawing import width_of
from shared.ui.charts.figure import NARROW, WIDE

SVG = "{http://www.w3.org/2000/svg}"
ONE_STORY = [
    LadderStep(date(2026, 1, 1), Decimal(0), Decimal(20), "Praktik"),
    LadderStep(date(2026, 1, 29), Decimal(12), Decimal(4), "Småjob"),
    LadderStep(date(2026, 6, 1), Decimal(20), Decimal(0), "Ordinært job"),
]


def bars_of(steps: list[LadderStep], width: int) -> list[tuple[str, float, float]]:
    """Return the pattern, width and height of each bar."""
    root = ElementTree.fromstring(draw_ladder("x", "Title", steps, width).svg)
    return [
        (fill.rpartition("-")[2].rstrip(")"), float(rect.get("width", 0)), float(rect.get("height", 0)))
        for rect in root.iter(f"{SVG}rect")
        if (fill := rect.get("fill") or "").startswith("url(")
    ]


def test_paid_and_praktik_hours_are_stacked_with_patterns_of_their_own() -> None:
    wide = bars_of(ONE_STORY, WIDE)
    narrow = bars_of(ONE_STORY, NARROW)

    assert [pattern for pattern, _, _ in wide] == [pattern for pattern, _, _ in narrow] == ["p3", "p1", "p3", "p1"]
    for sizes in ([height for _, _, height in wide], [length for _, length, _ in narrow]):
        assert [size / sizes[0] for size in sizes] == pytest.approx([1, 0.6, 0.2, 1])


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("width", [NARROW, WIDE])
@pytest.mark.parametrize("count", range(1, 9))
def test_labels_of_one_to_eight_steps_neither_overlap_nor_leave_the_drawing(
    language: Literal["da", "en"], width: int, count: int
) -> None:
    steps = [
        LadderStep(date(2026, 9, 30) + timedelta(days=70 * number), Decimal("12.75"), Decimal("8.25"), "Træningsforløb")
        for number in range(count)
    ]
    with use_language(language):
        drawing = draw_ladder("x", "Title", steps, width, ended_on=date(2028, 12, 31))
    boxes = []
    for label in ElementTree.fromstring(drawing.svg).iter(f"{SVG}text"):
        size = int(label.get("font-size", 0))
        length, x, y = width_of(label.text or "", size), float(label.get("x", 0)), float(label.get("y", 0))
        left = {"start": x, "middle": x - length / 2, "end": x - length}[label.get("text-anchor", "start")]
        assert left >= -0.5, label.text
        assert left + length <= width + 0.5, label.text
        assert size <= y <= drawing.height, label.text
        boxes.append((left, left + length, y - size, y))
    assert not [
        (one, other)
        for one, other in combinations(boxes, 2)
        if one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3]
    ]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("da", ["29.01.2026: 12 t. løn, 4 t. praktik, Småjob, 4 måneder", "Indtil 01.08.2026", "Vis som tabel"]),
        (
            "en",
            ["29 January 2026: 12 h paid, 4 h placement, Småjob, 4 months", "Until 1 August 2026", "Show as a table"],
        ),
    ],
)
def test_each_step_is_told_in_words_and_in_a_table(language: Literal["da", "en"], words: list[str]) -> None:
    with use_language(language):
        figure = ladder_chart("ladder", "From 0 to 20 hours", ONE_STORY, ended_on=date(2026, 8, 1))

    for word in words:
        assert word in figure
    assert figure.count("<desc") == 2
    assert figure.count('<th scope="row"') == 3
    assert ">Praktik</td>" in figure


@pytest.mark.parametrize(
    ("until", "words"),
    [
        (date(2026, 1, 2), "1 dag"),
        (date(2026, 1, 14), "13 dage"),
        (date(2026, 1, 29), "4 uger"),
        (date(2026, 3, 1), "2 måneder"),
        (date(2026, 7, 1), "6 måneder"),
        (date(2028, 1, 1), "24 måneder"),
    ],
)
def test_a_step_lasts_days_weeks_or_months(until: date, words: str) -> None:
    with use_language("da"):
        figure = ladder_chart("ladder", "T", ONE_STORY[:1], ended_on=until)

    assert f"Praktik, {words}" in figure
