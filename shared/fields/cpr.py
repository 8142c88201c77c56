"""Danish civil registration (CPR) numbers are never stored: whatever looks like one is refused.

The shape is a date `ddmmyy` and four digits, with or without a separator. The modulus 11 check is left out:
numbers issued since 2007 may fail it (source: CPR-kontoret, "Personnumre uden kontrolciffer").

Text in a JSON body has one of the types of `shared.fields.text` or calls `refuse_cpr`. Forms, import cells and the
names of uploaded files are searched where they are read (`shared.ui.forms`, `services.pledges.imports`), and log lines
are masked (`shared.logging`). A field that may look like a CPR number is marked with `MayLookLikeCpr`.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, get_args

from pydantic import BaseModel
from pydantic_core import PydanticCustomError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_DASHES: Final = r"\u2010-\u2015\u2212\uff0d"
# Separators people use: space (also no-break), hyphen, dash or minus, full stop, slash, underscore. Looked for ahead,
# so that digits which only begin like a date hide nothing behind them.
_SHAPE = re.compile(
    rf"(?<!\d)(?=(?P<day>\d{{2}})[ .\u00a0{_DASHES}/_-]?(?P<month>\d{{2}})[ .\u00a0{_DASHES}/_-]?(?P<year>\d{{2}})"
    rf"[\s.{_DASHES}/_-]{{0,3}}(?P<serial>\d{{4}})(?!\d))"
)
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufeff]")
# What holds ten digits in a row by chance: UUIDs, and the hexadecimal ids of traces.
_IDENTIFIER = re.compile(
    r"(?<![0-9A-Za-z])(?:[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|(?=[0-9]*[a-f])[0-9a-f]{16,})"
    r"(?![0-9A-Za-z])"
)
_MASK: Final = "[CPR?]"


@dataclass(frozen=True, slots=True)
class MayLookLikeCpr:
    """Marks a text that is not searched: `Annotated[str, MayLookLikeCpr("a P-number has ten digits")]`."""

    why: str


def contains_cpr_shape(text: str) -> bool:
    """Whether `text` holds something shaped like a CPR number: a possible date, then four digits.

    Ten digits whose first six are no date (most P-numbers, phone numbers with country code) are not.
    """
    return next(_found(_INVISIBLE.sub("", text)), None) is not None


def mask_cpr(text: str) -> str:
    """Return `text` with `[CPR?]` for what is shaped like a CPR number, but within ids (UUIDs, traces)."""
    spans = list(_found(text))
    if not spans:
        return text
    ids = [found.span() for found in _IDENTIFIER.finditer(text)]
    kept, end = [], 0
    for first, last in spans:
        if first >= end and not any(begin < last and first < stop for begin, stop in ids):
            kept += [text[end:first], _MASK]
            end = last
    return "".join([*kept, text[end:]])


def _found(text: str) -> Iterator[tuple[int, int]]:
    for found in _SHAPE.finditer(text):
        # 2000 is a leap year: 29 February is allowed for every two-digit year.
        day, month = int(found["day"]), int(found["month"])
        if 1 <= month <= 12 and 1 <= day <= calendar.monthrange(2000, month)[1]:
            yield found.start(), found.end("serial")


def refuse_cpr(text: str) -> str:
    """Return `text`; raise the validation error `cpr_shape` where it holds something like a CPR number."""
    if contains_cpr_shape(text):
        raise PydanticCustomError("cpr_shape", "Looks like a CPR number; please leave it out")
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
