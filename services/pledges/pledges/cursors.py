"""Where a row stands in the service's lists, for tokens of pages."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from services.pledges.pledges.schemas import Moment
from shared.http.paging import SortKey


class NewestFirst(SortKey):
    """Pledges by when they were received, hires by when they were confirmed."""

    at: Moment
    id: UUID


class OldestFirst(SortKey):
    """The work list: the pledges that have waited longest."""

    on: date
    id: UUID
