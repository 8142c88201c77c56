"""The sort key of lists, for page tokens."""

from __future__ import annotations

from uuid import UUID

from shared.fields.dates import StoredMoment
from shared.http.paging import SortKey


class NewestFirst(SortKey):
    """Pledges by when they were received, hires by when they were confirmed."""

    at: StoredMoment
    id: UUID
