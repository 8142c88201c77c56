"""The columns of an import of hires, other names for them, and the words that their cells may hold.

One line is one hire, with all steps of its hours ladder.

| column                   | must | holds                                                                           |
|--------------------------|------|---------------------------------------------------------------------------------|
| `virksomhed`             | yes  | the company's name; may be empty where `tilsagn` says it                        |
| `startdato`              | yes  | the first day                                                                   |
| `betalte timer`          | yes  | paid hours a week from the first day, with a decimal comma; may be empty or 0   |
| `praktiktimer`           |      | praktik hours a week from the first day                                         |
| `kontaktperson`          | yes  | the municipality's fixed contact, whom employer and employee can ring           |
| `telefon`, `e-mail`      |      | how                                                                             |
| `jobtype`                |      | of the first step; left out: the pledge's, or else småjob; praktik without pay  |
| `trin 2 fra`             |      | the first day of the second step, and so on up to `trin 9`                      |
| `trin 2 betalte timer`   |      | its paid hours                                                                  |
| `trin 2 praktiktimer`    |      | its praktik hours                                                               |
| `trin 2 jobtype`         |      | its job type; left out: as before, but paid hours after a praktik are a småjob  |
| `slutdato`               |      | the last day in the job, if it has ended                                        |
| `slutårsag`              |      | why: words or codes of `END_REASONS`                                            |
| `tilsagn`                |      | the id of the pledge whose first vacant position the hire fills                 |
| `cvr`, `p-nummer`, `kommune` |  | of the company                                                                  |
| `reference`              |      | the line's name in the books it comes from; no two lines have the same          |

A line is recognised by its reference, or without one by its content and the number of equal lines before it.
"""

from __future__ import annotations

import functools
import re
from types import MappingProxyType
from typing import Final

from services.pledges.imports.layout import Layout
from services.pledges.pledges.typed_words import TypedWords
from shared.fields.text import text_key
from shared.i18n.translations import LANGUAGES, use_language
from shared.i18n.translations import gettext as _
from shared.product.vocabulary import END_REASONS

LATER_STEPS: Final = range(2, 10)
"""The numbers of the steps after the first one."""
_OF_STEP: Final = ("fra", "betalte timer", "praktiktimer", "jobtype")


def step_column(number: int, what: str) -> str:
    """Return the column of a later step: `trin 2 fra`."""
    return f"trin {number} {what}"


def _columns_of_steps(numbers: range) -> tuple[str, ...]:
    return tuple(step_column(number, what) for number in numbers for what in _OF_STEP)


_BEFORE_STEPS: Final = (
    "virksomhed",
    "cvr",
    "p-nummer",
    "kommune",
    "tilsagn",
    "jobtype",
    "startdato",
    "betalte timer",
    "praktiktimer",
)
_AFTER_STEPS: Final = ("slutdato", "slutårsag", "kontaktperson", "telefon", "e-mail", "reference")

TEMPLATE: Final = (*_BEFORE_STEPS, *_columns_of_steps(range(2, 4)), *_AFTER_STEPS)
"""The columns of the file that can be downloaded. A list may have more steps."""

_OTHER_NAMES: Final = {
    "virksomhedens navn": "virksomhed",
    "firma": "virksomhed",
    "company": "virksomhed",
    "cvr-nummer": "cvr",
    "cvr nummer": "cvr",
    "pnummer": "p-nummer",
    "p nummer": "p-nummer",
    "kommunekode": "kommune",
    "municipality": "kommune",
    "tilsagn id": "tilsagn",
    "tilsagns-id": "tilsagn",
    "småjob-tilsagn": "tilsagn",
    "pledge": "tilsagn",
    "pledge id": "tilsagn",
    "type": "jobtype",
    "job type": "jobtype",
    "start": "startdato",
    "første dag": "startdato",
    "start date": "startdato",
    "timer": "betalte timer",
    "timer om ugen": "betalte timer",
    "løntimer": "betalte timer",
    "paid hours": "betalte timer",
    "paid weekly hours": "betalte timer",
    "hours": "betalte timer",
    "praktik timer": "praktiktimer",
    "praktik hours": "praktiktimer",
    "praktik weekly hours": "praktiktimer",
    "sidste dag": "slutdato",
    "end date": "slutdato",
    "last day": "slutdato",
    "årsag": "slutårsag",
    "sluttet fordi": "slutårsag",
    "end reason": "slutårsag",
    "kontakt": "kontaktperson",
    "contact": "kontaktperson",
    "contact person": "kontaktperson",
    "tlf": "telefon",
    "phone": "telefon",
    "mail": "e-mail",
    "email": "e-mail",
    "e mail": "e-mail",
    "sag": "reference",
    "sagsnummer": "reference",
    "case": "reference",
}
_OTHER_NAMES_OF_STEP: Final = {
    "from": "fra",
    "timer": "betalte timer",
    "paid hours": "betalte timer",
    "praktik hours": "praktiktimer",
    "type": "jobtype",
    "job type": "jobtype",
}
_HOURS: Final = "timer fra"
_KINDS_OF_STEP: Final = {"fra": "dato", "betalte timer": _HOURS, "praktiktimer": _HOURS, "jobtype": "type"}

