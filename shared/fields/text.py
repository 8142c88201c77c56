"""Text that a person types: trimmed, printable, without a CPR number."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from shared.fields.cpr import refuse_cpr

_CONTROL_CHARACTER = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # without tab and line ends
_LINE_BREAK = re.compile(r"[\t\n\r\u2028\u2029]")


def refuse_control_characters(text: str) -> str:
    """Return the text trimmed. Raises the validation error `control_characters` for NUL and the like."""
    if _CONTROL_CHARACTER.search(text):
        raise PydanticCustomError("control_characters", "Contains characters that cannot be shown")
    return text.strip()


def one_line(text: str) -> str:
    """Return the text trimmed. Raises the validation error `one_line` or `control_characters`."""
    if _LINE_BREAK.search(text):
        raise PydanticCustomError("one_line", "Must be one line.")
    return refuse_control_characters(text)


def none_if_blank(value: Any) -> Any:
    """Return None for text that is empty or blank, anything else unchanged: forms send "" for a field left empty."""
    return None if isinstance(value, str) and not value.strip() else value


NoneIfBlank = BeforeValidator(none_if_blank)

FreeText = Annotated[str, AfterValidator(refuse_control_characters), AfterValidator(refuse_cpr)]
"""Several lines: trimmed, without control characters, never a CPR number."""
Line = Annotated[str, AfterValidator(one_line), AfterValidator(refuse_cpr)]
"""One line, possibly empty: trimmed, without control characters, never a CPR number."""
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(one_line),
    AfterValidator(refuse_cpr),
]
"""The name of a person, a company or an event: one line, never empty."""
SearchText = Annotated[str, Field(max_length=100, pattern=r"^[^\x00]*$"), AfterValidator(refuse_cpr)]
"""What somebody searches for. It is in the address, so above all no CPR number may be."""
