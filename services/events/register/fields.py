"""What a field of an answer or a form may hold, wherever it is sent from."""

from __future__ import annotations

from datetime import date
from typing import Annotated, TypeVar

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from shared.fields import dates
from shared.fields.cpr import refuse_cpr
from shared.fields.text import FreeText
from shared.i18n.translations import N_

When = TypeVar("When", bound=date)


def refuse_distant(when: When) -> When:
    """Keep away from the ends of the calendar, where adding a day or a time zone overflows."""
    if not 2000 <= when.year < 2100:
        raise PydanticCustomError("distant_date", N_("Must be between the years 2000 and 2100."))
    return when


def _refuse_line_breaks(text: str) -> str:
    if any(sign in text for sign in "\r\n\t\u2028\u2029"):
        raise PydanticCustomError("line_break", N_("Must stand on one line."))
    return text


Line = Annotated[FreeText, AfterValidator(_refuse_line_breaks)]
Name = Annotated[Line, Field(min_length=1, max_length=200)]
TypedCvr = Annotated[Line, Field(max_length=20)]
"""As somebody typed it; whether it is a CVR number is for `shared.fields.cvr.read_cvr` to say."""
Industry = Annotated[str, StringConstraints(pattern=r"^\d{6}$")]
Goal = Annotated[int, Field(ge=1, le=10_000)]
Moment = Annotated[dates.Moment, AfterValidator(refuse_distant)]
Email = Annotated[
    str,
    # One @, something with a dot behind it, no blanks or line breaks: the rest only sending can tell.
    StringConstraints(
        strip_whitespace=True,
        max_length=254,
        pattern=r"^[^@\s\x00-\x1f<>,;]+@[^@\s\x00-\x1f<>,;]+\.[^@\s\x00-\x1f<>,;]+$",
    ),
    AfterValidator(refuse_cpr),
]
SearchText = Annotated[str, Field(max_length=100, pattern=r"^[^\x00]*$"), AfterValidator(refuse_cpr)]
"""What is looked for: it stands in the address, which is the last place for a CPR number."""
