"""The columns of an import, other names for them, and the words that their cells may hold.

The first line of the file names the columns, in any order; columns with other names are ignored.

| column             | must | holds                                                                        |
|--------------------|------|------------------------------------------------------------------------------|
| `virksomhed`       | yes  | the company's name                                                           |
| `dato`             | yes  | the day of the pledge: `dd-mm-åååå`, `dd.mm.åååå`, `åååå-mm-dd`, `dd-mm-åå`  |
| `pladser`          | yes  | how many positions                                                           |
| `timer fra`        | yes  | hours a week at least, with a decimal comma                                  |
| `timer til`        |      | hours a week at most; left out: as many as `timer fra`                       |
| `kontaktperson`    | yes  | whom to ring                                                                 |
| `telefon`, `e-mail`|      | how                                                                          |
| `type`             |      | småjob (when left out), praktik, løntilskud, fleksjob, ordinær, træning      |
| `opgaver`          |      | tasks of the catalogue, in Danish, English or as codes, separated by commas  |
| `arrangement`      |      | the event's title or id; the event has to be known                           |
| `cvr`, `p-nummer`  |      | of the company; a wrong CVR number is taken and flagged                      |
| `kommune`          |      | four-digit code; `671` is `0671`, as Excel eats the zero                     |
| `tidligst start`   |      | a day                                                                        |
| `reference`        |      | the line's name in the books it comes from; no two lines have the same       |

A line's id follows from its reference, or without one from its content and the number of equal lines before it
(`contents`). So the same file again changes nothing. A line with a known reference and other content is refused: an
import never changes a pledge. Nothing that looks like a CPR number is accepted in any column, except P-numbers.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from services.pledges.imports.layout import Layout
from services.pledges.pledges.typed_words import job_type_words
from services.pledges.register.domain import name_key

if TYPE_CHECKING:
    from services.pledges.pledges.typed_words import TypedWords

COLUMNS: Final = (
    "virksomhed",
    "cvr",
    "p-nummer",
    "kommune",
    "arrangement",
    "dato",
    "type",
    "pladser",
    "timer fra",
    "timer til",
    "opgaver",
    "kontaktperson",
    "telefon",
    "e-mail",
    "tidligst start",
    "reference",
)
"""In the order of the template that can be downloaded."""

REQUIRED: Final = ("virksomhed", "dato", "pladser", "timer fra", "kontaktperson")

_OTHER_NAMES: Final = MappingProxyType(
    {
        "virksomhedens navn": "virksomhed",
        "firma": "virksomhed",
        "company": "virksomhed",
        "cvr-nummer": "cvr",
        "cvr nummer": "cvr",
        "pnummer": "p-nummer",
        "p nummer": "p-nummer",
        "kommunekode": "kommune",
        "municipality": "kommune",
        "event": "arrangement",
        "tilsagnsdato": "dato",
        "date": "dato",
        "jobtype": "type",
        "job type": "type",
        "antal": "pladser",
        "antal pladser": "pladser",
        "positions": "pladser",
        "timer": "timer fra",
        "hours from": "timer fra",
        "hours to": "timer til",
        "tasks": "opgaver",
        "kontakt": "kontaktperson",
        "contact": "kontaktperson",
        "tlf": "telefon",
        "phone": "telefon",
        "mail": "e-mail",
        "email": "e-mail",
        "e mail": "e-mail",
        "earliest start": "tidligst start",
    }
)

_POINTERS: Final = MappingProxyType(
    {
        "/company/cvr": "cvr",
        "/company/p_number": "p-nummer",
        "/company/municipality": "kommune",
        "/company": "virksomhed",
        "/event_id": "arrangement",
        "/captured_at": "dato",
        "/job_type": "type",
        "/positions": "pladser",
        "/weekly_hours/to": "timer til",
        "/weekly_hours": "timer fra",
        "/tasks": "opgaver",
        "/contact/phone": "telefon",
        "/contact/email": "e-mail",
        "/contact": "kontaktperson",
        "/earliest_start": "tidligst start",
    }
)


PLEDGES: Final = Layout(COLUMNS, REQUIRED, _OTHER_NAMES)
"""A list of pledges."""


def column_of(pointer: str) -> str:
    """Return the column behind a field of the API's body; empty where there is none."""
    return next((column for prefix, column in _POINTERS.items() if pointer.startswith(prefix)), "")


def job_type_code(typed: str) -> str:
    """Return the job type that was typed in Danish, English or as its code; anything else in lower case."""
    return job_type_words().exact(typed) or name_key(typed)


def task_code(typed: str, words: TypedWords) -> str:
    """Return the task that was typed in Danish, English or as its code; anything else in lower case."""
    return words.exact(typed) or name_key(typed)
