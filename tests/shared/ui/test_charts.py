"""Charts: lengths, links, escaping, and the table of the same numbers."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from markupsafe import Markup

from shared.i18n.translations import use_language
from shared.ui import charts
from shared.ui.charts import Bar, Period, Step
from shared.ui.charts.drawing import Drawing, nice_top, width_of, wrapped

SVG = "{http://www.w3.org/2000/svg}"
NASTY = '"><script>alert("x")</script>&amp; \' </title>'


def parsed(drawing: Drawing) -> ElementTree.Element:
    return ElementTree.fromstring(drawing.svg)


def bars_of(drawing: Drawing) -> list[float]:
    """Widths of the marks that are filled with a pattern."""
    return [
        float(rect.get("width", 0))
        for rect in parsed(drawing).iter(f"{SVG}rect")
        if (rect.get("fill") or "").startswith("url(")
    ]


def test_bars_are_as_long_as_their_numbers() -> None:
    drawing = charts.draw_bars("x", "Title", [Bar("a", 40), Bar("b", 10), Bar("c", 20)], 860)
    longest, short, middle = bars_of(drawing)
    assert short == pytest.approx(longest / 4, rel=0.02)
    assert middle == pytest.approx(longest / 2, rel=0.02)


def test_each_mark_is_a_link_with_a_description() -> None:
    drawing = charts.draw_bars("x", "Title", [Bar("B&O", 1234, "/events/1?a=1&b=2"), Bar("None", 1)], 340)
    links = list(parsed(drawing).iter(f"{SVG}a"))
    assert [(link.get("href"), link.get("aria-label")) for link in links] == [("/events/1?a=1&b=2", "B&O: 1.234")]


def test_each_column_can_have_its_own_link_which_the_table_has_too() -> None:
    periods = [Period("Q1", (3, 1), hrefs=("/p?q=1&m=2", None)), Period("Q2", (2, 0), hrefs=("/p", "/h"))]
    drawing = charts.draw_columns("x", "Title", periods, ["Pledged", "Hires"], 340, series=[0, 1])
    links = [(link.get("href"), link.get("aria-label")) for link in parsed(drawing).iter(f"{SVG}a")]
    assert links == [("/p?q=1&m=2", "Q1: Pledged 3"), ("/p", "Q2: Pledged 2"), ("/h", "Q2: Hires 0")]
    figure = charts.column_chart("x", "T", periods, ["Pledged", "Hires"], column="Quarter", series=[0, 1])
    assert '<td class="numeric"><a href="/p?q=1&amp;m=2">3</a></td><td class="numeric">1</td>' in figure


@pytest.mark.parametrize("width", [340, 860])
def test_labels_are_escaped(width: int) -> None:
    drawings = [
        charts.draw_bars("x", NASTY, [Bar(NASTY, 1, f"/{NASTY}", 2)], width),
        charts.draw_funnel("x", NASTY, [Step(NASTY, 2, NASTY), Step(NASTY, 1)], width),
        charts.draw_columns("x", NASTY, [Period(NASTY, (1,), NASTY)], [NASTY], width, series=[0]),
    ]
    for drawing in drawings:
        root = parsed(drawing)
        assert not list(root.iter(f"{SVG}script"))
        assert root.findtext(f"{SVG}title") == NASTY
    figure = charts.bar_chart("x", NASTY, [Bar(NASTY, 1)], columns=(NASTY, NASTY), intro=NASTY)
    assert "<script" not in figure


def test_a_figure_has_two_drawings_a_description_and_a_table_with_the_same_numbers() -> None:
    with use_language("en"):
        figure = charts.bar_chart("events", "By event", [Bar("B&O", 50, "/e/1", 60)], columns=("Event", "Positions"))
    assert isinstance(figure, Markup)
    assert figure.count("<svg ") == 2
    assert 'id="events-wide-title"' in figure
    assert 'id="events-narrow-desc"' in figure
    assert '<th scope="row">B&amp;O</th><td class="numeric">50</td><td class="numeric">60</td>' in figure
    assert " style=" not in figure


def test_a_figure_is_drawn_again_only_for_other_data_or_another_language() -> None:
    def of(goal: float, label: str | Markup = "B&O") -> Markup:
        return charts.bar_chart(label, label, [Bar("B&O", 50, goal=goal)], columns=("Event", "Positions"))

    assert of(60) is of(60)
    assert ">61<" in of(61)
    with use_language("en"):
        assert ">Goal</th>" in of(60)
    assert ">Mål</th>" in of(60)
    assert ">B&O</h3>" in of(60, Markup("B&O")), "it is markup, so it is not escaped"
    assert ">B&amp;O</h3>" in of(60, "B&O")


def test_ids_are_unique() -> None:
    figure = charts.column_chart("x", "T", [Period("a", (1, 2))], ["one", "two"], column="Quarter", series=[0, 1])
    ids = [piece.split('"', 1)[0] for piece in figure.split(' id="')[1:]]
    assert len(ids) == len(set(ids))


def test_a_funnel_shows_the_share_between_steps_and_nothing_that_is_not_computed() -> None:
    with use_language("da"):
        figure = charts.funnel_chart("f", "Tragt", [Step("Tilsagt", 200), Step("Ansat", 96)], columns=("Trin", "Antal"))
    assert "48\N{NO-BREAK SPACE}% af trinnet før<" in figure
    assert "48\N{NO-BREAK SPACE}% (96 af 200)</td>" in figure, "the counts stand beside the percentage"
    assert re.findall(r"<th scope=\"col\"[^>]*>([^<]*)</th>", figure) == ["Trin", "Antal", "Af trinnet før"]


def test_the_words_between_two_steps_can_be_given() -> None:
    steps = [
        Step("Hired", 96),
        Step("Employed after 6 months", 39, between="56% (39 of 70)"),
        Step("Later", 0, between=""),
    ]
    with use_language("en"):
        figure = charts.funnel_chart("f", "Funnel", steps, columns=("Step", "Number"))
    assert figure.count(">56% (39 of 70)<") == 3, "in both drawings and in the table"
    assert "step before<" not in figure.replace("Of the step before<", "")


def test_hidden_unknown_and_zero_look_different() -> None:
    bars = [Bar("a", 0), Bar("b", None, "/b", sign="hidden"), Bar("c", None, sign="unknown"), Bar("d", None)]
    drawing = charts.draw_bars("x", "Title", bars, 860)
    assert len(bars_of(drawing)) == 1
    labels = [mark.get("aria-label") for mark in parsed(drawing).iter() if mark.get("aria-label")]
    assert labels == ["a: 0", "b: hidden", "c: unknown", "d: –"]
    figure = charts.bar_chart("x", "Title", bars, columns=("Name", "Number"))
    assert re.findall(r'<td class="numeric">([^<]*)</td>', figure) == ["0", "hidden", "unknown", "–"]


def test_a_figure_has_its_topic_above_the_title_and_its_caption_below_the_drawing() -> None:
    figure = charts.bar_chart("x", "Title", [Bar("a", 1)], columns=("a", "b"), topic="Topic", caption="<Caption>")
    places = [figure.index(part) for part in (">Topic<", ">Title<", "<svg ", ">&lt;Caption&gt;</figcaption>")]
    assert places == sorted(places)


@pytest.mark.parametrize("width", [340, 860])
def test_charts_without_data_are_drawn(width: int) -> None:
    for drawing in (
        charts.draw_bars("x", "T", [], width),
        charts.draw_funnel("x", "T", [], width),
        charts.draw_columns("x", "T", [], [], width, series=[]),
        charts.draw_columns("x", "T", [Period("1", (0,))], ["a"], width, series=[0]),
        charts.draw_bars("x", "T", [Bar("a", 0), Bar("b", 0)], width),
        charts.draw_funnel("x", "T", [Step("a", 0), Step("b", 0)], width),
    ):
        parsed(drawing)
    assert "Der er ikke noget at vise endnu." in charts.bar_chart("x", "T", [], columns=("", ""))


@pytest.mark.parametrize("width", [340, 560, 860])
@pytest.mark.parametrize("periods", [1, 4, 12, 32])
def test_labels_of_periods_stay_within_the_drawing(width: int, periods: int) -> None:
    quarters = [Period(f"{1 + number % 4}. kv. 26", (number, 1)) for number in range(periods)]
    drawing = charts.draw_columns("x", "Title", quarters, ["A", "B"], width, series=[0, 1])
    labels = [label for label in parsed(drawing).iter(f"{SVG}text") if "kv." in (label.text or "")]
    middles = [float(label.get("x", 0)) for label in labels]
    label_width = width_of("4. kv. 26", 14)
    assert middles[-1] + label_width / 2 <= width
    assert all(right - left >= label_width for left, right in pairwise(middles))


def test_axes_end_at_round_numbers() -> None:
    assert nice_top(47) == (60, 20)
    assert list(nice_top(0.7)) == pytest.approx([0.8, 0.2])
    assert nice_top(3) == (3, 1)
    assert nice_top(0) == (1, 1)


def test_long_labels_are_broken_and_cut() -> None:
    lines = wrapped("Taskforcemøde i kulturhuset ved havnen i Struer by", 150, 15)
    assert len(lines) == 2
    assert lines[1].endswith("…")
    assert wrapped("Speciallægepraksisaftaleforhandlinger", 100, 15)[0].endswith("…")
    assert wrapped("Kort", 100) == ["Kort"]
    assert wrapped("Virksomhedsaften, 8\u00a0October\u00a02025", 150) == [
        "Virksomhedsaften,",
        "8\u00a0October\u00a02025",
    ]
