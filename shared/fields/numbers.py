"""Numbers as people in Denmark type them."""

from __future__ import annotations

from typing import Any

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError


def point_decimal(typed: str) -> str:
    """Return `7,5` as `7.5`; anything else trimmed and otherwise unchanged."""
    text = typed.strip()
    return text.replace(",", ".") if text.count(",") == 1 and "." not in text else text


def read_number(value: Any) -> Any:
    """Return text with a decimal point for its comma, and other values unchanged. Refuses true and false."""
    if isinstance(value, bool):
        raise PydanticCustomError("decimal_type", "Must be a whole number or a decimal number.")
    return point_decimal(value) if isinstance(value, str) else value


TypedNumber = BeforeValidator(read_number)
"""Put into a number's `Annotated`: its text may have a decimal comma."""
