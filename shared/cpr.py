"""Danish civil registration (CPR) numbers are never stored: whatever looks like one is refused.

The shape is a date `ddmmyy` and four digits, with or without a separator. Modulus 11 is not asked:
numbers issued since 2007 may fail it (source: CPR-kontoret, "Personnumre uden kontrolciffer").
"""

from __future__ import annotations

import calendar
import re
from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

# A separator people use between date and serial: space (also no-break), hyphen or dash, full stop, slash.
_SHAPE = re.compile(
    r"(?<!\d)(?P<day>\d{2})[ .\u00a0/-]?(?P<month>\d{2})[ .\u00a0/-]?(?P<year>\d{2})"
    r"[ \u00a0.\u2010-\u2015/-]{0,3}(?P<serial>\d{4})(?!\d)"
)
_CONTROL_CHARACTER = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # but for tab and line ends


def contains_cpr_shape(text: str) -> bool:
    """Whether `text` holds something shaped like a CPR number: a possible date, then four digits.

    Ten digits whose first six are no date (most P-numbers, phone numbers with country code) are not.
    """
    return any(
        1 <= int(found["month"]) <= 12
        # 2000 is a leap year: 29 February is allowed for every two-digit year.
        and 1 <= int(found["day"]) <= calendar.monthrange(2000, int(found["month"]))[1]
        for found in _SHAPE.finditer(text)
    )


def refuse_cpr(text: str) -> str:
    """Return `text`; raise the validation error `cpr_shape` where it holds something like a CPR number."""
    if contains_cpr_shape(text):
        raise PydanticCustomError("cpr_shape", "Looks like a CPR number; please leave it out")
    return text


def refuse_control_characters(text: str) -> str:
    """Return `text` trimmed; raise `control_characters` for NUL and its kin, which no keyboard writes."""
    if _CONTROL_CHARACTER.search(text):
        raise PydanticCustomError("control_characters", "Contains characters that cannot be shown")
    return text.strip()


FreeText = Annotated[str, AfterValidator(refuse_control_characters), AfterValidator(refuse_cpr)]
"""Text a person types: trimmed, without control characters, never a CPR number."""
