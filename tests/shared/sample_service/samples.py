"""Sample data for the pages, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shared.i18n.translations import current_language
from shared.ui.charts import Bar, Period, Step, bar_chart, column_chart, funnel_chart
from shared.ui.charts.palette import PROMISED, REAL
from shared.ui.forms import Form

if TYPE_CHECKING:
    from markupsafe import Markup


def say(danish: str, english: str) -> str:
    """The sample service's own words; they are in no catalog."""
    return danish if current_language() == "da" else english


def choices() -> dict[str, Any]:
    """Options of the fields."""
    return {
        "tasks": [
            (
                say("Butik og lager", "Shop and warehouse"),
                [
                    ("stock", say("Vareopfyldning", "Stocking shelves")),
                    ("pack", say("Pakkeopgaver", "Packing")),
                    ("pallets", say("Lager og palleflyt", "Warehouse and pallets")),
                ],
            ),
            (
                say("Rent og ryddeligt", "Clean and tidy"),
                [
                    ("tidy", say("Oprydning", "Tidying up")),
                    ("clean", say("Let rengøring", "Light cleaning")),
                    ("dishes", say("Opvask og køkkenhjælp", "Washing up and kitchen help")),
                    ("waste", say("Affaldssortering", "Sorting waste")),
                ],
            ),
            (
                say("Ude", "Outdoors"),
                [("green", say("Grønne områder", "Green areas")), ("snow", say("Snerydning", "Clearing snow"))],
            ),
        ],
        "types": [
            ("smaajob", say("Småjob", "Småjob"), say("Almindelig løn, få timer", "Ordinary pay, few hours")),
            ("praktik", say("Praktik", "Work trial"), say("Ulønnet", "Unpaid")),
        ],
        "hours": [(5, "5"), (10, "10"), (15, "15"), (20, "20")],
        "municipalities": [("0671", "Struer"), ("0756", "Ikast-Brande"), ("0630", "Vejle")],
    }


def intake_form(*, wrong: bool = False) -> Form[Any]:
    """A form, filled in correctly or not."""
    values = {
        "company": "B&O <Struer>",
        "positions": 3,
        "hours": "10",
        "tasks": ["stock", "dishes"],
        "type": "smaajob",
        "municipality": "0671",
    }
    errors = {
        "company": say("Skal udfyldes.", "Must be filled in."),
        "hours": say("Skal være mindst 1.", "Must be at least 1."),
    }
    return Form(values, errors if wrong else {})


def charts(level: int = 3) -> dict[str, Markup]:
    """One of each."""
    quarters = [
        f"{number}. kvartal {year}" if current_language() == "da" else f"Q{number} {year}"
        for year in (2024, 2025)
        for number in (1, 2, 3, 4)
    ]
    short = [
        f"{number}. kv. {str(year)[2:]}" if current_language() == "da" else f"Q{number} {str(year)[2:]}"
        for year in (2024, 2025)
        for number in (1, 2, 3, 4)
    ]
    events = [
        (say("Erhvervsaften hos B&O", "Business evening at B&O"), 50, 60),
        (say("Netværksmøde i Thyholm", "Network meeting in Thyholm"), 12, 10),
        (say("Taskforcemøde i kulturhuset ved havnen", "Taskforce meeting at the harbour culture house"), 7, None),
        (say("Uden arrangement", "Without an event"), 127, None),
    ]
    return {
        "bars": bar_chart(
            "by-event",
            say("Tilsagte pladser pr. arrangement", "Pledged positions by event"),
            [Bar(label, value, f"/events/{at}", goal) for at, (label, value, goal) in enumerate(events)],
            columns=(say("Arrangement", "Event"), say("Pladser", "Positions")),
            intro=say("Stregen viser aftenens mål.", "The tick shows the evening's goal."),
            series=PROMISED,
            level=level,
        ),
        "funnel": funnel_chart(
            "funnel",
            say("Fra tilsagn til job", "From pledge to job"),
            [
                Step(say("Tilsagt", "Pledged"), 196, "/pledges", series=PROMISED),
                Step(
                    say("Bekræftet af virksomheden", "Affirmed by the company"),
                    171,
                    "/pledges?status=affirmed",
                    series=PROMISED,
                ),
                Step(say("Matchet", "Matched"), 120, "/queue?state=matched"),
                Step(say("Ansat", "Hired"), 96, "/hires"),
                Step(say("Stadig ansat efter 6 måneder", "Still employed after 6 months"), 70, "/hires?checkpoint=6"),
            ],
            columns=(say("Trin", "Step"), say("Pladser", "Positions")),
            level=level,
        ),
        "columns": column_chart(
            "by-quarter",
            say("Tilsagt og ansat", "Pledged and hired"),
            [
                Period(quarter, tuple(values), f"/pledges?quarter={at}", short[at])
                for at, (quarter, *values) in enumerate(
                    zip(quarters, [20, 34, 28, 41, 50, 47, 66, 61], [4, 12, 19, 22, 31, 36, 40, 52], strict=True)
                )
            ],
            [say("Tilsagt", "Pledged"), say("Ansat", "Hired")],
            column=say("Kvartal", "Quarter"),
            series=[PROMISED, REAL],
            level=level,
        ),
        "empty": bar_chart("nothing", say("Endnu ingenting", "Nothing yet"), [], columns=("", "")),
    }
