"""The titles of the charts: what they say of no data, one, a tie, zeros and hidden numbers, in ten words at most."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from services.dashboard.measures.figures import Employed
from services.dashboard.overview import findings
from services.dashboard.overview.findings import MOST_WORDS, Goal, Quarter
from shared.i18n.translations import use_language

if TYPE_CHECKING:
    from collections.abc import Callable

Q1, Q2, Q3, Q4 = (date(2026, month, 1) for month in (1, 4, 7, 10))
LONG = "Offentlig forvaltning og forsvar samt socialsikring og lidt til"


def quarters(*numbers: tuple[int, int]) -> list[Quarter]:
    return [Quarter(day, *number) for day, number in zip((Q1, Q2, Q3, Q4), numbers, strict=False)]


CASES: list[tuple[Callable[..., str], tuple[Any, ...], dict[str, Any], str]] = [
    (findings.changes, (9, Q4), {"meeting": True}, "9 flere ansættelser siden mødet den 01.10.2026"),
    (findings.changes, (1, Q4), {"meeting": True}, "1 ansættelse mere siden mødet den 01.10.2026"),
    (findings.changes, (0, Q4), {"meeting": True}, "Ikke flere ansættelser siden mødet den 01.10.2026"),
    (findings.changes, (-1, Q4), {"meeting": True}, "1 ansættelse færre siden mødet den 01.10.2026"),
    (findings.changes, (-2, Q4), {"meeting": True}, "2 færre ansættelser siden mødet den 01.10.2026"),
    (findings.changes, (9, Q4), {"meeting": False}, "9 flere ansættelser siden kvartalet sluttede 01.10.2026"),
    (findings.changes, (0, Q4), {"meeting": False}, "Ikke flere ansættelser siden kvartalet sluttede 01.10.2026"),
    (findings.changes, (-1, Q4), {"meeting": False}, "1 ansættelse færre siden kvartalet sluttede 01.10.2026"),
    (findings.funnel, (0, 0), {}, "Ingen pladser er lovet endnu"),
    (findings.funnel, (1, 0), {}, "1 lovet plads er ikke blevet til job endnu"),
    (findings.funnel, (47, 0), {}, "Ingen af 47 lovede pladser er blevet til job endnu"),
    (findings.funnel, (1, 1), {}, "1 lovet plads er blevet til 1 job"),
    (findings.funnel, (1047, 23), {}, "1.047 lovede pladser er blevet til 23 job"),
    (findings.funnel, (2, 3), {}, "2 lovede pladser er blevet til 3 job"),
    (findings.funnel, (0, 3), {}, "3 job er kommet ud af tilbagetrukne tilsagn"),
    (findings.quarters, ([],), {}, "Intet er lovet, og ingen er ansat endnu"),
    (findings.quarters, (quarters((0, 0), (0, 0)),), {}, "Intet er lovet, og ingen er ansat endnu"),
    (findings.quarters, (quarters((-3, 0), (0, 0)),), {}, "Intet er lovet, og ingen er ansat endnu"),
    (
        findings.quarters,
        (quarters((4, 0), (9, 0)),),
        {},
        "Ingen ansættelser endnu; flest lovede pladser i 2. kvartal 2026",
    ),
    (findings.quarters, (quarters((4, 1)),), {}, "1 ansættelse i 1. kvartal 2026"),
    (findings.quarters, (quarters((4, 0), (0, 12)),), {}, "12 ansættelser i 2. kvartal 2026"),
    (findings.quarters, (quarters((4, 9), (0, 12)),), {}, "2. kvartal 2026 er det bedste hidtil: 12 ansættelser"),
    (findings.quarters, (quarters((4, 12), (0, 12)),), {}, "2. kvartal 2026 er på højde med det bedste: 12"),
    (findings.quarters, (quarters((4, 9), (0, 12), (0, 0)),), {}, "Flest ansættelser var i 2. kvartal 2026: 12"),
    (
        findings.quarters,
        (quarters((4, 12), (0, 12), (0, 0)),),
        {},
        "Flest ansættelser i et kvartal: 12, senest 2. kvartal 2026",
    ),
    (findings.quarters, (quarters((9, 0), (9, 0)),), {}, "Ingen ansættelser endnu; flest lovede i et kvartal: 9"),
    (findings.events, ([],), {}, "Der er ikke holdt arrangementer endnu"),
    (findings.events, ([Goal(12, None)],), {}, "1 arrangement har givet 12 lovede pladser"),
    (findings.events, ([Goal(12, None), Goal(0, None)],), {}, "2 arrangementer har givet 12 lovede pladser"),
    (findings.events, ([Goal(43, 50)],), {}, "43 af målets 50 pladser er lovet"),
    (findings.events, ([Goal(50, 50), Goal(3, None)],), {}, "Målet på 50 pladser er nået: 50"),
    (findings.events, ([Goal(0, 50), Goal(3, 20)],), {}, "Ingen af 2 arrangementer har nået målet"),
    (findings.events, ([Goal(60, 50), Goal(3, 20)],), {}, "1 af 2 arrangementer har nået målet"),
    (findings.events, ([Goal(60, 50), Goal(20, 20)],), {}, "Alle 2 arrangementer med et mål har nået det"),
    (findings.ladder, ({"more": 0, "same": 0, "fewer": 0},), {}, "Ingen er i job"),
    (findings.ladder, ({"more": 0, "same": 7, "fewer": 5},), {}, "Ingen af 12 har flere timer end i starten"),
    (findings.ladder, ({"more": 1234, "same": 7, "fewer": 0},), {}, "1.234 af 1.241 har flere timer end i starten"),
    (findings.ladder, ({"more": 9, "same": None, "fewer": None},), {}, "Tal, der er for små til at vises, er skjult"),
    (findings.hours, ({},), {}, "Ingen er i job"),
    (findings.hours, ({"5–9 timer": 0},), {}, "Ingen er i job"),
    (findings.hours, ({"5–9 timer": 3, "10–15 timer": 9},), {}, "Flest: 10–15 timer, 9 af 12"),
    (findings.hours, ({"5–9 timer": 3, "10–15 timer": 3},), {}, "6 i job; ingen gruppe er størst"),
    (findings.hours, ({"5–9 timer": None, "10–15 timer": 9},), {}, "Tal, der er for små til at vises, er skjult"),
    (findings.reasons, ({},), {}, "Ingen job er ophørt"),
    (findings.reasons, ({"Uddannelse": 1},), {}, "Oftest: Uddannelse, 1 af 1"),
    (findings.reasons, ({"Uddannelse": 1, "Flyttet": 1},), {}, "2 ophørt; ingen årsag er den hyppigste"),
    (
        findings.reasons,
        ({"Flere timer i en anden virksomhed": 12},),
        {},
        "Oftest: Flere timer i en anden virksomhed, 12 af 12",
    ),
    (findings.parts, ({},), {}, "Der er intet at fordele endnu"),
    (findings.parts, ({"Struer": 120, "Lemvig": 4},), {"others": 76}, "Flest i Struer: 120 af 200"),
    (findings.parts, ({"Struer": 4, "Lemvig": 4},), {}, "8 i alt; ingen del er størst"),
    (findings.parts, ({"Struer": None, "Lemvig": None},), {}, "Tal, der er for små til at vises, er skjult"),
    (findings.parts, ({LONG: 4},), {}, "Flest i Offentlig forvaltning og forsvar samt…: 4 af 4"),
    (findings.companies, ({},), {}, "Ingen virksomhed har lovet noget endnu"),
    (findings.companies, ({"Bang & Olufsen": 12, "Jysk": 3},), {}, "Flest fra Bang & Olufsen: 12 af 15"),
    (findings.companies, ({"B&O": 3, "Jysk": 3},), {}, "6 i alt; ingen virksomhed har flest"),
    (findings.employed, ({},), {}, "Ingen er begyndt for længe nok siden endnu"),
    (findings.employed, ({3: Employed(0, 0, 0, 0)},), {}, "Ingen er begyndt for længe nok siden endnu"),
    (
        findings.employed,
        ({3: Employed(60, 10, 0, 70), 6: Employed(39, 31, 0, 70), 12: Employed(0, 0, 0, 0)},),
        {},
        "39 af 70 er i job efter 6 måneder",
    ),
    (findings.employed, ({3: Employed(6, 1, 2, 9)},), {}, "Mindst 6 af 9 er i job efter 3 måneder"),
    (findings.employed, ({3: Employed(0, 9, 0, 9)},), {}, "0 af 9 er i job efter 3 måneder"),
    (findings.employed, ({3: None},), {}, "Tal, der er for små til at vises, er skjult"),
]


@pytest.mark.parametrize(("finding", "numbers", "more", "title"), CASES)
def test_a_title_states_the_finding_in_at_most_ten_words(
    finding: Callable[..., str], numbers: tuple[Any, ...], more: dict[str, Any], title: str
) -> None:
    with use_language("da", "dashboard"):
        assert finding(*numbers, **more) == title
    with use_language("en", "dashboard"):
        english = finding(*numbers, **more)
    for words in (title, english):
        assert len(words.split()) <= MOST_WORDS, words
    assert english != title
