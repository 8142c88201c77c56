"""P-numbers, which identify Danish workplaces."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from shared.fields.cpr import MayLookLikeCpr
from shared.fields.text import drop_invisible

_SEPARATORS = re.compile(r"[\s.\-]")


def read_p_number(text: str) -> str:
    """Return the ten digits. Raises the validation error `p_number`."""
    digits = _SEPARATORS.sub("", drop_invisible(text))
    if not (digits.isascii() and digits.isdigit() and len(digits) == 10):
        raise PydanticCustomError("p_number", "A P-number has ten digits.")
    return digits


PNumber = Annotated[str, AfterValidator(read_p_number), MayLookLikeCpr("a P-number has ten digits, too")]
