"""The columns of an import of participants, other names for them, and the words that their cells may hold.

One line is one participant. A line is recognised by its case reference within the importer's municipality: the same
file again changes nothing. What a cell says replaces what was known; an empty cell leaves it as it is, because unknown
is no answer.

| column          | must | holds                                                                              |
|-----------------|------|------------------------------------------------------------------------------------|
| `sagsnummer`    | yes  | the municipality's own case reference; never a CPR number                          |
| `kommune`       |      | four-digit code; a line of another municipality than the importer's is refused     |
| `målgruppe`     |      | a code of the taskforce's target groups, such as 6.2                               |
| `målgruppe fra` |      | the first day on which it holds; left out: today                                   |
| `indsats`       |      | the programme: words or codes of `PROGRAMMES`                                      |
| `ledig fra`     |      | the first day on which they can work                                               |
| `timer fra`     |      | hours a week at least, with a decimal comma                                        |
| `timer til`     |      | hours a week at most; one of the two is enough                                     |
| `dage`          |      | weekdays: `man, ons, fre`, `man-fre`, or 1 for Monday to 7 for Sunday              |
| `afstand`       |      | km from the municipality's main town; 0: only within the municipality              |
| `transport`     |      | til fods, cykel, bus eller tog, bil, or bliver kørt                                |
| `jobtyper`      |      | the kinds of job that they look for, separated by commas                           |
| `kan`, `vil gerne`, `kan ikke` | | tasks of the catalogue, in Danish, English or as codes, separated by commas |

Nothing that looks like a CPR number is accepted in any column, whatever its name.
"""

from __future__ import annotations

import functools
import re
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from services.pledges.imports.layout import OF_PAGE, Layout
from services.pledges.participants.words import TRANSPORTS, WEEKDAYS
from services.pledges.pledges.typed_words import TypedWords
from shared.fields.text import text_key
from shared.i18n.translations import LANGUAGES, use_language
from shared.i18n.translations import gettext as _
from shared.product.vocabulary import PROGRAMMES

if TYPE_CHECKING:
    from collections.abc import Mapping

COLUMNS: Final = (
    "sagsnummer",
    "kommune",
    "målgruppe",
    "målgruppe fra",
    "indsats",
    "ledig fra",
    "timer fra",
    "timer til",
    "dage",
    "afstand",
    "transport",
    "jobtyper",
    "kan",
    "vil gerne",
    "kan ikke",
)

PARTICIPANTS: Final = Layout(
    columns=COLUMNS,
    required=("sagsnummer",),
    other_names=MappingProxyType(
        {
            "sag": "sagsnummer",
            "sagsnr": "sagsnummer",
            "sagsnr.": "sagsnummer",
            "sags-id": "sagsnummer",
            "reference": "sagsnummer",
            "case reference": "sagsnummer",
            "kommunekode": "kommune",
            "municipality": "kommune",
            "målgruppekode": "målgruppe",
            "target group": "målgruppe",
            "i målgruppen fra": "målgruppe fra",
            "target group from": "målgruppe fra",
            "program": "indsats",
            "programme": "indsats",
            "kan starte": "ledig fra",
            "til rådighed fra": "ledig fra",
            "available from": "ledig fra",
            "timer": "timer fra",
            "hours from": "timer fra",
            "hours to": "timer til",
            "ugedage": "dage",
            "weekdays": "dage",
            "afstand km": "afstand",
            "afstand (km)": "afstand",
            "km": "afstand",
            "distance": "afstand",
            "jobtype": "jobtyper",
            "job types": "jobtyper",
            "opgaver kan": "kan",
            "can": "kan",
            "ønsker": "vil gerne",
            "want": "vil gerne",
            "cannot": "kan ikke",
        }
    ),
    kinds=MappingProxyType(
        {
            "sagsnummer": "reference",
            "målgruppe fra": "dato",
            "ledig fra": "dato",
            "timer til": "timer fra",
            # A whole number, which may be 0.
            "afstand": "pladser",
        }
    ),
    may_look_like_cpr=frozenset(),
)
"""A list of participants."""
LIMITS: Final = replace(OF_PAGE, lines=10_000)
"""How large a list may be."""

_POINTERS: Final = MappingProxyType(
    {
        "/case_reference": "sagsnummer",
        "/programme": "indsats",
        "/availability/available_from": "ledig fra",
        "/availability/weekly_hours/to": "timer til",
        "/availability/weekly_hours": "timer fra",
        "/availability/weekdays": "dage",
        "/availability/max_distance_km": "afstand",
        "/availability/transport": "transport",
        "/availability/job_types": "jobtyper",
        "/tasks/can": "kan",
        "/tasks/want": "vil gerne",
        "/tasks/cannot": "kan ikke",
        "/target_group": "målgruppe",
    }
)


def column_of(pointer: str) -> str:
    """Return the column behind a field of the API's body; empty where there is none."""
    return next((column for prefix, column in _POINTERS.items() if pointer.startswith(prefix)), "")


def _words(labels: Mapping[Any, str], synonyms: Mapping[str, str]) -> TypedWords:
    words = {text_key(str(code)): str(code) for code in labels}
    for language in LANGUAGES:
        with use_language(language, "pledges"):
            words |= {text_key(_(label)): str(code) for code, label in labels.items()}
    return TypedWords(words | {text_key(word): code for word, code in synonyms.items()})


@functools.cache
def transport_words() -> TypedWords:
    """Return the words for how somebody gets to work."""
    return _words(
        TRANSPORTS,
        {
            "gå": "walk",
            "går": "walk",
            "gang": "walk",
            "til fods": "walk",
            "cykel": "bicycle",
            "på cykel": "bicycle",
            "bus": "public",
            "tog": "public",
            "bus og tog": "public",
            "offentlig": "public",
            "offentlig transport": "public",
            "kollektiv": "public",
            "kollektiv trafik": "public",
            "bil": "car",
            "egen bil": "car",
            "samkørsel": "lift",
            "bliver kørt": "lift",
        },
    )


@functools.cache
def programme_words() -> TypedWords:
    """Return the words for programmes."""
    return _words(PROGRAMMES, {"småjobindsats": "smaajob_effort", "netværk": "job_network"})


@functools.cache
def _weekday_words() -> TypedWords:
    words = _words(WEEKDAYS, {})
    # Their first three letters, too: `man`, `tir`, `Mon`.
    return TypedWords({word[:3]: code for word, code in words.codes.items() if not word.isdigit()} | dict(words.codes))


_RANGE: Final = re.compile(r"\s*(?:-|–|\btil\b|\bto\b)\s*")
_BETWEEN: Final = re.compile(r"[,;/|\s]+(?:(?:og|and)\s+)?")
_GROUPS: Final = MappingProxyType(
    {
        "hverdage": range(1, 6),
        "alle hverdage": range(1, 6),
        "weekdays": range(1, 6),
        "weekend": range(6, 8),
        "alle dage": range(1, 8),
        "alle": range(1, 8),
        "every day": range(1, 8),
    }
)


def weekdays_of(typed: str) -> list[int] | None:
    """Return the weekdays of a cell, 1 for Monday; None where one cannot be read."""
    key = text_key(typed)
    if key in _GROUPS:
        return list(_GROUPS[key])
    found: set[int] = set()
    for part in _BETWEEN.split(_RANGE.sub("-", key)):
        ends = [_weekday_words().exact(word.strip(".")) for word in part.split("-")]
        days = [int(end) for end in ends if end is not None]
        if len(days) != len(ends) or len(days) > 2 or days != sorted(days):
            return None
        found.update(range(days[0], days[-1] + 1))
    return sorted(found)
