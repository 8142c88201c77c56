"""The sort key of the work list, for page tokens."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from shared.http.paging import SortKey


class OldestFirst(SortKey):
    """Pledges by the day they count from."""

    on: date
    id: UUID