HIRES: Final = Layout(
    columns=(*_BEFORE_STEPS, *_columns_of_steps(LATER_STEPS), *_AFTER_STEPS),
    required=("virksomhed", "startdato", "betalte timer", "kontaktperson"),
    other_names=MappingProxyType(
        _OTHER_NAMES
        | {
            f"{step} {number} {other}": step_column(number, what)
            for number in LATER_STEPS
            for step in ("trin", "step")
            for other, what in ({what: what for what in _OF_STEP} | _OTHER_NAMES_OF_STEP).items()
        }
    ),
    kinds=MappingProxyType(
        {"startdato": "dato", "slutdato": "dato", "betalte timer": _HOURS, "praktiktimer": _HOURS, "jobtype": "type"}
        | {step_column(number, what): kind for number in LATER_STEPS for what, kind in _KINDS_OF_STEP.items()}
    ),
)
"""A list of hires."""

_POINTERS: Final = MappingProxyType(
    {
        "/pledge_id": "tilsagn",
        "/company/cvr": "cvr",
        "/company/p_number": "p-nummer",
        "/company/municipality": "kommune",
        "/company": "virksomhed",
        "/start_date": "startdato",
        "/job_type": "jobtype",
        "/weekly_hours": "betalte timer",
        "/paid_weekly_hours": "betalte timer",
        "/contact_person/phone": "telefon",
        "/contact_person/email": "e-mail",
        "/contact_person": "kontaktperson",
        "/ended_on": "slutdato",
        "/end_reason": "slutårsag",
    }
)
_OF_STEP_BY_FIELD: Final = MappingProxyType(
    {
        "from": "fra",
        "paid_weekly_hours": "betalte timer",
        "praktik_weekly_hours": "praktiktimer",
        "job_type": "jobtype",
    }
)
_STEP_POINTER: Final = re.compile(r"/steps/([0-9]{1,2})/(\w+)")


def column_of(pointer: str, numbers: tuple[int, ...]) -> str:
    """Return the column behind a field of the API's body; empty where there is none.

    Args:
        numbers: of the line's steps after the first one.
    """
    found = _STEP_POINTER.match(pointer)
    if found and (what := _OF_STEP_BY_FIELD.get(found[2])):
        index = int(found[1])
        if index:
            return step_column(numbers[index - 1], what)
        return "startdato" if what == "fra" else what
    if pointer.startswith("/steps"):
        return step_column(numbers[0], "fra") if numbers else "startdato"
    return next((column for prefix, column in _POINTERS.items() if pointer.startswith(prefix)), "")


_REASON_SYNONYMS: Final = MappingProxyType(
    {
        "flere timer": "more_hours_elsewhere",
        "flere timer andetsteds": "more_hours_elsewhere",
        "ordinært job": "ordinary_job",
        "ordinært arbejde": "ordinary_job",
        "uddannelse": "education",
        "arbejdsgiver": "employer",
        "virksomheden": "employer",
        "opsagt": "employer",
        "borger": "participant",
        "borgeren": "participant",
        "medarbejderen": "participant",
        "helbred": "health",
        "sygdom": "health",
        "flyttet": "moved",
        "flytning": "moved",
        "andet": "other",
        "anden årsag": "other",
    }
)
"""Reasons as lists name them, besides their labels and codes."""


@functools.cache
def end_reason_words() -> TypedWords:
    """Return the words for the reasons why a hire has ended."""
    words = {text_key(code): code for code in END_REASONS}
    for language in LANGUAGES:
        with use_language(language, "pledges"):
            words |= {text_key(_(label)): code for code, label in END_REASONS.items()}
    return TypedWords(words | _REASON_SYNONYMS)
