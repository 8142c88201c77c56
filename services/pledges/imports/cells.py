"""Single cells as spreadsheets write them: days, identifiers made of digits, and placeholders. No I/O."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from shared.fields.dates import iso_date
from shared.fields.text import drop_invisible
from shared.i18n.translations import gettext as _

_ERROR_VALUE: Final = re.compile(
    r"#¡?\w[\w/ ]{0,20}[!?]|#(?:i/t|n/?a|nv|hent\w*|getting_data)|(?:err|fejl):\d{3}", re.IGNORECASE
)
_TOO_NARROW: Final = re.compile(r"#{2,}")
_EMPTY_WORDS: Final = re.compile(
    r"(null|\(null\)|\[null\]|none|n/a|i/t|<na>|undefined|\[object object\])( \1)*", re.IGNORECASE
)
# "Nan" is also a given name.
_NOT_A_NUMBER: Final = frozenset({"nan", "NaN", "NAN", "NaT"})
_EMPTY_SIGNS: Final = re.compile(r"[-–—−_.?…/*]+")
_ZERO: Final = re.compile(r"0+(?:[.,]0+)?")
_MAY_BE_ZERO: Final = frozenset({"pladser", "timer fra", "timer til", "dato", "tidligst start", "reference"})
"""Numbers and days have rules of their own, and lines may be numbered from 0."""

_SHORT_COLUMNS: Final = frozenset({"dato", "tidligst start", "pladser", "timer fra", "timer til", "kommune"})
_DIGIT_COLUMNS: Final = frozenset({"telefon", "cvr", "p-nummer", "kommune"})
_IDENTIFIER_COLUMNS: Final = _DIGIT_COLUMNS | {"reference"}
_SHORTENED: Final = re.compile(r"[0-9](?:[.,][0-9]+)?E\+[0-9]{2,}", re.IGNORECASE)
_WITH_DECIMALS: Final = re.compile(r"((?:DK ?)?[0-9][0-9. ]*),0+|((?:DK ?)?[0-9]+)\.0{1,2}", re.IGNORECASE)

_GUARDED: Final = re.compile(r"'[=+\-@]")
_LOST_LETTER: Final = re.compile(r"[^\W\d_]\?[^\W\d_]")

_MIDNIGHT: Final = re.compile(r"[ T]0{1,2}[:.]00(?:[:.]00(?:[.,]0+)?)?$")
_SHORT_YEAR: Final = re.compile(r"([0-9]{1,2})[-./ ]([0-9]{1,2})[-./ ]([0-9]{2})")
# The days of 2000 to 2099, counted from 30 December 1899.
_DAY_NUMBER: Final = re.compile(r"(?:3[6-9]|[4-6][0-9]|7[0-2])[0-9]{3}(?:[.,][0-9]+)?")


def placeholder_error(column: str, cell: str) -> str | None:
    """Return the error of a cell that contains no data, in the current language; None for any other.

    That is an error value of Excel or LibreOffice, a placeholder for an empty cell, or a number that lost digits.
    """
    if _TOO_NARROW.fullmatch(cell):
        return _("The column was too narrow when the file was saved. Make it wider, and save the file again.")
    if _ERROR_VALUE.fullmatch(cell):
        return _("Is an error value of the spreadsheet. Correct the cell there.")
    if (
        _EMPTY_WORDS.fullmatch(cell)
        or cell in _NOT_A_NUMBER
        or _EMPTY_SIGNS.fullmatch(cell)
        or (column not in _MAY_BE_ZERO and _ZERO.fullmatch(cell))
    ):
        return _("Stands for nothing. Fill in the cell, or leave it empty.")
    if column in _IDENTIFIER_COLUMNS and _SHORTENED.fullmatch(cell):
        return _(
            "The spreadsheet has shortened this number, so digits are lost. Make the column a column of text, and type"
            " the number again."
        )
    return None


def visible_part(column: str, cell: str) -> str:
    """Return a day, a number or a municipality without the invisible characters of a copied one; other cells as they
    are."""
    return drop_invisible(cell) if column in _SHORT_COLUMNS else cell


def without_decimals(column: str, cell: str) -> str:
    """Return a telephone, CVR or P-number or a municipality without the decimals that a column of numbers gave it."""
    found = _WITH_DECIMALS.fullmatch(cell) if column in _DIGIT_COLUMNS else None
    return (found[1] or found[2]) if found else cell


def as_typed(cell: str) -> str:
    """Return a cell without the apostrophe by which a file of errors keeps a text from being a formula."""
    return cell[1:] if _GUARDED.match(cell) else cell


def may_have_lost_letters(cell: str) -> bool:
    """Whether a name has a question mark inside a word (`S?nderb?k`): a letter that could not be encoded."""
    return _LOST_LETTER.search(cell) is not None


def without_midnight(cell: str) -> str:
    """Return a day without the time 00:00:00 that spreadsheets add; anything else unchanged."""
    return _MIDNIGHT.sub("", cell)


def day_with_short_year(cell: str) -> date | None:
    """Return the day of `31-12-26`, in this century; None for anything else."""
    found = _SHORT_YEAR.fullmatch(cell)
    if found is None:
        return None
    day, month, year = found.groups()
    try:
        return date.fromisoformat(iso_date(f"{day}-{month}-20{year}"))
    except ValueError:
        return None


def is_day_number(cell: str) -> bool:
    """Whether a cell holds the number by which spreadsheets store a day (46329 for 3 November 2026)."""
    return _DAY_NUMBER.fullmatch(cell) is not None
