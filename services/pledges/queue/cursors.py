"""The sort key of the queue, for page tokens."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.http.paging import SortKey

_Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2200, 1, 1))]


class DueFirst(SortKey):
    """Due work by the day on which it is due, then by kind, and within a kind as its source is ordered.

    The source also says whether it comes after all others.
    """

    due_on: _Day
    source: Annotated[int, Field(ge=0, le=1000)]
    day: _Day
    id: UUID
