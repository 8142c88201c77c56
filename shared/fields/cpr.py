"""Danish civil registration (CPR) numbers are never stored: everything that looks like one is refused.

The shape is a date `ddmmyy` or `ddmmyyyy` and four digits, with up to three separators of any kind in between; in a
replacement number (erstatningspersonnummer) 60 is added to the day. Invisible characters and the digits of other
scripts hide nothing. The modulus 11 check is left out: numbers issued since 2007 may fail it (source: CPR-kontoret,
"Personnumre uden kontrolciffer").

Identifiers are no CPR numbers, whatever digits they have by chance: UUIDs, hexadecimal digests, moments in ISO 8601.

Text in a JSON body has one of the types of `shared.fields.text` or calls `refuse_cpr`. Forms, import cells and the
names of uploaded files are searched where they are read (`shared.ui.forms`, `services.pledges.imports`), and log lines
are masked (`shared.logging`). A field that may look like a CPR number is marked with `MayLookLikeCpr`.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, get_args

from pydantic import BaseModel
from pydantic_core import PydanticCustomError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SEPARATORS: Final = r"[\W_]{0,3}"
# Behind a dash only: without one, it is also a telephone number and what follows it.
_SERIAL_IN_PAIRS: Final = r"\s?[-\u2010-\u2015\u2212/]\s?\d\d\s\d\d(?!\s?\d)"
# Looked for ahead, so that digits which only begin like a date hide nothing behind them.
_SHAPE = re.compile(
    r"(?<!\d)(?="
    rf"(?P<day>[06][1-9]|[1278]\d|[39][01]){_SEPARATORS}(?P<month>0[1-9]|1[0-2]){_SEPARATORS}"
    rf"(?:(?:1[89]|20)\d\d|\d\d)(?:{_SEPARATORS}\d{{4}}(?!\d)|{_SERIAL_IN_PAIRS})(?P<end>))"
)
_REPLACEMENT: Final = 60
_CPR_DIGITS: Final = 10
# What has a date and four digits by chance. In the text of a person only what is surely an identifier: a UUID, or a
# digest of at least 128 bits; and a moment in ISO 8601, with its fraction and offset.
_UUID: Final = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_MOMENT: Final = r"\d{4}-\d\d-\d\d[T ][0-2]\d:[0-5]\d(?::[0-6]\d(?:[.,]\d+)?)?Z?(?:[+-][01]\d:?[0-5]\d)?"
_IDENTIFIER = re.compile(rf"(?<![0-9A-Za-z])(?:{_UUID}|(?=[0-9]*[a-fA-F])[0-9a-fA-F]{{32,}}|{_MOMENT})(?![0-9A-Za-z])")
# In a log line also the ids of spans, and addresses with their port.
_LOGGED_IDENTIFIER = re.compile(
    rf"(?<![0-9A-Za-z])(?:{_UUID}|(?=[0-9]*[a-f])[0-9a-f]{{16,}}|(?:\d{{1,3}}\.){{3}}\d{{1,3}}:\d{{1,5}}|{_MOMENT})"
    r"(?![0-9A-Za-z])"
)
_NO_DIGIT = re.compile(r"\D+")
# Neither ASCII nor a letter with a shape: maybe an invisible character, or a digit of another script.
_UNUSUAL = re.compile(r"[^\x00-\x7f](?<![^\W\d_\u115f\u1160\u3164\uffa0])")
_INVISIBLE_CATEGORIES: Final = frozenset({"Cf", "Mn", "Me"})
_INVISIBLE_LETTERS: Final = frozenset("\u115f\u1160\u3164\uffa0")
"""The fillers of Hangul: letters without a shape."""
_MASK: Final = "[CPR?]"


@dataclass(frozen=True, slots=True)
class MayLookLikeCpr:
    """Marks a text that is not searched: `Annotated[str, MayLookLikeCpr("a P-number has ten digits")]`."""

    why: str


def contains_cpr_shape(text: str) -> bool:
    """Whether `text` holds something shaped like a CPR number: a possible date, then four digits.

    Ten digits whose first six are no date (most P-numbers, phone numbers with country code) are not, nor are
    identifiers.
    """
    return next(_spans(text, _IDENTIFIER), None) is not None


def mask_cpr(text: str) -> str:
    """Return `text` with `[CPR?]` for what is shaped like a CPR number, but within identifiers (UUIDs, traces)."""
    kept, end = [], 0
    for first, last in _spans(text, _LOGGED_IDENTIFIER):
        if first >= end:
            kept += [text[end:first], _MASK]
            end = last
    return "".join([*kept, text[end:]]) if kept else text


def _spans(text: str, identifier: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """Yield where `text` holds the shape of a CPR number outside identifiers."""
    if text.isascii():
        if _SHAPE.search(text):
            yield from _dates(_without(identifier, text))
        return
    # Cheap, and enough for almost every text.
    normalized = unicodedata.normalize("NFKC", text)
    if len(_NO_DIGIT.sub("", normalized)) < _CPR_DIGITS:
        return
    if not _UNUSUAL.search(normalized) and not _SHAPE.search(normalized):
        return
    plain, places = _plain(text)
    for first, last in _dates(_without(identifier, plain)):
        yield places[first], places[last - 1] + 1


def _plain(text: str) -> tuple[str, list[int]]:
    """Return `text` with the digits of all scripts as ASCII and without invisible characters, and where each of its
    characters was."""
    kept: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        if char.isascii():
            kept.append(char)
            places.append(place)
            continue
        if unicodedata.category(char) in _INVISIBLE_CATEGORIES or char in _INVISIBLE_LETTERS:
            continue
        for one in unicodedata.normalize("NFKC", char):
            kept.append(str(unicodedata.decimal(one, one)))
            places.append(place)
    return "".join(kept), places


def _without(identifier: re.Pattern[str], text: str) -> str:
    """Return `text` with a letter for each character of an identifier."""
    return identifier.sub(lambda found: "x" * len(found[0]), text)


def _dates(text: str) -> Iterator[tuple[int, int]]:
    for found in _SHAPE.finditer(text):
        day, month = int(found["day"]), int(found["month"])
        # 2000 is a leap year: 29 February is allowed for every two-digit year.
        if (day - _REPLACEMENT if day > _REPLACEMENT else day) <= calendar.monthrange(2000, month)[1]:
            yield found.start(), found.end("end")


def refuse_cpr(text: str) -> str:
    """Return `text`; raise the validation error `cpr_shape` where it holds something like a CPR number."""
    if contains_cpr_shape(text):
        raise PydanticCustomError("cpr_shape", "Looks like a CPR number (a date and four digits); please leave it out")
    return text


def fields_like_cpr(model: BaseModel, prefix: str = "") -> Iterator[str]:
    """Yield the dotted name of each text in `model` that looks like a CPR number and is not marked that it may."""
    for name, field in type(model).model_fields.items():
        if not may_look_like_cpr(field.annotation, field.metadata):
            yield from _texts_like_cpr(getattr(model, name), f"{prefix}{field.alias or name}")


def may_look_like_cpr(annotation: Any, metadata: Iterable[Any] = ()) -> bool:
    """Whether a field's type is marked, itself or any part of it."""
    return any(isinstance(one, MayLookLikeCpr) for one in metadata) or any(
        isinstance(one, MayLookLikeCpr) or may_look_like_cpr(one) for one in get_args(annotation)
    )


def _texts_like_cpr(value: Any, name: str) -> Iterator[str]:
    if isinstance(value, BaseModel):
        yield from fields_like_cpr(value, f"{name}.")
    elif isinstance(value, str):
        if contains_cpr_shape(value):
            yield name
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from _texts_like_cpr(key, name)
            yield from _texts_like_cpr(one, name)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for one in value:
            yield from _texts_like_cpr(one, name)
