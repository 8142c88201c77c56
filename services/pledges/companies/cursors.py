"""The sort key of a company's timeline, for page tokens."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from shared.http.paging import SortKey, SortText


class LatestFirst(SortKey):
    """Entries by the day on which they happened, then by when they were recorded."""

    on: date
    at: datetime
    part: SortText
    id: UUID
