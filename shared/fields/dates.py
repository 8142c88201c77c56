"""Days and moments as programs send them: as text, as ISO 8601 writes them.

pydantic also takes a number, or a text that is one, for seconds since 1970: `20261201` would be a day in 1970, and
nobody would be told.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any

from pydantic import AwareDatetime, BeforeValidator
from pydantic_core import PydanticCustomError

from shared.ui.i18n import N_

_BEGINS_WITH_A_YEAR = re.compile(r"\s*[0-9]{4}-")


def _is_number(value: Any) -> bool:
    if isinstance(value, str):
        return not _BEGINS_WITH_A_YEAR.match(value)
    return not isinstance(value, date)


def _a_day(value: Any) -> Any:
    if value is not None and _is_number(value):
        raise PydanticCustomError("date_type", N_("Must be a date."))
    return value


def _a_moment(value: Any) -> Any:
    if value is not None and _is_number(value):
        raise PydanticCustomError("datetime_type", N_("Must be a date and a time."))
    return value


Day = Annotated[date, BeforeValidator(_a_day)]
Moment = Annotated[AwareDatetime, BeforeValidator(_a_moment)]
"""With its time zone."""
