"""Numbers as people in Denmark type them."""

from __future__ import annotations

import re
from typing import Any, Final

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from shared.fields.text import drop_invisible

_GROUPED: Final = re.compile(r"[0-9]{1,3}(?:[.,][0-9]{3})+(?:[.,][0-9]+)?")
_POWER_OF_TEN: Final = re.compile(r"[0-9]+(?:[.,][0-9]+)?E[+-]?[0-9]+", re.IGNORECASE)


def point_decimal(typed: str) -> str:
    """Return `7,5` as `7.5`; anything else without invisible characters, trimmed and otherwise unchanged."""
    text = drop_invisible(typed).strip()
    return text.replace(",", ".") if text.count(",") == 1 and "." not in text else text


def read_number(value: Any) -> Any:
    """Return text with a decimal point for its comma, and other values unchanged.

    Refuses true and false, and text that Python would read as another number than its writer meant: `1.000` is one or a
    thousand, `1e1` is ten, and so is `1_0`; and digits of other scripts.
    """
    if isinstance(value, bool):
        raise PydanticCustomError("decimal_type", "Must be a whole number or a decimal number.")
    if not isinstance(value, str):
        return value
    text = point_decimal(value)
    if _GROUPED.fullmatch(text):
        raise PydanticCustomError("number_grouped", "Is it thousands? Write 1000 or 1, and not 1.000.")
    if _POWER_OF_TEN.fullmatch(text):
        raise PydanticCustomError("number_power", "Is written as a power of ten. Write the number in full.")
    if "_" in text:
        raise PydanticCustomError("number_underscore", "Has an underscore between its digits. Leave it out.")
    if not text.isascii() and any(char.isdecimal() and not char.isascii() for char in text):
        raise PydanticCustomError("number_digits", "Has digits of another script. Type it with 0 to 9.")
    return text


TypedNumber = BeforeValidator(read_number)
"""Put into a number's `Annotated`: its text may have a decimal comma."""
